"""The routes: the same for one study and for all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from facility_coverage_api.features.collections import collection, collections
from facility_coverage_api.features.documents import responses
from facility_coverage_api.features.formats import FEATURE, ITEMS, PAGES, Format
from facility_coverage_api.features.items import item, items
from facility_coverage_api.features.landing import conformance, landing
from facility_coverage_api.features.query import CRS_PARAMETER, F_PARAMETER, ITEMS_PARAMETERS
from facility_coverage_api.features.tiles import MVT, tileset, vector_tile

_COLLECTION = "/collections/{collection_id}"
_TILES = f"{_COLLECTION}/tiles/WebMercatorQuad"


@dataclass(frozen=True)
class _Route:
    """A route, before it stands below an address."""

    path: str
    endpoint: Callable[..., Response]
    summary: str
    description: str = ""
    offered: tuple[Format, ...] = PAGES
    parameters: tuple[dict[str, Any], ...] = ()


_ROUTES = (
    _Route("/", landing, "Landing page", "What is served, and how to ask for it."),
    _Route("/conformance", conformance, "What the service conforms to"),
    _Route("/collections", collections, "Collections"),
    _Route(_COLLECTION, collection, "A collection: its extent, CRS and formats"),
    _Route(
        f"{_COLLECTION}/items",
        items,
        "A page of features, or all of them as a file",
        "Besides the parameters below, each property of the collection is one: `unit_id=u01` "
        "gives the features that have this very value. Any other parameter is refused.",
        ITEMS,
        ITEMS_PARAMETERS,
    ),
    _Route(f"{_COLLECTION}/items/{{item_id}}", item, "A feature", "", FEATURE, (CRS_PARAMETER,)),
    _Route(_TILES, tileset, "Where the vector tiles of a collection of lines are (TileJSON)"),
    _Route(
        f"{_TILES}/{{zoom}}/{{column}}/{{row}}.mvt",
        vector_tile,
        "A vector tile",
        "Rows count from the north. Empty where nothing lies.",
        (MVT,),
    ),
)


async def _of_study(
    study_id: Annotated[str, Path(description="Id of a finished study.", examples=["tianhe"])],
) -> None:
    """Tell the OpenAPI that there is a study in the path; ``dataset_of`` reads it."""
    del study_id


def _router() -> APIRouter:
    """Return the routes of all studies, and those of each."""
    routes = APIRouter(tags=["features"])
    for prefix, dependencies in (("", []), ("/ogc/{study_id}", [Depends(_of_study)])):
        for own in _ROUTES:
            chosen = () if own.offered == (MVT,) else (_format_parameter(own.offered),)
            routes.add_api_route(
                prefix + own.path,
                own.endpoint,
                summary=own.summary,
                description=own.description,
                response_class=Response,
                responses=responses(own.offered),
                dependencies=dependencies,
                openapi_extra={"parameters": [*own.parameters, *chosen]},
            )
    routes.add_api_route("/ogc/{study_id}", landing, include_in_schema=False)
    return routes


def _format_parameter(offered: tuple[Format, ...]) -> dict[str, Any]:
    names = [own.name for own in offered]
    return F_PARAMETER | {"schema": {"type": "string", "enum": names, "default": names[0]}}


router = _router()
