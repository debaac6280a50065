"""Collections: the layers that can be asked for."""

from typing import Any

from fastapi import Request, Response

from facility_coverage_api.features.crs import CRS84_URI
from facility_coverage_api.features.dataset import Collection, dataset_of
from facility_coverage_api.features.documents import described, link, own_links
from facility_coverage_api.features.formats import FILES, GEOJSON, HTML, JSON, PAGES, Format
from facility_coverage_api.features.vector_tiles import LINES

TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"


def collections(request: Request) -> Response:
    """Return the collections that this address serves.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    Response
        Their descriptions, or 304.
    """
    dataset = dataset_of(request)
    url = f"{dataset.url}/collections"

    def describe(chosen: Format) -> dict[str, Any]:
        return {
            "title": f"Collections of {dataset.title}",
            "links": own_links(url, PAGES, chosen),
            "collections": [_described(own, chosen) for own in dataset.collections().values()],
        }

    return described(request, dataset, url, describe)


def collection(request: Request, collection_id: str) -> Response:
    """Return where a collection lies, and in which CRS and formats it is served.

    Parameters
    ----------
    request
        The request.
    collection_id
        The collection.

    Returns
    -------
    Response
        Its description, or 304.
    """
    dataset = dataset_of(request)
    found = dataset.collection(collection_id)
    return described(request, dataset, found.url, lambda chosen: _described(found, chosen))


def _described(found: Collection, chosen: Format) -> dict[str, Any]:
    """Return a collection as OGC API Features describes it."""
    outline = found.outline
    items = f"{found.url}/items"
    links = own_links(found.url, PAGES, chosen)
    links.append(link(f"{items}?f=json", "items", GEOJSON.media, f"{found.title} as GeoJSON"))
    links.append(link(f"{items}?f=html", "items", "text/html", f"{found.title} as a table"))
    links += [
        link(f"{items}?f={own.name}", "items", own.media, f"{found.title} as {own.title}")
        for own in FILES
    ]
    if outline.geometry_type in LINES:
        tiles = f"{found.url}/tiles/WebMercatorQuad"
        links.append(link(tiles, TILESETS, JSON.media, f"{found.title} as vector tiles"))
    described_as: dict[str, Any] = {
        "id": found.id,
        "title": found.title,
        "description": found.description,
        "links": links,
        "itemType": "feature",
        "crs": list(outline.crs),
    }
    if outline.storage_crs is not None:
        described_as["storageCrs"] = outline.storage_crs
    if outline.box is not None:
        described_as["extent"] = {"spatial": {"bbox": [list(outline.box)], "crs": CRS84_URI}}
    if chosen is HTML:
        described_as |= {"columns": ["CRS"], "rows": [[uri] for uri in outline.crs]}
    return described_as
