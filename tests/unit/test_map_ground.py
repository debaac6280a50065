"""Water and parks behind the map: those of the extract that can be seen, with their islands."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from shape_reader import decode
from toy_result import CORNER_M, CRS, toy_result, toy_study

from facility_coverage.crs import WGS84, project
from facility_coverage.study_file import MapSection, Study
from facility_coverage_maps.ground import ground


def square(first_id: int, tag: str, corner: tuple[float, float], side_m: float) -> str:
    """Return a square of land as OSM."""
    steps = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * side_m + CORNER_M + corner
    ids = [*range(first_id, first_id + 4), first_id]
    nodes = [
        f'<node id="{node}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>'
        for node, (lon, lat) in zip(ids[:4], project(steps, CRS, WGS84).tolist(), strict=True)
    ]
    key, value = tag.split("=")
    members = "".join(f'<nd ref="{node}"/>' for node in ids)
    way = f'<way id="{first_id}" version="1">{members}<tag k="{key}" v="{value}"/></way>'
    return "\n".join((*nodes, way))


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    parts = [
        square(10, "natural=water", (500, 500), 300),
        square(20, "natural=water", (900, 500), 15),  # too small to be seen
        square(30, "natural=water", (90_000, 500), 300),  # too far away
        square(40, "leisure=park", (2500, 500), 400),
    ]
    lines = sorted("\n".join(parts).split("\n"), key=lambda line: line.startswith("<way"))
    path = tmp_path / "land.osm"
    path.write_text('<osm version="0.6">\n' + "\n".join(lines) + "\n</osm>", encoding="utf-8")
    return path


def test_land_is_drawn_where_it_can_be_seen(extract: Path) -> None:
    study = toy_study()
    network = study.network.model_copy(update={"source": str(extract)})
    wanted = MapSection(context=["park", "water"])
    result = toy_result(study.model_copy(update={"network": network, "map": wanted}))
    found = {row["kind"]: decode(row["shape"]) for row in ground(result)}
    assert list(found) == ["park", "water"]
    assert [len(polygons) for polygons in found.values()] == [1, 1]
    assert all(len(polygons[0][0]) == 4 for polygons in found.values())
    nothing = replace(result, study=study)
    assert ground(nothing) == []


def test_a_study_whose_network_holds_no_land_cannot_ask_for_it() -> None:
    values = toy_study().model_dump()
    values["network"]["source"] = "streets.npz"
    values["map"] = {"context": ["water"]}
    with pytest.raises(ValidationError, match=r"needs an OSM file in network\.source"):
        Study.model_validate(values)
