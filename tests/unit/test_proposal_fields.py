"""Proposals as people write them: what is read, and what is refused in one line."""

import pytest
from pydantic import ValidationError

from facility_coverage.errors import SchemaError
from facility_coverage.proposals.fields import proposal_of
from facility_coverage.proposals.proposal import Proposal

HERE = {"id": "p", "kind": "centre", "lon": 113.35, "lat": 23.13}
SHA = "ab" * 32
RING = [[113.0, 23.0], [113.002, 23.0], [113.002, 23.002], [113.0, 23.002], [113.0, 23.0]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}
CROSSED = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
LINE = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}
SWAPPED = {"type": "Point", "coordinates": [23, 113]}
NOWHERE = {"type": "Point", "coordinates": [500, 500]}


def test_all_fields_as_text() -> None:
    proposal = proposal_of(
        {
            "id": " p-1 ",
            "title": "<script>alert(1)</script>\n =HYPERLINK",
            "proposer": "=1+1",
            "kind": "社区卫生服务站",
            "lon": "113.35",
            "lat": "23.13",
            "ownership": "政府办",
            "floor_area_m2": "5000平",
            "beds": "20张",
            "older_care": "是",
            "capacity": "1.2万",
            "cost": "1800",
            "opening_year": "2027年",
            "closes": "f1； f2",
            "documents": f"plan.pdf={SHA.upper()}; deed.pdf = {SHA}",
            "other": "is passed over",
        }
    )
    assert (proposal.id, proposal.kind, proposal.lonlat) == ("p-1", "station", (113.35, 23.13))
    assert proposal.title == "<script>alert(1)</script> =HYPERLINK"
    assert (proposal.floor_area_m2, proposal.beds, proposal.capacity) == (5000.0, 20.0, 12_000.0)
    assert (proposal.older_care, proposal.cost, proposal.opening_year) == (True, 1800.0, 2027)
    assert proposal.closes == ("f1", "f2")
    assert [one.name for one in proposal.documents] == ["plan.pdf", "deed.pdf"]
    assert {one.sha256 for one in proposal.documents} == {SHA}


def test_a_feature_with_a_parcel_stands_inside_of_it() -> None:
    feature = {
        "type": "Feature",
        "id": "east",
        "geometry": SQUARE,
        "properties": {
            "kind": "centre",
            "older_care": "否",
            "documents": [{"name": "a", "sha256": SHA}],
        },
    }
    proposal = proposal_of(feature)
    assert proposal.id == "east"
    assert proposal.older_care is False
    assert proposal.lonlat == pytest.approx((113.001, 23.001))
    assert proposal.parcel is not None
    assert [len(ring) for part in proposal.parcel for ring in part] == [5]
    many = {"type": "MultiPolygon", "coordinates": [[RING]]}
    assert proposal_of({"id": "m", "geometry": many}).parcel == proposal.parcel


@pytest.mark.parametrize("system", ["GCJ-02", "bd09", "EPSG:4547"])
def test_declared_coordinates_are_converted(system: str) -> None:
    given = {"lon": 434000.0, "lat": 2559000.0} if system.startswith("EPSG") else {}
    proposal = proposal_of({**HERE, **given}, coordinates=system)
    assert proposal.coordinates in {"gcj02", "bd09", "EPSG:4547"}
    assert proposal.lonlat is not None
    assert proposal.lonlat != (113.35, 23.13)
    assert proposal.lonlat == pytest.approx((113.35, 23.13), abs=0.02)
    again = proposal_of({**HERE, **given, "coordinates": system})
    assert again == proposal


def test_a_point_as_geometry_and_a_closure_without_a_place() -> None:
    point = {"type": "Point", "coordinates": [113.35, 23.13, 5.0]}
    assert proposal_of({"id": "p", "geometry": point}).lonlat == (113.35, 23.13)
    closure = proposal_of({"id": "c", "closes": ["f1"], "lon": "", "lat": None})
    assert (closure.lonlat, closure.facilities, closure.name) == (None, (), "c")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "draw its point or parcel"),
        ({"geometry": None}, "neither a place nor a facility that closes"),
        ({**HERE, "id": ""}, "at least 1 character"),
        ({**HERE, "floor_area_m2": -1}, "floor_area_m2: '-1' is no amount"),
        ({**HERE, "floor_area_m2": "large"}, "floor_area_m2: 'large' is no amount"),
        ({**HERE, "beds": "10-20"}, "is a range"),
        ({**HERE, "opening_year": "2027.5"}, "is no year"),
        ({**HERE, "opening_year": 1200}, "opening_year 1200"),
        ({**HERE, "older_care": "perhaps"}, "neither yes nor no"),
        ({**HERE, "kind": "casino"}, "'centre', 'station' or 'ambulance_station'"),
        ({**HERE, "title": "x" * 600}, "at most 500"),
        ({**HERE, "title": "a\x00b"}, "should match pattern"),
        ({**HERE, "closes": "f1;f1"}, "closes names a facility twice"),
        ({**HERE, "documents": "plan.pdf"}, "sha256"),
        ({**HERE, "lat": "north"}, "lon, lat"),
        ({**HERE, "lon": 23.13, "lat": 113.35}, "exchange"),
        ({**HERE, "lonlat": (500.0, 23.0)}, "lon, lat"),
        ({**HERE, "coordinates": "mars"}, "no coordinate system"),
        ({"id": "p", "geometry": {"type": "Line"}}, "is no GeoJSON"),
        ({"geometry": LINE}, "LineString"),
        ({"geometry": CROSSED}, "crosses itself"),
        ({"geometry": SWAPPED}, "exchange the two"),
        ({"geometry": NOWHERE}, "correct them"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_one_line(values: dict[str, object], told: str) -> None:
    with pytest.raises(SchemaError) as caught:
        proposal_of({"id": "p"} | values)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"geometry": None}, "请画出点或地块，或写明撤销哪个设施"),
        ({**HERE, "opening_year": "2027.5"}, "opening_year：'2027.5'不是年份"),
        ({**HERE, "older_care": "perhaps"}, "older_care：'perhaps'既不是“是”也不是“否”"),
        ({**HERE, "closes": "f1;f1"}, "closes重复写了同一设施：f1, f1"),
        ({"geometry": CROSSED}, "地块边线自相交"),
        ({"geometry": SWAPPED}, "请对调两个数"),
    ],
)
def test_faults_are_told_in_chinese(values: dict[str, object], told: str) -> None:
    with pytest.raises(SchemaError) as caught:
        proposal_of({"id": "p"} | values)
    assert caught.value.told("zh").startswith("选址方案'p'：")
    assert told in caught.value.told("zh")


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(SchemaError, match=r"beds.*cost.*coordinates"):
        proposal_of({**HERE, "beds": "many", "cost": "dear", "coordinates": "mars"})


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"lonlat": (500.0, 23.0)}, "is no longitude and latitude"),
        ({"closes": ("f1",), "parcel": (((RING[0],) * 4,),)}, "has a parcel but no point"),
    ],
)
def test_values_are_held_to_the_contract_however_they_come(
    fields: dict[str, object], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        Proposal.model_validate({"id": "p", **fields})


def test_an_empty_geometry_is_no_place() -> None:
    empty = {"type": "Polygon", "coordinates": []}
    assert proposal_of({"id": "p", "closes": "f1", "geometry": empty}).lonlat is None
