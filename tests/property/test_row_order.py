"""Nothing depends on the order of rows: neither who keeps an overlap nor any output."""

import csv
import json
import random
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_study import (
    CRS,
    FACILITY_HEADER,
    PEOPLE_HEADER,
    Box,
    degrees,
    facility_rows,
    polygon,
    toy_sections,
    write_csv,
    write_geojson,
    write_streets,
    write_study,
)

from facility_coverage.inputs.boundaries import Boundaries, read_boundaries
from facility_coverage.outputs.folder import write_results
from facility_coverage.study import run_study
from facility_coverage.study_file import BoundariesSection, Study

side = st.integers(20, 120)
boxes = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 200), side, side).map(
        lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    min_size=2,
    max_size=6,
)


def read(folder: Path, rows: list[tuple[str, Box]]) -> Boundaries:
    path = folder / "units.geojson"
    write_geojson(path, [({"code": code}, polygon(box)) for code, box in rows])
    return read_boundaries(BoundariesSection(source=str(path), id="code"), CRS)


@settings(max_examples=30, deadline=None)
@given(boxes, st.randoms(use_true_random=False))
def test_who_keeps_an_overlap(shapes: list[Box], chance: random.Random) -> None:
    rows = list(zip("abcdef", shapes, strict=False))
    kept: list[tuple[str, Box]] = []
    for name, (west, south, east, north) in rows:  # leave out what others would cover wholly
        free = any(
            not any(w <= x <= e and s <= y <= n for _, (w, s, e, n) in kept)
            for x in (west, (west + east) / 2, east)
            for y in (south, (south + north) / 2, north)
        )
        if free:
            kept.append((name, (west, south, east, north)))
    shuffled = chance.sample(kept, len(kept))
    with TemporaryDirectory() as folder:
        plain, other = read(Path(folder), kept), read(Path(folder), shuffled)
    assert other.units["unit_id"].tolist() == plain.units["unit_id"].tolist()
    assert other.units.geometry.to_wkb().tolist() == plain.units.geometry.to_wkb().tolist()
    assert other.faults.to_wkb().equals(plain.faults.to_wkb())
    # the lowest id keeps all; no two have ground in common; none of the ground is lost
    units = plain.units.geometry
    (_, (west, south, east, north)) = kept[0]
    assert units[0].area == pytest.approx((east - west) * (north - south), abs=0.1)
    assert units.union_all().area == pytest.approx(units.area.sum(), abs=1e-3)


def crowded_study(folder: Path, chance: random.Random | None) -> Path:
    """Write a study full of ties: equal people everywhere, and far too few facilities."""
    people = [[*degrees(x, y), 10, 3] for x in range(-50, 1251, 100) for y in range(-50, 651, 100)]
    people += [[*degrees(250, 250), 7.1, 0.3], [*degrees(250, 250), 7.1, 0.2]]
    units: list[tuple[str, Box]] = [
        ("01", (0, 0, 420, 600)), ("02", (400, 0, 800, 600)), ("03", (790, 0, 1200, 600)),
    ]  # fmt: skip
    facilities = facility_rows()
    streets = write_streets(folder / "streets.osm")
    if chance is not None:
        for rows in (people, units, facilities):
            chance.shuffle(rows)
        lines = streets.read_text(encoding="utf-8").splitlines()
        ways = [line for line in lines if line.startswith("<way")]
        nodes = [line for line in lines if line.startswith("<node") and line.endswith("/>")]
        others = lines[len(nodes) + 1 : -len(ways) - 1]
        chance.shuffle(ways)
        chance.shuffle(nodes)
        text = "\n".join([lines[0], *nodes, *others, *ways, lines[-1]])
        streets.write_text(text, encoding="utf-8")
    write_geojson(
        folder / "subdistricts.geojson",
        [({"code": code, "name": ""}, polygon(box)) for code, box in units],
    )
    write_csv(folder / "facilities.csv", FACILITY_HEADER, facilities)
    write_csv(folder / "people.csv", PEOPLE_HEADER, people)
    sections = toy_sections()
    sections["demand"]["older"] = "older"
    sections["coverage"]["minutes"] = [3, 5]
    sections["siting"] = {"sites": 3, "spacing_m": 100}
    return write_study(folder / "study.toml", sections)


def outputs(chance: random.Random | None) -> dict[str, str]:
    """Return every output whose bytes are promised, less the names of rows of people."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        study = Study.load(crowded_study(folder, chance))
        (folder / "out").mkdir()
        write_results(run_study(study), folder / "out")
        found = {
            path.name: path.read_text(encoding="utf-8-sig")
            for path in (folder / "out").iterdir()
            if path.suffix in {".csv", ".json", ".geojson"}
        }
    audit = list(csv.DictReader(found["snap_audit.csv"].splitlines()))
    for row in audit:
        row["id"] = "" if row["layer"] == "demand" else row["id"]
    manifest = json.loads(found["manifest.json"])
    del manifest["inputs"]
    for name in ("snap_audit.csv", "unreachable.csv", "unreachable.geojson"):
        del manifest["outputs"][name]
    for name in ("unreachable.csv", "unreachable.geojson"):
        found[name] = re.sub(r'^\d+,|(?<="demand_id": )"\d+"', "", found[name], flags=re.MULTILINE)
    return found | {"snap_audit.csv": json.dumps(audit), "manifest.json": json.dumps(manifest)}


@pytest.fixture(scope="module")
def in_order() -> dict[str, str]:
    return outputs(None)


@settings(max_examples=6, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_every_output(chance: random.Random, in_order: dict[str, str]) -> None:
    shuffled = outputs(chance)
    assert set(shuffled) == set(in_order)
    assert [name for name in in_order if shuffled[name] != in_order[name]] == []


def test_the_study_has_ties_to_break(in_order: dict[str, str]) -> None:
    gaps = json.loads(in_order["gaps.geojson"])["features"]
    sites = json.loads(in_order["candidates.geojson"])["features"]
    assert len(sites) == 3
    assert sum(gap["properties"]["demand_points"] for gap in gaps) > 50
