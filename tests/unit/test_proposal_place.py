"""Where a proposal stands: its street, the next one, and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from review_study import proposed, review_desk
from toy_study import CORNER_M, degrees, toy_sections

from facility_coverage.coordinates.systems import from_wgs84
from facility_coverage.errors import GeometryError, NotFoundError, SchemaError, UnreachableError
from facility_coverage.network.snapping import snap
from facility_coverage.proposals.desk import Desk
from facility_coverage.proposals.place import (
    EXCHANGED,
    misread,
    next_street,
    place_of,
    read_water,
    require_place,
)
from facility_coverage.proposals.proposal import Told
from facility_coverage.proposals.rank import direction_of
from facility_coverage.words import Remark


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return review_desk(tmp_path_factory.mktemp("desk"))


def test_the_place_of_a_proposal(desk: Desk) -> None:
    prepared = desk.measured.prepared
    xy = np.array([[CORNER_M[0] + 240.0, CORNER_M[1] + 30.0]])
    own = snap(prepared.index, xy, off_street_limit_m=100.0)
    place = place_of(prepared, proposed("p", (240, 30), kind="centre"), own)
    assert (place.unit_id, place.unit_name, place.street_class) == ("01", "西街道", "residential")
    assert place.off_street_m == pytest.approx(30.0, abs=0.01)
    assert place.street_lonlat == pytest.approx(degrees(240, 0), abs=1e-7)
    outside = snap(prepared.index, xy + np.array([1010.0, 0.0]), off_street_limit_m=100.0)
    assert (
        place_of(prepared, proposed("p", (1250, 30), kind="centre"), outside).unit_id == "outside"
    )


def test_the_next_street_is_another_way(desk: Desk) -> None:
    index = desk.measured.prepared.index
    xy = np.array([[CORNER_M[0] + 240.0, CORNER_M[1] + 30.0]])
    own = snap(index, xy, off_street_limit_m=100.0)
    moved = next_street(index, own, 100.0)
    assert moved is not None
    assert moved.off_street_m[0] == pytest.approx(40.0, abs=0.01)
    again = snap(index, xy - np.array([25.0, 0.0]), off_street_limit_m=100.0)
    assert again.edge[0] == moved.edge[0]
    assert next_street(index, own, 39.0) is None
    assert moved.position_m[0] == pytest.approx(again.position_m[0], abs=0.01)


def test_streets_of_one_name_are_one_street(desk: Desk) -> None:
    index = desk.measured.prepared.index
    named = replace(index.network, way_name=("Long Road",) * len(index.network.way_name))
    own = snap(index, np.array([[CORNER_M[0] + 240.0, CORNER_M[1] + 30.0]]), off_street_limit_m=100)
    assert next_street(replace(index, network=named), own, 100.0) is None


@pytest.mark.parametrize(
    ("where", "error", "told"),
    [
        ((1210, 10), GeometryError, "outside every subdistrict"),
        ((5000, 10), GeometryError, "outside every subdistrict"),
        ((1000, 850), UnreachableError, "is 150 m from any street, and the study allows 100 m"),
    ],
)
def test_where_nothing_can_be_reviewed(
    desk: Desk, where: tuple[int, int], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told) as caught:
        desk.require(proposed("p", where, kind="centre"))
    assert "\n" not in str(caught.value)


def test_water_and_far_streets_are_told(desk: Desk) -> None:
    prepared = desk.measured.prepared
    lake = np.array([shapely.box(*CORNER_M, CORNER_M[0] + 400, CORNER_M[1] + 400)], dtype=object)
    with pytest.raises(GeometryError, match="lies in water"):
        require_place(prepared, proposed("p", (240, 30), kind="centre"), lake)
    north = prepared.boundaries.units.assign(
        geometry=[*prepared.boundaries.units.geometry[:2], shapely.box(0, 0, 1e6, 1e7)]
    )
    wide = replace(prepared, boundaries=replace(prepared.boundaries, units=north))
    with pytest.raises(UnreachableError, match="more than 5000 m from any street"):
        require_place(wide, proposed("p", (1000, 9000), kind="centre"), lake)
    saved = prepared.study.network.model_copy(update={"source": "streets.npz"})
    study = prepared.study.model_copy(update={"network": saved})
    assert len(read_water(replace(prepared, study=study))) == 0


def test_a_study_far_from_the_place(tmp_path: Path) -> None:
    desk = review_desk(tmp_path, toy_sections())
    with pytest.raises(GeometryError, match="outside every subdistrict"):
        desk.require(proposed("p", None, kind="centre", lon=-15.4, lat=28.1))


def test_unknown_closures_and_repeated_ids(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="closes 'f9', but the study has no such facility"):
        desk.require(proposed("p", None, closes="f1;f9"))
    twice = proposed("p", None, closes="f1")
    with pytest.raises(SchemaError, match="two proposals share the id 'p'"):
        desk.require(twice, twice)


@pytest.mark.parametrize(
    ("step", "direction"),
    [((0, 1), "north"), ((1, 1), "north-east"), ((5, 1), "east"), ((1, -1), "south-east"),
     ((0, -2), "south"), ((-1, -1), "south-west"), ((-3, 0), "west"), ((-1, 1), "north-west")],
)  # fmt: skip
def test_directions(step: tuple[float, float], direction: str) -> None:
    assert direction_of(*step) == direction


def test_a_place_that_was_declared_in_another_system_is_asked_about(desk: Desk) -> None:
    prepared = desk.measured.prepared
    east, west = np.array([degrees(1290, 303)]), np.array([degrees(-90, 470)])
    gcj02 = proposed("p", None, kind="centre", lonlat=from_wgs84(east, "gcj02")[0].tolist())
    doubt = misread(prepared, gcj02)
    assert doubt is not None
    assert "as gcj02: is that its system?" in doubt.told("en")
    declared = gcj02.model_copy(update={"lonlat": degrees(1290, 303), "coordinates": "gcj02"})
    assert misread(prepared, declared) is None
    assert misread(prepared, proposed("p", (2500, 3000), kind="centre")) is None
    bd09 = proposed("p", None, kind="centre", lonlat=from_wgs84(west, "bd09")[0].tolist())
    with pytest.raises(UnreachableError, match="as bd09: is that its system"):
        require_place(prepared, bd09, np.empty(0, dtype=object))


def test_a_doubt_stands_on_the_sheet() -> None:
    remark = Remark(EXCHANGED, off_m="90", declared="wgs84", near_m="3")
    assert Told.of(remark).en == (
        "90 m off any street as wgs84, but 3 m with longitude and latitude exchanged"
    )
