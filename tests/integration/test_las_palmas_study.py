"""Las Palmas as a planner would run it: two processes, two orders of hashing, one answer."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from toy_study import write_study

ROOT = Path(__file__).parents[2]
LAYERS = (
    "subdistricts", "isochrones", "facilities", "candidates", "gaps", "streets", "demand",
    "overlaps",
)  # fmt: skip


@pytest.fixture(scope="module")
def folders(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Run the study twice at once, each in a process and with a cache of its own."""
    data = real_data / "las_palmas"
    if not data.is_dir():
        pytest.skip(f"no Las Palmas in {real_data}")
    place = tmp_path_factory.mktemp("las_palmas")
    study = write_study(
        place / "study.toml",
        {
            "study": {"name": "Las Palmas"},
            "network": {"source": str(data / "las_palmas_2023-02-21.osm.pbf"), "speed_kph": 4.0},
            "boundaries": {
                "source": str(data / "subareas.geojson"), "id": "Codigo", "name": "Denominaci",
            },
            "facilities": {"source": "osm", "amenity": ["hospital", "clinic", "doctors"]},
            "demand": {
                "source": str(data / "population_cells.csv"), "lon": "lng", "lat": "lat",
                "population": "POP_2015", "cell_size_m": 100, "cell_crs": "ESRI:54009",
            },
            "coverage": {
                "minutes": [5, 10, 15], "target_share": 0.80, "off_street_limit_m": 250,
            },
            "siting": {"sites": 5, "model": "mclp"},
        },
    )  # fmt: skip
    roots = os.pathsep.join(str(ROOT / name) for name in ("coverage", "maps", "api", "cli"))
    command = [sys.executable, "-c", "from facility_coverage_cli.main import run; run()"]
    out = (place / "first", place / "second")
    runs = [
        subprocess.Popen(  # noqa: S603  (our own program)
            [
                *command, "run", str(study), "--quiet", "--out", str(folder),
                "--cache", str(folder.with_suffix(".cache")),
            ],
            env={**os.environ, "PYTHONPATH": roots, "PYTHONHASHSEED": str(seed)},
            stderr=subprocess.PIPE,
        )
        for seed, folder in zip((1, 4_000_000_000), out, strict=True)
    ]  # fmt: skip
    assert [run.communicate()[1] for run in runs] == [b"", b""]
    assert [run.returncode for run in runs] == [0, 0]
    return out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def summary(folder: Path) -> Any:  # noqa: ANN401  (JSON holds anything)
    return json.loads((folder / "summary.json").read_text(encoding="utf-8"))


def test_the_map_is_light(folders: tuple[Path, Path]) -> None:
    assert (folders[0] / "map.html").stat().st_size <= 2_000_000


def test_two_processes_write_equal_bytes(folders: tuple[Path, Path]) -> None:
    first, second = folders
    names = sorted(path.name for path in first.iterdir())
    assert sorted(path.name for path in second.iterdir()) == names
    promised = [name for name in names if name.endswith((".csv", ".json", ".geojson", ".html"))]
    assert len(promised) >= 11
    assert [n for n in promised if (first / n).read_bytes() != (second / n).read_bytes()] == []


def test_everybody_is_counted_once(folders: tuple[Path, Path], real_data: Path) -> None:
    cells = rows(real_data / "las_palmas" / "population_cells.csv")
    everybody = sum(float(cell["POP_2015"]) for cell in cells)
    table = rows(folders[0] / "coverage_by_unit.csv")
    assert len(table) == 29 + 1
    assert sum(float(row["population"]) for row in table) == pytest.approx(everybody, abs=1e-4)
    for row in table:
        parts = float(row["assessed_population"]) + float(row["unassessed_population"])
        assert parts == pytest.approx(float(row["population"]), abs=1e-6)
    total = summary(folders[0])["total"]
    assert total["population"] == pytest.approx(371_312, abs=1)
    for label in ("5min", "10min", "15min"):
        covered = sum(float(row[f"covered_population_{label}"]) for row in table)
        assert covered == pytest.approx(total[f"covered_population_{label}"], abs=1e-4)
        parts = covered + total[f"uncovered_population_{label}"] + total["unassessed_population"]
        assert parts == pytest.approx(everybody, abs=1e-4)


