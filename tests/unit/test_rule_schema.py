"""The JSON Schemas that editors use say what the models say."""

import json
import tomllib
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from facility_coverage.standards import schema
from facility_coverage.standards.plan_figures import figure_plan_ids
from facility_coverage.standards.rules import standard_ids

FOLDER = Path(schema.__file__).parent
FILES = [
    *((FOLDER / f"{name}.toml", "rule-file.schema.json") for name in standard_ids()),
    *((FOLDER / "figures" / f"{name}.toml", "plan-figures.schema.json")
      for name in figure_plan_ids()),
]  # fmt: skip


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    content = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(content)
    return jsonschema.Draft202012Validator(content)


def test_the_files_are_written_from_the_models() -> None:
    for path, text in schema.schema_texts().items():
        assert path.read_text(encoding="utf-8") == text, "run make schemas"


def test_the_command_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_FOLDER", tmp_path)
    schema.write_schemas()
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in FOLDER.glob("*.schema.json")}


@pytest.mark.parametrize(("path", "name"), FILES, ids=lambda value: Path(value).stem)
def test_every_file_names_its_schema_and_keeps_to_it(path: Path, name: str) -> None:
    text = path.read_text(encoding="utf-8")
    directive, _, where = text.partition("\n")[0].partition(" ")
    assert directive == "#:schema"
    assert (path.parent / where).resolve() == FOLDER / name
    validator(name).validate(tomllib.loads(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('quantity = "presence"', 'quantity = "walk"'),
        ("min = 1\n", "minimum = 1\n"),
        ("min = 1\n", "min = 0\n"),
        ('strength = "in_principle"', 'strength = "perhaps"'),
        ('source = "规划正文"\n', ""),
    ],
)
def test_a_fault_is_one_for_the_schema_too(old: str, new: str) -> None:
    text = (FOLDER / "tianhe-145.toml").read_text(encoding="utf-8")
    assert old in text
    assert not validator("rule-file.schema.json").is_valid(tomllib.loads(text.replace(old, new, 1)))
