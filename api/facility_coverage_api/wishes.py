"""What the headers of a request wish: a format, and the language of what went wrong."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from facility_coverage.words import Language


def by_preference(header: str) -> list[str]:
    """Return the values of a header with weights, such as ``Accept``, the most wanted first.

    Parameters
    ----------
    header
        The header.

    Returns
    -------
    list of str
        In lower case, without those that are not wanted at all.
    """
    found = []
    for part in header.split(","):
        value, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((_weight(own[2:]) for own in parameters if own.startswith("q=")), 1.0)
        if weight > 0:
            found.append((weight, value))
    return [value for _, value in sorted(found, key=lambda own: -own[0])]


def language_of(request: Request) -> Language:
    """Return the language in which a caller is told what went wrong.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    str
        Of those that there are the one that ``Accept-Language`` wants most; English where it
        wants none of them.
    """
    for wish in by_preference(",".join(request.headers.getlist("Accept-Language"))):
        match wish.partition("-")[0]:
            case "zh":
                return "zh"
            case "en" | "*":
                return "en"
    return "en"


def mark_language(headers: MutableHeaders, language: Language) -> None:
    """Say of an answer which language it has, and that another caller may get another one.

    Parameters
    ----------
    headers
        Of the answer.
    language
        Its language.
    """
    headers["Content-Language"] = language
    headers.add_vary_header("Accept-Language")


def _weight(text: str) -> float:
    """Return a weight; what is none counts nothing."""
    return float(text) if text.replace(".", "", 1).isdecimal() else 0.0
