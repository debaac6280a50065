"""The standards that come with the program, and their clauses word for word."""

from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Path

from facility_coverage.errors import NotFoundError
from facility_coverage.standards.rules import load_standard, standard_ids

router = APIRouter(tags=["live"])


@router.get(
    "/v1/standards", summary="Standards that come with the program", operation_id="standards"
)
def standards() -> dict[str, Any]:
    """List the standards; a study names those by which it is judged."""
    return {"standards": [_without_clauses(name) for name in standard_ids()]}


@router.get("/v1/standards/{standard_id}", summary="A standard", operation_id="standard")
def standard(
    standard_id: Annotated[str, Path(max_length=80, examples=["guojia-yiliao-2013"])],
) -> dict[str, Any]:
    """Return a standard with its clauses, each with the sentence that it rests on."""
    return _read(standard_id)


def _without_clauses(name: str) -> dict[str, Any]:
    told = {key: value for key, value in _read(name).items() if key != "clauses"}
    return told | {"clauses": len(_read(name)["clauses"])}


@lru_cache(maxsize=64)
def _read(name: str) -> dict[str, Any]:
    """Return a standard that comes with the program; no other file can be named."""
    if name not in standard_ids():
        msg = "there is no standard {name!r}; GET /v1/standards lists them"
        raise NotFoundError(msg, name=name)
    return load_standard(name).model_dump(mode="json", exclude_none=True)
