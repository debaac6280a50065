"""Reading corrections: every row is used or told, whatever stands in the others."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from toy_study import write_csv, write_geojson

from facility_coverage.errors import InputError, NotFoundError, SchemaError
from facility_coverage.inputs.correction import Correction, Outcome
from facility_coverage.inputs.corrections import (
    GATE_TOLERANCE_M,
    JOIN_TOLERANCE_M,
    read_corrections,
)

LINE = "LINESTRING (113 23, 113.001 23)"
SQUARE = "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"


def row_of(tmp_path: Path, **cells: Any) -> Correction | Outcome:  # noqa: ANN401  (cells)
    """Return what the reader makes of one row."""
    path = write_csv(tmp_path / "corrections.csv", tuple(cells), [tuple(cells.values())])
    found = read_corrections(path)
    assert len(found.rows) + len(found.refused) == 1
    return found.rows[0] if found.rows else found.refused[0]


def usable(tmp_path: Path, **cells: Any) -> Correction:  # noqa: ANN401  (cells)
    row = row_of(tmp_path, **cells)
    assert isinstance(row, Correction)
    return row


def test_a_gate_is_a_point(tmp_path: Path) -> None:
    gate = usable(tmp_path, kind="gate_closed", lon=113.5, lat=23.25)
    assert (gate.row, gate.kind, gate.tolerance_m) == ("2", "gate_closed", GATE_TOLERANCE_M)
    assert gate.shape == shapely.Point(113.5, 23.25)


def test_kinds_and_headings_may_be_chinese(tmp_path: Path) -> None:
    cells = {
        "类型": "规划道路", "wkt": LINE, "道路等级": "tertiary", "名称": "环路", "年份": "2030",
        "单行": "是", "速度": "3.5", "容差": "40",
    }  # fmt: skip
    street = usable(tmp_path, **cells)
    assert (street.kind, street.street_class, street.name) == ("street", "tertiary", "环路")
    assert (street.year, street.one_way, street.kph, street.tolerance_m) == (2030, True, 3.5, 40.0)


def test_what_is_not_said_has_a_default(tmp_path: Path) -> None:
    street = usable(tmp_path, kind="Street", wkt=LINE, **{"class": ""}, year="", kph="", oneway="")
    assert (street.street_class, street.year, street.kph) == ("residential", None, None)
    assert (street.one_way, street.tolerance_m) == (False, JOIN_TOLERANCE_M)


def test_a_compound_is_the_wall_around_it(tmp_path: Path) -> None:
    wall = usable(tmp_path, kind="wall", wkt=SQUARE)
    assert wall.shape is not None
    assert wall.shape.equals(shapely.from_wkt(SQUARE).boundary)


def test_a_way_is_named_by_its_number(tmp_path: Path) -> None:
    assert usable(tmp_path, kind="banned way", way_id=7).way_id == 7
    slow = usable(tmp_path, kind="speed", way_id=7, kph="", factor=0.5)
    assert (slow.way_id, slow.kph, slow.factor, slow.shape) == (7, None, 0.5, None)
    assert usable(tmp_path, kind="speed", wkt=LINE, kph=2).shape is not None


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"kind": "fence"}, "'fence' is none of gate_closed, gate_open, wall, "),
        ({"kind": "gate_open", "lon": 413, "lat": 23}, "has no point on Earth; draw it"),
        ({"kind": "gate_open", "lon": "", "lat": 23}, "has no point on Earth; draw it"),
        ({"kind": "gate_open", "wkt": LINE}, "has no point on Earth; draw it"),
        ({"kind": "wall", "lon": 113, "lat": 23}, "has no line on Earth; draw it"),
        ({"kind": "street", "wkt": SQUARE}, "has no line on Earth; draw it"),
        ({"kind": "street", "wkt": "LINESTRING (1 2"}, "has no line on Earth; draw it"),
        ({"kind": "street", "wkt": "LINESTRING (1 2, 1 2)"}, "has no line on Earth; draw it"),
        ({"kind": "street", "wkt": "LINESTRING (1 2, 1 99)"}, "has no line on Earth; draw it"),
        ({"kind": "banned_way"}, "names no way; fill in way_id"),
        ({"kind": "banned_way", "way_id": -7}, "way_id '-7' is no number above 0 and up to"),
        ({"kind": "speed", "way_id": 7}, "says no speed; fill in kph or factor"),
        ({"kind": "speed", "way_id": 7, "kph": "fast"}, "kph 'fast' is no number above 0 and"),
        ({"kind": "speed", "way_id": 7, "factor": 0}, "factor '0' is no number above 0 and"),
        ({"kind": "wall", "wkt": SQUARE, "year": 20}, "year '20' is no number above 1899 and"),
    ],
)
def test_a_row_that_cannot_be_used_is_told(
    cells: dict[str, Any], told: str, tmp_path: Path
) -> None:
    outcome = row_of(tmp_path, **cells)
    assert isinstance(outcome, Outcome)
    assert (outcome.row, outcome.kind) == ("2", cells["kind"])
    assert outcome.status == "not_applicable"
    assert told in outcome.told("en")
    assert outcome.told("zh") != outcome.told("en")


def test_a_bad_row_does_not_touch_the_others(tmp_path: Path) -> None:
    rows = [("fence", "", ""), ("gate_open", 113, 23), ("wall", "", "")]
    path = write_csv(tmp_path / "corrections.csv", ("kind", "lon", "lat"), rows)
    found = read_corrections(path)
    assert [row.row for row in found.rows] == ["3"]
    assert [row.row for row in found.refused] == ["2", "4"]


def test_every_layer_of_a_geopackage_counts(tmp_path: Path) -> None:
    path = tmp_path / "corrections.gpkg"
    metres = "EPSG:4547"
    gates = gpd.GeoDataFrame(
        {"kind": ["gate_open"]}, geometry=[shapely.Point(500_000, 0)], crs=metres
    )
    several = shapely.MultiPoint([(500_000, 0)])
    more = gpd.GeoDataFrame({"kind": ["gate_open"]}, geometry=[several], crs=metres)
    walls = gpd.GeoDataFrame(
        {"kind": ["wall"]},
        geometry=[shapely.LineString([(500_000, 0, 7), (500_100, 0, 7)])],
        crs=metres,
    )
    bans = gpd.GeoDataFrame(pd.DataFrame({"kind": ["banned_way"], "way_id": [9]}))
    for name, layer in {"gates": gates, "more": more, "walls": walls}.items():
        layer.to_file(path, layer=name)
    pyogrio.write_dataframe(bans, path, layer="bans")
    found = read_corrections(path)
    assert [row.row for row in found.rows] == ["gates: 1", "more: 1", "walls: 1", "bans: 1"]
    gate, other, wall, ban = found.rows
    assert gate.shape is not None
    assert gate.shape == other.shape
    assert gate.shape.distance(shapely.Point(114, 0)) < 1e-9
    assert wall.shape is not None
    assert not wall.shape.has_z
    assert ban.way_id == 9


def test_an_empty_file_holds_none(tmp_path: Path) -> None:
    for path in (
        write_csv(tmp_path / "corrections.csv", ("kind", "lon", "lat"), []),
        write_geojson(tmp_path / "corrections.geojson", []),
    ):
        found = read_corrections(path)
        assert (found.rows, found.refused) == ((), ())


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for name in ("lost.csv", "lost.gpkg"):
        with pytest.raises(NotFoundError, match=rf"{name}: there is no such file; correct the pa"):
            read_corrections(tmp_path / name)
    (tmp_path / "broken.gpkg").write_bytes(b"no layer")
    with pytest.raises(InputError, match=r"broken\.gpkg: not a layer that GDAL reads: .*; save"):
        read_corrections(tmp_path / "broken.gpkg")
    path = write_csv(tmp_path / "corrections.csv", ("sort", "lon"), [("wall", 1)])
    with pytest.raises(SchemaError, match=r"corrections\.csv: has no column 'kind'; add it: gate"):
        read_corrections(path)
