"""The map of a batch: the ranking, hostile names as text only, and nothing where nothing is."""

import json
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from facility_coverage.batch.roll_up import RollUp
from facility_coverage_maps.batch_map import write_batch_map

HOSTILE = "</script><img src=x onerror=alert(1)>${1}`"
COLUMNS = [
    "district_id", "district_name", "state", "rank", "covered_share", "population",
    "subdistricts_flagged", "synthetic", "folder", "reason",
]  # fmt: skip


def rolled(rows: list[tuple[object, ...]], shapes: dict[str, shapely.Geometry]) -> RollUp:
    table = pd.DataFrame(rows, columns=COLUMNS)
    districts = gpd.GeoDataFrame(
        {"district_id": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326"
    )
    return RollUp(table, districts, districts)


def data_of(path: Path) -> dict[str, object]:
    found = re.search(
        r'id="batch-data">(.*?)</script>', path.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data


def test_districts_by_need_then_those_that_failed_then_the_total(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("a", HOSTILE, "done", 2, 0.9, 10.0, 0, "", "a-1", ""),
        ("b", "", "failed", pd.NA, float("nan"), float("nan"), float("nan"), "", "", HOSTILE),
        ("c", "丙", "done", 1, 0.3, 20.0, 2, "", "c-1", ""),
        ("all", "", "2 of 3 done", pd.NA, 0.5, 30.0, 2, "", "", ""),
    ]
    shapes = {"a": shapely.box(0, 0, 1, 1), "c": shapely.box(1, 0, 2, 1)}
    path = tmp_path / "map.html"
    write_batch_map(rolled(rows, shapes), path, "zh")
    page = path.read_text(encoding="utf-8")
    assert HOSTILE not in page
    assert not re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=", page)
    data = data_of(path)
    told = data["rows"]
    assert isinstance(told, list)
    assert [row["district_id"] for row in told] == ["c", "a", "b", "all"]
    assert told[2]["covered_share"] is None
    assert data["shapes"]["a"]["type"] == "Polygon"  # type: ignore[index]  # of JSON


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_batch_of_which_everything_failed(tmp_path: Path, language: str) -> None:
    rows: list[tuple[object, ...]] = [
        ("b", "", "failed", pd.NA, float("nan"), float("nan"), float("nan"), "", "", "no streets"),
        ("all", "", "0 of 1 done", pd.NA, float("nan"), 0.0, 0, "", "", ""),
    ]
    path = tmp_path / "map.html"
    write_batch_map(rolled(rows, {}), path, language)  # type: ignore[arg-type]  # of two words
    assert data_of(path)["shapes"] == {}
