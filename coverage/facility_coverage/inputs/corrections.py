"""Corrections: what a planner knows of the streets beyond the map, in a file of its own.

One bad row never stops a run: it is told with its reason, and the others count.
"""

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pyogrio
import shapely

from facility_coverage.crs import WGS84
from facility_coverage.errors import SchemaError
from facility_coverage.inputs.correction import Correction, Corrections, Kind, Outcome
from facility_coverage.inputs.tables import SHEETS, layer_names, plain_text, read_layer, read_table

KIND_WORDS: dict[str, Kind] = {
    **{kind: kind for kind in get_args(Kind)},
    "closed_gate": "gate_closed", "大门关闭": "gate_closed", "封闭大门": "gate_closed",
    "open_gate": "gate_open", "大门开放": "gate_open", "开放大门": "gate_open",
    "围墙": "wall", "规划道路": "street", "新建道路": "street",
    "规划桥梁": "bridge", "新建桥梁": "bridge", "禁行道路": "banned_way", "速度": "speed",
}  # fmt: skip
"""What may stand in the column ``kind``."""

COLUMN_WORDS = {
    "类型": "kind", "经度": "lon", "纬度": "lat", "道路编号": "way_id", "道路等级": "class",
    "名称": "name", "年份": "year", "速度": "kph", "系数": "factor", "单行": "oneway",
    "容差": "tolerance_m",
}  # fmt: skip
"""Chinese headings of the columns."""

GATE_TOLERANCE_M = 10.0
"""A gate is about the street this near to it; an open one keeps walls from cutting there."""

JOIN_TOLERANCE_M = 25.0
"""Ends of new streets are joined to the nearest street no further away than this."""

_TOLERANCE_M: dict[Kind, float] = {
    "gate_closed": GATE_TOLERANCE_M, "gate_open": GATE_TOLERANCE_M, "speed": GATE_TOLERANCE_M,
    "street": JOIN_TOLERANCE_M, "bridge": JOIN_TOLERANCE_M,
}  # fmt: skip
_CLASS: dict[Kind, str] = {"street": "residential", "bridge": "residential", "gate_open": "service"}
_MAX_KPH, _MAX_FACTOR, _MAX_TOLERANCE_M = 150.0, 10.0, 100.0
_YES = frozenset({"yes", "true", "1", "是"})


class _UnusableRow(Exception):  # noqa: N818  (says what is wrong with one row; never leaves here)
    """Why a row cannot be used: a message of the word catalogue, and what to fill in."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message, self.values = message, {key: str(value) for key, value in values.items()}


def read_corrections(path: Path) -> Corrections:
    """Read a file of corrections.

    Parameters
    ----------
    path
        A ``.csv`` or ``.xlsx`` (points in ``lon`` and ``lat``, lines in ``wkt``, degrees in
        WGS84), or anything that GDAL reads, all of its layers.

    Returns
    -------
    Corrections
        Its rows, those that cannot be used apart.

    Raises
    ------
    NotFoundError, InputError, CrsError
        The file cannot be read.
    SchemaError
        It has no column ``kind``.
    """
    rows: list[Correction] = []
    refused: list[Outcome] = []
    for prefix, table, shapes in _tables(path):
        named = table.rename(columns={c: COLUMN_WORDS.get(str(c), str(c)) for c in table.columns})
        if "kind" not in named.columns and len(named):
            msg = "{path}: {prefix}has no column 'kind'; add it: {kinds}"
            kinds = ", ".join(get_args(Kind))
            raise SchemaError(msg, path=path, prefix=prefix, kinds=kinds)
        for number, cells in zip(named.index, named.to_dict("records"), strict=True):
            told = {str(column): plain_text(cell) for column, cell in cells.items()}
            row = f"{prefix}{number}"
            try:
                rows.append(_correction(row, told, shapes(number)))
            except _UnusableRow as fault:
                kind, name = told["kind"], told.get("name", "")
                refused.append(
                    Outcome(row, kind, name, "not_applicable", fault.message, fault.values)
                )
    return Corrections(path, tuple(rows), tuple(refused))


_ShapeOf = Callable[[int], shapely.Geometry | None]


def _tables(path: Path) -> list[tuple[str, pd.DataFrame, _ShapeOf]]:
    """Return the tables of a file: what goes before a row's number, cells, shape of each row."""
    if path.suffix.lower() in SHEETS:
        table = read_table(path, may_be_empty=True)
        return [("", table, lambda row: _written_shape(table.loc[row].to_dict()))]
    names = layer_names(path)
    return [
        (f"{name}: " if len(names) > 1 else "", *_layer(path, name, has_shapes=has_shapes))
        for name, has_shapes in names.items()
    ]


