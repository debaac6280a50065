"""Documents that describe what is served, as JSON and as a page for people."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response

from facility_coverage_api.doors.etag import answered_before, etag_of, marked
from facility_coverage_api.features.dataset import Dataset
from facility_coverage_api.features.formats import HTML, PAGES, Format, wanted
from facility_coverage_api.features.page import page
from facility_coverage_api.features.query import single

Link = dict[str, str]


def link(href: str, rel: str, kind: str, title: str) -> Link:
    """Return a link.

    Parameters
    ----------
    href
        Absolute address.
    rel
        What it leads to.
    kind
        Media type there.
    title
        For people.

    Returns
    -------
    dict
        As in OGC API Common.
    """
    return {"href": href, "rel": rel, "type": kind, "title": title}


def own_links(url: str, offered: Sequence[Format], chosen: Format) -> list[Link]:
    """Return the links of a document to itself and to its other formats.

    Parameters
    ----------
    url
        Its absolute address, without ``f``.
    offered
        Its formats.
    chosen
        The format it has now.

    Returns
    -------
    list of dict
        ``self`` first.
    """
    joint = "&" if "?" in url else "?"
    ordered = sorted(offered, key=lambda own: own is not chosen)
    return [
        link(
            f"{url}{joint}f={own.name}",
            "self" if own is chosen else "alternate",
            own.media.partition(";")[0],
            f"This as {own.title}",
        )
        for own in ordered
    ]


def described(
    request: Request, dataset: Dataset, url: str, describe: Callable[[Format], dict[str, Any]]
) -> Response:
    """Answer with a document as JSON or as a page.

    Parameters
    ----------
    request
        Its parameter ``f`` and its header ``Accept`` choose.
    dataset
        Whose results the document is about.
    url
        Its absolute address.
    describe
        Makes it in the chosen format: ``title``, ``description``, ``links`` and more.

    Returns
    -------
    Response
        The document, or 304.
    """
    given = single(request.query_params, {"f"})
    chosen = wanted(PAGES, given.get("f"), request.headers.get("Accept"))
    etag = etag_of(dataset.digest, url, chosen.name)
    before = answered_before(request, etag)
    if before is not None:
        return before
    content = describe(chosen)
    if chosen is HTML:
        content["links"] = [own for own in content["links"] if own["rel"] != "self"]
        return answer(page(content), chosen, etag)
    return answer(json.dumps(content, ensure_ascii=False), chosen, etag)


def answer(content: str | bytes, kind: Format, etag: str, **headers: str) -> Response:
    """Return an answer that can be asked for again.

    Parameters
    ----------
    content
        The content.
    kind
        Its format.
    etag
        Its mark.
    **headers
        Others, with ``_`` for ``-``.

    Returns
    -------
    Response
        The answer.
    """
    own = {name.replace("_", "-"): value for name, value in headers.items()}
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(
        content if isinstance(content, bytes) else content.encode(errors="replace"),
        media_type=kind.media,
        headers=marked(etag) | {"Vary": "Accept"} | (policy if kind is HTML else {}) | own,
    )


def responses(offered: Sequence[Format]) -> dict[int | str, dict[str, Any]]:
    """Return how the OpenAPI tells of answers in several formats.

    Parameters
    ----------
    offered
        The formats.

    Returns
    -------
    dict
        For ``responses`` of a route.
    """
    content: dict[str, Any] = {}
    for kind in offered:
        is_json = kind.media.endswith("json")
        schema = {"type": "object"} if is_json else {"type": "string"}
        content[kind.media.partition(";")[0]] = {"schema": schema}
    return {
        200: {"description": "The answer.", "content": content},
        304: {"description": "What the header If-None-Match names is still the answer."},
        400: {"description": "A query parameter cannot be used."},
        404: {"description": "There is no such study, collection or feature."},
        406: {"description": "The header Accept names no format that is offered."},
    }


def file_name(name: str, ending: str) -> str:
    """Return the header by which a browser saves a file.

    Parameters
    ----------
    name
        Its name, of any script.
    ending
        Its ending.

    Returns
    -------
    str
        ``Content-Disposition``.
    """
    return f"attachment; filename*=UTF-8''{quote(f'{name}.{ending}', safe='')}"
