"""Items: the features of a collection, a page or one at a time, or as a file."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import geopandas as gpd
import numpy as np
from fastapi import Path, Request, Response
from numpy.typing import NDArray

from facility_coverage.errors import NotFoundError
from facility_coverage_api.doors.etag import answered_before, etag_of
from facility_coverage_api.features.dataset import Collection, dataset_of
from facility_coverage_api.features.documents import (
    Link,
    answer,
    file_name,
    link,
    own_links,
)
from facility_coverage_api.features.formats import (
    FEATURE,
    FILES,
    GEOJSON,
    HTML,
    ITEMS,
    JSON,
    Format,
    layer_file,
    wanted,
)
from facility_coverage_api.features.page import page
from facility_coverage_api.features.query import DEFAULT_LIMIT, ItemsQuery, asked_crs

ItemId = Annotated[int, Path(ge=1, description="Whole number of the feature.", examples=[1])]


def items(request: Request, collection_id: str) -> Response:
    """Return a page of features, or all of them as a file.

    Parameters
    ----------
    request
        Its query and its headers say what is wanted.
    collection_id
        The collection.

    Returns
    -------
    Response
        They, or 304.

    Raises
    ------
    FacilityCoverageError
        There is no such collection, or the query is not understood.
    """
    found = dataset_of(request).collection(collection_id)
    asked = request.query_params
    chosen = wanted(ITEMS, asked.get("f"), request.headers.get("Accept"))
    layer = found.layer
    query = ItemsQuery.read(asked, found.outline.crs, layer.columns)
    etag = etag_of(found.source.digest, found.url, str(asked), chosen.name)
    before = answered_before(request, etag)
    if before is not None:
        return before
    matching = layer.matching(query.equal)
    if query.boxes is not None:
        matching &= layer.touching(query.boxes, query.box_crs)
    rows = np.flatnonzero(matching)
    if chosen in FILES:
        content = _file(found, query, rows, chosen)
        saved_as = file_name(found.id, chosen.name)
        headers = {"Content_Disposition": saved_as, "Content_Crs": f"<{query.crs.uri}>"}
        return answer(content, chosen, etag, **headers)
    content_of = _page if chosen is HTML else _feature_collection
    text = content_of(request, found, query, rows)
    return answer(text, chosen, etag, Content_Crs=f"<{query.crs.uri}>")


def item(request: Request, collection_id: str, item_id: ItemId) -> Response:
    """Return a feature.

    Parameters
    ----------
    request
        Its query and its headers say what is wanted.
    collection_id
        The collection.
    item_id
        The feature.

    Returns
    -------
    Response
        It, or 304.

    Raises
    ------
    FacilityCoverageError
        There is no such feature, or the query is not understood.
    """
    found = dataset_of(request).collection(collection_id)
    asked = request.query_params
    chosen = wanted(FEATURE, asked.get("f"), request.headers.get("Accept"))
    crs = asked_crs(asked, found.outline.crs)
    layer = found.layer
    if item_id not in layer.frame.index:
        msg = "there is no feature {item} in {collection!r}; {url}/items lists all"
        raise NotFoundError(msg, item=item_id, collection=found.id, url=found.url)
    etag = etag_of(found.source.digest, found.url, str(item_id), str(asked), chosen.name)
    before = answered_before(request, etag)
    if before is not None:
        return before
    url = f"{found.url}/items/{item_id}"
    links = own_links(url, FEATURE, chosen)
    links.append(link(found.url, "collection", JSON.media, found.title))
    row = layer.frame.index.get_loc(item_id)
    if chosen is HTML:
        record = layer.frame.iloc[row].drop(layer.frame.geometry.name)
        title = f"{found.title}: {item_id}"
        table = {"columns": ["property", "value"], "rows": list(record.items())}
        text = page({"title": title, "links": links, **table})
    else:
        told = json.dumps(links, ensure_ascii=False)
        text = f'{layer.texts(crs)[row][:-1]}, "links": {told}}}'
    return answer(text, chosen, etag, Content_Crs=f"<{crs.uri}>")


def _feature_collection(
    request: Request, found: Collection, query: ItemsQuery, rows: NDArray[np.int64]
) -> str:
    now = datetime.fromtimestamp(request.app.state.clock(), UTC)
    shown = _shown(query, rows)
    texts = found.layer.texts(query.crs)
    head = {
        "type": "FeatureCollection",
        "timeStamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": len(rows),
        "numberReturned": len(shown),
        "links": _links(request, found, query, len(rows), GEOJSON),
    }
    features = ",\n".join([texts[row] for row in shown.tolist()])
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "features": [\n{features}\n]}}\n'


def _page(request: Request, found: Collection, query: ItemsQuery, rows: NDArray[np.int64]) -> str:
    shown = _shown(query, rows)
    frame = found.layer.frame
    table = frame.drop(columns=frame.geometry.name).iloc[shown]
    records = zip(table.index, *(table[name].tolist() for name in table.columns), strict=True)
    last = query.offset + len(shown)
    content: dict[str, Any] = {
        "title": found.title,
        "description": f"{query.offset + 1}-{last} of {len(rows)}" if len(shown) else "none",
        "links": _links(request, found, query, len(rows), HTML),
        "columns": ["id", *table.columns],
        "rows": list(records),
    }
    return page(content)


def _file(found: Collection, query: ItemsQuery, rows: NDArray[np.int64], kind: Format) -> bytes:
    """Return features as a file; all that match, where no limit is asked."""
    rows = rows[query.offset :] if query.limit is None else _shown(query, rows)
    layer = found.layer
    frame = layer.frame
    shapes = layer.shapes(query.crs).shapes[rows]
    table = frame.drop(columns=frame.geometry.name).iloc[rows].reset_index(drop=True)
    own = gpd.GeoDataFrame(table, geometry=shapes, crs=query.crs.name)
    return layer_file(own, layer.outline.geometry_type, found.id, kind)


def _shown(query: ItemsQuery, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows[query.offset : query.offset + (query.limit or DEFAULT_LIMIT)]


def _links(
    request: Request, found: Collection, query: ItemsQuery, matched: int, chosen: Format
) -> list[Link]:
    """Return the links of a page, among them those to the pages beside it."""
    limit = query.limit or DEFAULT_LIMIT
    url = f"{found.url}/items"
    given = [(name, value) for name, value in request.query_params.items() if name != "f"]

    def at(offset: int) -> str:
        others = [(name, value) for name, value in given if name not in {"offset", "limit"}]
        paged = [*others, ("limit", str(limit)), ("offset", str(offset)), ("f", chosen.name)]
        return f"{url}?{urlencode(paged, quote_via=quote, errors='replace')}"

    asked = urlencode(given, quote_via=quote, errors="replace")
    links = own_links(f"{url}?{asked}" if asked else url, ITEMS, chosen)
    links.append(link(found.url, "collection", JSON.media, found.title))
    if query.offset + limit < matched:
        links.append(link(at(query.offset + limit), "next", chosen.media, "Next page"))
    if query.offset > 0:
        links.append(link(at(max(query.offset - limit, 0)), "prev", chosen.media, "Previous page"))
    return links
