"""Rule files: what is accepted, and that every fault of one is told at once."""

import textwrap
from pathlib import Path

import pytest

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.standards.rules import load_standard, standard_ids

HEAD = """
id = "own-city"
title = "Own city"
issuing_body = "Own council"
year = 2024
source = "page 3"
applies_to = "440106"
"""
CLAUSE = """
[[clause]]
id = "one-each"
facility_kind = ["centre"]
scope = "subdistrict"
quantity = "presence"
min = 1
strength = "must"
confidence = "plan"
quote = "one each"
"""
BEDS = """
[[clause]]
id = "beds"
facility_kind = ["centre"]
scope = "facility"
quantity = "beds"
min = 50
strength = "must"
confidence = "plan"
quote = "fifty beds"
"""


def rule_file(folder: Path, text: str) -> str:
    path = folder / "own.toml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", standard_ids())
def test_every_standard_that_comes_with_the_program_loads_under_its_own_id(name: str) -> None:
    assert load_standard(name).id == name


def test_a_rule_file_of_ones_own_is_named_by_its_path(tmp_path: Path) -> None:
    standard = load_standard(rule_file(tmp_path, HEAD + CLAUSE + BEDS))
    assert [clause.quantity for clause in standard.clauses] == ["presence", "beds"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + CLAUSE + "minimum = 2\n", ["clause 1 'one-each': minimum: there is no such key"]),
        (
            HEAD.replace("year", "jahr") + CLAUSE,
            ["jahr: there is no such key", "year: this key is missing"],
        ),
        (HEAD.replace('source = "page 3"', "") + CLAUSE, ["source: this key is missing"]),
        (HEAD, ["clause: this key is missing"]),
        ("clause = []" + HEAD, ["there is no clause in it"]),
        (HEAD + CLAUSE + CLAUSE, ["two clauses share an id: one-each"]),
        (HEAD + BEDS + "max = 30\n", ["clause 1 'beds': contradicts itself: min 50", "max 30"]),
        (HEAD + BEDS.replace("min = 50\n", ""), ["clause 1 'beds': gives neither min nor max"]),
        (HEAD + BEDS.replace("min = 50", "min = nan"), ["clause 1 'beds': min: "]),
        (HEAD + BEDS.replace("min = 50", "min = -1"), ["clause 1 'beds': min: ", "(found -1)"]),
        (HEAD + CLAUSE.replace('"presence"', '"walk"'), ["quantity 'walk' is none of 'presence'"]),
        (HEAD + CLAUSE.replace('quantity = "presence"', ""), ["quantity: this key is missing"]),
        (HEAD + CLAUSE.replace('"must"', '"perhaps"'), ["clause 1 'one-each': strength: "]),
        (HEAD + CLAUSE.replace('["centre"]', "[]"), ["clause 1 'one-each': facility_kind: "]),
        (HEAD.replace("440106", "4401x") + CLAUSE, ["applies_to: ", "(found '4401x')"]),
        (HEAD + "[clause]\nid = 3", ["clause: "]),
        (HEAD + "clause = [3]", ["clause 1 '': "]),
        ('clause = "x"', ["clause: ", "id: this key is missing"]),
        ("id = ", ["not a TOML file in UTF-8"]),
    ],
)
def test_a_fault_names_file_clause_and_key(tmp_path: Path, text: str, told: list[str]) -> None:
    name = rule_file(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_standard(name)
    message = str(caught.value)
    assert all(part in message for part in told), message
    assert all(line.startswith(name) for line in message.splitlines())


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = HEAD.replace("year = 2024\n", "") + CLAUSE + "a = 1\n" + BEDS + "b = 2\n"
    with pytest.raises(InputError) as caught:
        load_standard(rule_file(tmp_path, text))
    assert len(str(caught.value).splitlines()) == 3


def test_a_long_value_is_shortened(tmp_path: Path) -> None:
    text = HEAD + CLAUSE.replace('"must"', '"' + "x" * 5000 + '"')
    with pytest.raises(InputError) as caught:
        load_standard(rule_file(tmp_path, text))
    assert len(str(caught.value)) < 400 + len(str(tmp_path))


def test_text_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes('title = "天河"'.encode("gb18030"))
    with pytest.raises(InputError, match="not a TOML file in UTF-8"):
        load_standard(str(path))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nowhere", "choose from tianhe-145, tianning-145, or name a .toml file"),
        ("../rules", "choose from"),
        ("nowhere.toml", "there is no such rule file"),
    ],
)
def test_a_standard_that_is_not_there(name: str, told: str) -> None:
    with pytest.raises(NotFoundError, match=told):
        load_standard(name)