def test_people_outside_every_subdistrict(folders: tuple[Path, Path]) -> None:
    outside = rows(folders[0] / "coverage_by_unit.csv")[-1]
    assert outside["unit_id"] == "outside"
    assert float(outside["population"]) == pytest.approx(59_030, abs=1)
    assert any(
        note.startswith("59,030 people live outside") for note in summary(folders[0])["notes"]
    )


def test_overlaps_and_gaps_are_listed(folders: tuple[Path, Path]) -> None:
    faults = rows(folders[0] / "overlaps.csv")
    overlaps = [float(row["area_m2"]) for row in faults if row["fault"] == "overlap"]
    assert 40 <= len(overlaps) <= 50  # 50 before those below a square metre
    assert sum(overlaps) / 1e6 == pytest.approx(0.70, abs=0.01)
    assert max(overlaps) / 1e6 == pytest.approx(0.48, abs=0.005)
    for row in faults:
        if row["fault"] == "overlap":
            assert row["unit_id"] < row["other_unit_id"]
    assert sum(row["fault"] == "gap" for row in faults) > 0


def test_a_longer_walk_covers_no_fewer(folders: tuple[Path, Path]) -> None:
    for row in rows(folders[0] / "coverage_by_unit.csv"):
        covered = [
            float(row[f"covered_population_{label}"]) for label in ("5min", "10min", "15min")
        ]
        assert covered == sorted(covered)
        assert covered[-1] <= float(row["assessed_population"]) + 1e-6


def test_flags_are_those_of_the_figures(folders: tuple[Path, Path]) -> None:
    for row in rows(folders[0] / "coverage_by_unit.csv")[:-1]:
        flags = set(row["flags"].split(";")) - {""}
        assert ("no_facility" in flags) == (row["facilities"] == "0")
        share = float(row["covered_share_15min"]) if row["covered_share_15min"] else 1.0
        assert ("below_target" in flags) == (share < 0.8)
        assert "no_government_centre" not in flags  # the extract does not say who runs them
        assert "government centre not assessable" in row["notes"]


@pytest.mark.parametrize("name", LAYERS)
def test_the_geopackage_opens(name: str, folders: tuple[Path, Path]) -> None:
    layer = gpd.read_file(folders[0] / "results.gpkg", layer=name)
    assert len(layer) > 0
    assert layer.crs == "EPSG:32628"
    shapes = layer.geometry[~(layer.geometry.isna() | layer.geometry.is_empty)]
    assert shapes.is_valid.all()
    assert shapes.geom_type.nunique() == 1


@pytest.mark.parametrize("name", ["isochrones", "gaps", "candidates"])
def test_geojson_opens(name: str, folders: tuple[Path, Path]) -> None:
    layer = gpd.read_file(folders[0] / f"{name}.geojson")
    assert len(layer) > 0
    assert layer.crs == "EPSG:4326"
    shapes = layer.geometry[~layer.geometry.isna()]
    assert shapes.is_valid.all()
    assert shapes.geom_type.nunique() == 1
    # a facility on a scrap of street that nothing is nearest to has a circle without area
    empty = layer[layer.geometry.isna()]
    assert empty.empty or (name == "isochrones" and (empty["area_m2"] == 0).all())


def test_every_cell_and_facility_stands_in_the_snap_audit(folders: tuple[Path, Path]) -> None:
    audit = rows(folders[0] / "snap_audit.csv")
    assert sum(row["layer"] == "demand" for row in audit) == 5_983
    assert sum(row["layer"] == "facility" for row in audit) == 27 + 88 + 28
    for row in audit:
        if row["status"] == "assessed":
            assert float(row["distance_m"]) <= 250
            assert row["way_id"]
        else:
            assert row["reason"]
