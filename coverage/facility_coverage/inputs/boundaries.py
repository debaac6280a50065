"""Subdistricts: polygons that are checked, freed of overlaps by a stated rule, and sorted by id."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.errors import GeometryError, LimitError, SchemaError
from facility_coverage.inputs.division_codes import code_column, require_whole_codes
from facility_coverage.inputs.tables import (
    placed_polygons,
    plain_text,
    read_layer,
    require_columns,
    text_ids,
)
from facility_coverage.result import OUTSIDE_UNIT_ID
from facility_coverage.study_file import BoundariesSection
from facility_coverage.words import Remark

SLIVER_M = 5.0
"""An overlap or gap that is narrower than this comes from drawing one border twice."""

_TOUCH_M, _GRID_M, _SHOWN_IDS = 0.01, 0.001, 10

_LEAST_FAULT_M2 = 1.0
"""Overlaps and gaps below a square metre are rounding, and are not listed."""


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Subdistricts without overlap.

    Attributes
    ----------
    units
        ``unit_id, unit_name, geometry`` in the study's CRS, sorted by ``unit_id``. Where two
        polygons overlapped, the lower ``unit_id`` keeps the common part: that rule depends on
        ids alone, never on the order of rows.
    faults
        ``fault`` (``overlap`` or ``gap``), ``unit_id``, ``other_unit_id``, ``area_m2``,
        ``width_m`` (on the average), ``geometry``, largest first: what was tidied up, and what
        lies enclosed between subdistricts, or as a sliver between two of them, and belongs to
        none.
    remarks
        What a reader of the figures must know.
    """

    units: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame
    remarks: tuple[Remark, ...] = ()

    def unit_of(self, points: NDArray[np.object_]) -> NDArray[np.int64]:
        """Return the subdistrict that each point lies in.

        Parameters
        ----------
        points
            Shapely points in the study's CRS.

        Returns
        -------
        ndarray of int64
            Row of ``units``, -1 outside; a point on a common border belongs to the lower id.
        """
        tree = shapely.STRtree(self.units.geometry.to_numpy())
        point, unit = tree.query(points, predicate="intersects")
        owner = np.full(len(points), len(self.units), dtype=np.int64)
        np.minimum.at(owner, point, unit)
        return np.where(owner == len(self.units), -1, owner)


def read_boundaries(section: BoundariesSection, crs: str) -> Boundaries:
    """Read the subdistricts of a study.

    Parameters
    ----------
    section
        Where they are, and their id and name columns.
    crs
        The study's metric CRS.

    Returns
    -------
    Boundaries
        Checked, without overlap, sorted by id.

    Raises
    ------
    NotFoundError, CrsError, SchemaError
        The layer, its CRS or its columns are not as the study says.
    GeometryError
        Polygons are empty, invalid or no polygons; all are told.
    LimitError
        Two subdistricts overlap by more than ``section.max_overlap_m2``.
    """
    path = Path(section.source)
    layer = read_layer(path, section.layer)
    id_column = section.id or code_column(layer, path)
    columns = {"boundaries.id": id_column}
    if section.name is not None:
        columns["boundaries.name"] = section.name
    require_columns(layer, columns, path)
    ids = text_ids(layer, id_column, path)
    require_whole_codes(ids, id_column, path)
    if (ids == OUTSIDE_UNIT_ID).any():
        msg = "{path}: the id {unit_id!r} is reserved for people outside all; rename it"
        raise SchemaError(msg, path=path, unit_id=OUTSIDE_UNIT_ID)
    shapes = placed_polygons(layer, crs, path)
    names = ids if section.name is None else layer[section.name].map(plain_text)
    units = gpd.GeoDataFrame(
        {"unit_id": ids.astype(object), "unit_name": names.astype(object)},
        geometry=shapes.to_numpy(),
        crs=crs,
    )
    units = units.sort_values("unit_id").reset_index(drop=True)
    return _without_overlap(units, path, section.max_overlap_m2)


_TOO_LARGE = (
    "{path}: {one} and {other} overlap by {area_m2:,.0f} m², more than boundaries.max_overlap_m2 = "
    "{limit_m2:,.0f}; correct the polygons, or raise the limit if it is meant"
)


