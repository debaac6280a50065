"""The guide to inputs: what it tells to write can be read, in both languages."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from facility_coverage.inputs.corrections import read_corrections
from facility_coverage.study_file import (
    BoundariesSection,
    DemandSection,
    FacilitiesSection,
    NetworkSection,
)

DOCS = Path(__file__).parents[2] / "docs"
SECTIONS: dict[str, type[BaseModel]] = {
    "network": NetworkSection,
    "boundaries": BoundariesSection,
    "facilities": FacilitiesSection,
    "demand": DemandSection,
}


def blocks(name: str, language: str) -> list[str]:
    """Return the blocks of code of one language in a page."""
    text = (DOCS / name).read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    assert found
    return [str(block) for block in found]


@pytest.mark.parametrize("name", ["data.md", "data.zh.md"])
def test_every_section_that_is_shown_can_be_read(name: str) -> None:
    shown: dict[str, Any] = {}
    for block in blocks(name, "toml"):
        table = tomllib.loads(block)
        for section in set(table) & set(SECTIONS):
            SECTIONS[section].model_validate(table[section])
        shown |= table
    assert set(SECTIONS) - {"facilities"} <= set(shown)


@pytest.mark.parametrize("name", ["data.md", "data.zh.md"])
def test_the_corrections_that_are_shown_can_be_used(name: str, tmp_path: Path) -> None:
    (table,) = (block for block in blocks(name, "csv") if "wkt" in block)
    path = tmp_path / "corrections.csv"
    path.write_text(table, encoding="utf-8")
    found = read_corrections(path)
    assert [row.kind for row in found.rows] == [
        "wall", "gate_open", "gate_closed", "street", "banned_way", "speed",
    ]  # fmt: skip
    assert found.refused == ()
