"""Answers that the client has already: 304 in place of the same bytes."""

import hashlib

from fastapi import Request, Response

from facility_coverage import __version__


def etag_of(*parts: str) -> str:
    """Return the mark of an answer.

    Parameters
    ----------
    parts
        Everything that decides about its content, such as the digest of a manifest and the
        query; the version of the program counts by itself.

    Returns
    -------
    str
        A weak ETag: the same content may be sent plain or compressed.
    """
    digest = hashlib.sha256()
    for part in (__version__, *parts):
        told = part.encode(errors="surrogatepass")
        digest.update(len(told).to_bytes(8, "big") + told)
    return f'W/"{digest.hexdigest()[:32]}"'


def answered_before(request: Request, etag: str) -> Response | None:
    """Return 304 where the client holds this very answer.

    Parameters
    ----------
    request
        The request.
    etag
        Mark of the answer to be.

    Returns
    -------
    Response or None
        None where it has to be made.
    """
    held = request.headers.get("If-None-Match", "")
    marks = {mark.strip().removeprefix("W/") for mark in held.split(",")}
    if "*" in marks or etag.removeprefix("W/") in marks:
        return Response(status_code=304, headers=marked(etag))
    return None


def marked(etag: str) -> dict[str, str]:
    """Return the headers of an answer that can be asked for again.

    Parameters
    ----------
    etag
        Its mark.

    Returns
    -------
    dict of str to str
        ``ETag``, and the word that a cache asks each time whether it still holds.
    """
    return {"ETag": etag, "Cache-Control": "no-cache"}
