"""A user's own list of premises: a bad row becomes a row with a reason."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_study import CORNER_M, CRS, degrees, polygon, write_csv, write_geojson

from facility_coverage.errors import NotFoundError, SchemaError
from facility_coverage.inputs.premises import Premises, read_premises
from facility_coverage.study_file import SitingSection


def read(path: Path, **keys: Any) -> Premises:  # noqa: ANN401  (keys of the study file)
    return read_premises(SitingSection(candidates=str(path), **keys), CRS)


def test_only_positions_are_needed(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "list.csv", ("lon", "lat"), [degrees(5, 5), degrees(1, 2)])
    premises = read(path)
    assert premises.table["candidate_id"].tolist() == ["row-2", "row-3"]
    assert premises.table["candidate_name"].tolist() == ["row-2", "row-3"]
    amounts = premises.table[["floor_area_m2", "cost", "earliest_year", "capacity"]]
    assert amounts.isna().to_numpy().all()
    assert np.allclose(premises.xy - CORNER_M, [(5, 5), (1, 2)], atol=0.01)
    assert (premises.table["reason"] == "").all()
    assert premises.notes == ()


def test_polygons_stand_at_a_point_inside_and_empty_ones_nowhere(tmp_path: Path) -> None:
    features: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
        ({"id": "p2", "rent": 7}, polygon((0, 0, 100, 50))),
        ({"id": "p1", "rent": None}, None),
    ]
    premises = read(write_geojson(tmp_path / "parcels.geojson", features), id="id", cost="rent")
    assert premises.table["candidate_id"].tolist() == ["p1", "p2"]
    assert np.isnan(premises.xy[0]).all()
    assert np.allclose(premises.xy[1] - CORNER_M, (50, 25), atol=0.1)
    reason, nothing = premises.table["reason"]
    assert reason.told("en") == (
        "has no geometry on Earth; draw its point, or exchange its coordinates if swapped"
    )
    assert nothing == ""
    assert premises.table["cost"].tolist()[1] == 7


def test_what_is_no_amount_is_noted_and_stops_nothing(tmp_path: Path) -> None:
    header = ("candidate_id", "lon", "lat", "floor_area_m2", "cost")
    rows = [["a", *degrees(0, 0), "big", -1], ["b", *degrees(0, 0), "inf", 2]]
    premises = read(write_csv(tmp_path / "list.csv", header, rows))
    assert premises.table["floor_area_m2"].isna().all()
    assert [note.told("en") for note in premises.notes] == [
        "list.csv: row 2: floor_area_m2 'big' is no amount; write plain digits; left empty",
        "list.csv: row 3: floor_area_m2 'inf' is no amount; write plain digits; left empty",
        "list.csv: row 2: cost '-1' is no amount of 0 or more; correct it; left empty",
    ]


def test_a_repeated_id_counts_once_whatever_follows(tmp_path: Path) -> None:
    rows = [["a", *degrees(0, 0)], ["a", *degrees(9, 0)]]
    premises = read(write_csv(tmp_path / "list.csv", ("candidate_id", "lon", "lat"), rows))
    assert premises.table["candidate_id"].tolist() == ["a", "a (row 3)"]
    nothing, reason = premises.table["reason"]
    assert nothing == ""
    assert reason.told("en") == "candidate_id stands twice; the first row counts"
    assert reason.told("zh") == "candidate_id重复出现；以首行为准"


def test_a_list_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read(tmp_path / "none.csv")
    path = write_csv(tmp_path / "list.csv", ("u", "lat"), [[1, 2]])
    with pytest.raises(
        SchemaError, match=r"has no column 'lon' \(siting.lon\); name one of u, lat"
    ):
        read(path)
