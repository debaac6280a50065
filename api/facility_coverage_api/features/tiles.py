"""Vector tiles of collections of lines."""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from facility_coverage.errors import NotFoundError
from facility_coverage_api.doors.etag import answered_before, etag_of
from facility_coverage_api.features.dataset import Collection, dataset_of
from facility_coverage_api.features.documents import answer, described, own_links
from facility_coverage_api.features.formats import PAGES, Format
from facility_coverage_api.features.vector_tiles import LINES, MAX_ZOOM, tile

MVT = Format("mvt", "vector tile", "application/vnd.mapbox-vector-tile")

Zoom = Annotated[int, Path(ge=0, le=MAX_ZOOM, examples=[14])]
Column = Annotated[int, Path(ge=0, lt=2**MAX_ZOOM, description="From the west.", examples=[13350])]
Row = Annotated[int, Path(ge=0, lt=2**MAX_ZOOM, description="From the north.", examples=[7110])]


def tileset(request: Request, collection_id: str) -> Response:
    """Return where the tiles of a collection are, as TileJSON 3.

    Parameters
    ----------
    request
        The request.
    collection_id
        A collection of lines.

    Returns
    -------
    Response
        The description, or 304.
    """
    dataset = dataset_of(request)
    found = _lines(dataset.collection(collection_id))
    url = f"{found.url}/tiles/WebMercatorQuad"

    def describe(chosen: Format) -> dict[str, Any]:
        fields = {name: kind.capitalize() for name, kind in found.layer.columns.items()}
        return {
            "tilejson": "3.0.0",
            "title": found.title,
            "name": found.title,
            "description": found.description,
            "tiles": [f"{url}/{{z}}/{{x}}/{{y}}.mvt"],
            "minzoom": 0,
            "maxzoom": MAX_ZOOM,
            "bounds": list(found.outline.box or (-180, -90, 180, 90)),
            "vector_layers": [{"id": found.layer_name, "fields": fields}],
            "links": own_links(url, PAGES, chosen),
        }

    return described(request, dataset, url, describe)


def vector_tile(
    request: Request, collection_id: str, zoom: Zoom, column: Column, row: Row
) -> Response:
    """Return a vector tile.

    Parameters
    ----------
    request
        The request.
    collection_id
        A collection of lines.
    zoom, column, row
        The tile.

    Returns
    -------
    Response
        The tile, empty where nothing lies; or 304.

    Raises
    ------
    NotFoundError
        There is no such collection or tile.
    """
    found = _lines(dataset_of(request).collection(collection_id))
    if max(column, row) >= 2**zoom:
        msg = "there is no tile {tile}: columns and rows end at {last}"
        raise NotFoundError(msg, tile=f"{zoom}/{column}/{row}", last=2**zoom - 1)
    etag = etag_of(found.source.digest, found.url, f"{zoom}/{column}/{row}")
    before = answered_before(request, etag)
    if before is not None:
        return before
    return answer(tile(found.layer, found.layer_name, zoom, column, row), MVT, etag)


def _lines(found: Collection) -> Collection:
    if found.outline.geometry_type in LINES:
        return found
    msg = "{collection!r} has no tiles; those of lines have, such as streets"
    raise NotFoundError(msg, collection=found.id)
