"""Registers of proposals: sheets and layers in any system; a bad row stops no other."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from facility_coverage.coordinates.systems import from_wgs84
from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.proposals.register import read_proposals

FIELDS: dict[str, object] = {"kind": "centre", "lon": "113.35", "lat": "23.13"}


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    frame = pd.DataFrame(rows)
    if path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        path.write_bytes(frame.to_csv(index=False).encode("gb18030"))
    return path


@pytest.mark.parametrize("name", ["p.csv", "p.xlsx"])
def test_chinese_headings_and_systems_row_by_row(tmp_path: Path, name: str) -> None:
    lon, lat = from_wgs84(pd.DataFrame([[113.35, 23.13]]).to_numpy(), "gcj02")[0].tolist()
    row = {
        "编号": "b", "项目名称": "新中心", "类别": "社区卫生服务中心", "经度": lon, "纬度": lat,
        "坐标系": "GCJ-02", "建筑面积(㎡)": "2400平", "替代机构": "f1;f2",
    }  # fmt: skip
    plain = {**row, "编号": "a", "经度": 113.35, "纬度": 23.13, "坐标系": ""}
    register = read_proposals(written(tmp_path / name, [row, plain]))
    assert [one.id for one in register.proposals] == ["a", "b"]
    for one in register.proposals:
        assert one.lonlat == pytest.approx((113.35, 23.13), abs=1e-7)
        assert (one.title, one.kind, one.floor_area_m2) == ("新中心", "centre", 2400.0)
        assert one.closes == ("f1", "f2")
    assert [one.coordinates for one in register.proposals] == ["wgs84", "gcj02"]
    assert register.besides("a") == (register.one("b"),)


def test_bad_rows_are_refused_with_their_reason(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": "good", **FIELDS},
        {"id": "bad", **FIELDS, "beds": "-1"},
        {"id": "twice", **FIELDS},
        {"id": "twice", **FIELDS},
        {"id": "nowhere", "kind": "centre"},
    ]
    register = read_proposals(written(tmp_path / "p.csv", rows))
    assert [one.id for one in register.proposals] == ["good"]
    assert [(one.id, one.row) for one in register.refused] == [
        ("bad", "3"), ("twice", "4"), ("twice", "5"), ("nowhere", "6"),
    ]  # fmt: skip
    for name, told in [("bad", "row 3: proposal 'bad': beds"), ("twice", "rows 4, 5")]:
        with pytest.raises(InputError, match=told):
            register.one(name)
    with pytest.raises(InputError) as caught:
        register.one("twice")
    assert caught.value.told("zh") == (
        "p.csv：第4行：编号'twice'出现在第4, 5行；请给每个选址方案各自的编号"
    )
    with pytest.raises(NotFoundError, match="no proposal 'other'"):
        register.one("other")
    with pytest.raises(InputError, match=r"several proposals \(good\)"):
        register.one()


def test_the_only_row_needs_no_id_to_be_named(tmp_path: Path) -> None:
    assert read_proposals(written(tmp_path / "p.csv", [{"id": "a", **FIELDS}])).one().id == "a"
    alone = read_proposals(written(tmp_path / "q.csv", [FIELDS]))
    with pytest.raises(InputError, match="at least 1 character"):
        alone.one()


def test_geojson_with_points_parcels_and_a_closure(tmp_path: Path) -> None:
    square = shapely.box(113.0, 23.0, 113.002, 23.002)
    features = [
        ({"id": "parcel", "kind": "centre"}, shapely.geometry.mapping(square)),
        ({"id": "point", "kind": "station"}, {"type": "Point", "coordinates": [113.35, 23.13]}),
        ({"id": "shut", "closes": "f1"}, None),
    ]
    path = tmp_path / "p.geojson"
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": own, "geometry": shape} for own, shape in features
        ],
    }
    path.write_text(json.dumps(collection), encoding="utf-8")
    register = read_proposals(path)
    assert [one.id for one in register.proposals] == ["parcel", "point", "shut"]
    parcel, point, shut = register.proposals
    assert parcel.parcel is not None
    assert parcel.lonlat == pytest.approx((113.001, 23.001), abs=1e-6)
    assert point.lonlat == (113.35, 23.13)
    assert shut.lonlat is None
    shifted = read_proposals(path, coordinates="gcj02").one("point")
    assert shifted.coordinates == "gcj02"
    assert shifted.lonlat != point.lonlat


def test_a_layer_in_metres_is_converted_unless_a_row_says_otherwise(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "coordinates": ["", "EPSG:4547"], "kind": "centre"},
        geometry=[shapely.Point(433_000, 2_559_000)] * 2,
        crs="EPSG:4547",
    )
    path = tmp_path / "p.gpkg"
    frame.to_file(path)
    one, other = read_proposals(path).proposals
    assert one.lonlat == pytest.approx(other.lonlat, abs=1e-9)
    assert (one.coordinates, other.coordinates) == ("wgs84", "EPSG:4547")
    nameless = tmp_path / "q.gpkg"
    frame.drop(columns="id").to_file(nameless)
    assert len(read_proposals(nameless).refused) == 2