def _layer(path: Path, name: str, *, has_shapes: bool) -> tuple[pd.DataFrame, _ShapeOf]:
    """Return the cells of a layer, and the shape of each of its rows in degrees."""
    if not has_shapes:
        cells = pyogrio.read_dataframe(path, layer=name, read_geometry=False)
        return cells.set_axis(range(1, len(cells) + 1), axis=0), lambda _row: None
    layer = read_layer(path, name, may_be_empty=True)
    shapes = layer.geometry.force_2d().to_crs(WGS84)
    return pd.DataFrame(layer.drop(columns=layer.geometry.name)), lambda row: shapes[row]


def _written_shape(cells: dict[Hashable, Any]) -> shapely.Geometry | None:
    """Return the shape that a row of a table tells in ``wkt``, or in ``lon`` and ``lat``."""
    named = {COLUMN_WORDS.get(str(column), column): plain_text(v) for column, v in cells.items()}
    if wkt := named.get("wkt", ""):
        shape: shapely.Geometry | None = shapely.from_wkt(wkt, on_invalid="ignore")
        return shape
    try:
        return shapely.Point(float(named.get("lon", "")), float(named.get("lat", "")))
    except ValueError:
        return None


def _correction(row: str, cells: dict[str, str], shape: shapely.Geometry | None) -> Correction:
    """Return the correction that a row tells."""
    said = cells["kind"]
    kind = KIND_WORDS.get(said.lower().replace(" ", "_").replace("-", "_"))
    if kind is None:
        kinds = ", ".join(get_args(Kind))
        message = "{kind} is none of {kinds}; correct it"
        raise _UnusableRow(message, kind=repr(said), kinds=kinds)
    way_id = _whole(cells, "way_id", 1, 2**53)
    kph, factor = _number(cells, "kph", _MAX_KPH), _number(cells, "factor", _MAX_FACTOR)
    drawn = None
    if kind in {"gate_closed", "gate_open"}:
        drawn = _point(shape)
    elif kind == "banned_way" and way_id is None:
        message = "names no way; fill in way_id, the number of an OSM way"
        raise _UnusableRow(message)
    elif kind == "speed" and kph is None and factor is None:
        message = "says no speed; fill in kph or factor"
        raise _UnusableRow(message)
    elif kind in {"wall", "street", "bridge"} or (kind == "speed" and way_id is None):
        drawn = _lines(shape, of_polygons=kind == "wall")
    return Correction(
        row, kind, cells.get("name", ""), drawn, way_id,
        street_class=cells.get("class", "") or _CLASS.get(kind, ""),
        year=_whole(cells, "year", 1900, 2200),
        kph=kph,
        factor=factor,
        one_way=cells.get("oneway", "").lower() in _YES,
        tolerance_m=_number(cells, "tolerance_m", _MAX_TOLERANCE_M) or _TOLERANCE_M.get(kind, 0.0),
    )  # fmt: skip


def _number(cells: dict[str, str], column: str, most: float, least: float = 0.0) -> float | None:
    """Return a number above the least, None where the cell is empty."""
    text = cells.get(column, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least < value <= most:
        message = "{column} {value} is no number above {least} and up to {most}; correct it"
        told = {"column": column, "value": repr(text)}
        raise _UnusableRow(message, least=f"{least:.0f}", most=f"{most:.0f}", **told)
    return value


def _whole(cells: dict[str, str], column: str, least: int, most: int) -> int | None:
    value = _number(cells, column, float(most), float(least - 1))
    return None if value is None else int(value)


def _point(shape: shapely.Geometry | None) -> shapely.Point:
    """Return the point of a gate."""
    if isinstance(shape, shapely.MultiPoint) and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    if not isinstance(shape, shapely.Point) or not _on_earth(shape):
        message = "has no point on Earth; draw it, or fill in lon and lat in degrees"
        raise _UnusableRow(message)
    return shape


def _lines(shape: shapely.Geometry | None, *, of_polygons: bool) -> shapely.MultiLineString:
    """Return lines; of a compound's polygon those around it."""
    if of_polygons and isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
        shape = shape.boundary
    parts = [] if shape is None else [p for p in shapely.get_parts(shape) if p.length > 0]
    lines = [shapely.LineString(p) for p in parts if p.geom_type in {"LineString", "LinearRing"}]
    if not lines or len(lines) < len(parts) or not all(_on_earth(line) for line in lines):
        message = "has no line on Earth; draw it, or fill in wkt in degrees"
        raise _UnusableRow(message)
    return shapely.MultiLineString(lines)


def _on_earth(shape: shapely.Geometry) -> bool:
    """Tell whether a shape in degrees lies on Earth; an empty one does not."""
    west, south, east, north = shape.bounds
    return bool(west >= -180 and east <= 180 and south >= -90 and north <= 90)  # noqa: PLR2004