def _without_overlap(units: gpd.GeoDataFrame, path: Path, limit_m2: float) -> Boundaries:
    """Give every overlap to the lower id, and list overlaps and enclosed gaps."""
    shapes = units.geometry.to_numpy().copy()
    ids = units["unit_id"].tolist()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = sorted((a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True) if a < b)
    rows = []
    for a, b in pairs:
        common = _polygonal(shapely.intersection(shapes[a], shapes[b]))
        if common.area >= _LEAST_FAULT_M2:
            rows.append(("overlap", ids[a], ids[b], common.area, common))
    too_large = [
        Remark(_TOO_LARGE, path=path, one=a, other=b, area_m2=area, limit_m2=limit_m2)
        for _, a, b, area, _ in rows
        if area > limit_m2
    ]
    if too_large:
        raise LimitError(*too_large)
    for a, b in pairs:
        shapes[b] = _polygonal(shapely.difference(shapes[b], shapes[a]))
    if any(shape.is_empty for shape in shapes):
        lost = [ids[i] for i, shape in enumerate(shapes) if shape.is_empty]
        msg = "{path}: {ids} lie wholly inside others; remove one of each pair"
        raise GeometryError(msg, path=path, ids=", ".join(lost))
    whole = shapely.union_all(shapes)
    rings = [shapely.Polygon(ring) for part in shapely.get_parts(whole) for ring in part.interiors]
    gaps = [_polygonal(shapely.difference(ring, whole)) for ring in rings]
    rows.extend(("gap", "", "", gap.area, gap) for gap in gaps if gap.area >= _LEAST_FAULT_M2)
    rows.extend(("gap", "", "", gap.area, gap) for gap in _open_slivers(shapes, whole))
    rows.sort(key=lambda row: (-row[3], row[0], row[1], row[2]))
    columns = ["fault", "unit_id", "other_unit_id", "area_m2", "geometry"]
    table = pd.DataFrame(rows, columns=columns)
    width_m = [2.0 * shape.area / shape.length for shape in table["geometry"]]
    table.insert(4, "width_m", np.array(width_m, dtype=np.float64))
    faults = gpd.GeoDataFrame(table, geometry="geometry", crs=units.crs)
    tidy = units.set_geometry(gpd.GeoSeries(shapes, crs=units.crs))
    return Boundaries(tidy, faults, _remarks(tidy, faults))


def _open_slivers(
    shapes: NDArray[np.object_], whole: shapely.Geometry
) -> list[shapely.MultiPolygon]:
    """Return the strips between two subdistricts that are open at an end, widest last."""
    half = SLIVER_M / 2.0
    mitre = {"join_style": "mitre", "mitre_limit": 10.0}
    grown = shapely.buffer(whole, half, **mitre)
    closed = shapely.buffer(grown, -half, **mitre)
    closed = _polygonal(shapely.make_valid(closed))  # its mitres may cross each other
    enclosed = shapely.polygons([part.exterior for part in shapely.get_parts(whole)])
    taken = shapely.union_all([whole, *enclosed])
    strips = shapely.get_parts(shapely.difference(closed, taken, grid_size=_GRID_M))
    strips = strips[shapely.area(strips) >= _LEAST_FAULT_M2]
    strip, _ = shapely.STRtree(shapes).query(
        shapely.buffer(strips, _TOUCH_M), predicate="intersects"
    )
    between = np.bincount(strip, minlength=len(strips)) > 1
    return [_polygonal(shape) for shape in strips[between]]


def _remarks(units: gpd.GeoDataFrame, faults: gpd.GeoDataFrame) -> tuple[Remark, ...]:
    """Tell of slivers, and of subdistricts in several parts."""
    remarks = []
    slivers = faults[faults["width_m"] < SLIVER_M]
    if len(slivers):
        message = (
            "{count} of the overlaps and gaps of subdistricts are slivers narrower than {width_m} "
            "m, {area_m2} m² in all"
        )
        values = {"count": f"{len(slivers)}", "width_m": f"{SLIVER_M:g}"}
        remarks.append(Remark(message, **values, area_m2=f"{slivers['area_m2'].sum():,.0f}"))
    parts = shapely.get_num_geometries(units.geometry.to_numpy())
    if several := units["unit_id"][parts > 1].tolist():
        message = "{count} subdistricts lie in several parts: {ids}"
        shown = ", ".join(several[:_SHOWN_IDS]) + (" …" if len(several) > _SHOWN_IDS else "")
        remarks.append(Remark(message, count=len(several), ids=shown))
    return tuple(remarks)


def _polygonal(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the polygons of a geometry, without its points and lines."""
    parts = shapely.get_parts(shape)
    parts = np.concatenate([shapely.get_parts(part) for part in parts]) if len(parts) else parts
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
