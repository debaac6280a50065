"""Rule files: what is accepted, and that every fault of one is told at once."""

import textwrap
from pathlib import Path

import pytest

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.standards.rules import load_standard, load_standards, standard_ids

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


CIRCLE = """
[[clause]]
id = "circle"
facility_kind = ["centre"]
scope = "subdistrict"
quantity = "walk_minutes"
max = 15
strength = "must"
confidence = "plan"
quote = "a quarter of an hour"
"""
SITING = """
[[clause]]
id = "siting"
facility_kind = ["station"]
scope = "facility"
quantity = "siting"
beyond = "circle"
strength = "must"
confidence = "plan"
quote = "only there"
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


def test_places_of_a_standard_are_one_or_several(tmp_path: Path) -> None:
    several = HEAD.replace('"440106"', '["CN", "44", "4401"]')
    assert load_standard(rule_file(tmp_path, HEAD + CLAUSE)).applies_to == ("440106",)
    assert load_standard(rule_file(tmp_path, several + CLAUSE)).applies_to == ("CN", "44", "4401")


def test_kinds_are_read_as_the_registers_have_them(tmp_path: Path) -> None:
    text = CLAUSE.replace('["centre"]', '["社区卫生服务中心", "centre", "乡镇卫生院", "Own"]')
    (clause,) = load_standard(rule_file(tmp_path, HEAD + text)).clauses
    assert clause.quantity == "presence"
    assert clause.facility_kind == ("centre", "township_hospital", "own")


@pytest.mark.parametrize(
    ("quantity", "more", "label", "moves"),
    [
        ("walk_minutes", "", "15min", "foot"),
        ("drive_minutes", "", "15min", "car"),
        ("network_m", "", "15m", "foot"),
        ("network_m", 'mode = "drive"', "15m", "car"),
    ],
)
def test_a_circle_says_its_test_and_who_moves(
    tmp_path: Path, quantity: str, more: str, label: str, moves: str
) -> None:
    text = HEAD + CIRCLE.replace("walk_minutes", quantity) + more
    circle = load_standard(rule_file(tmp_path, text)).circle("circle")
    assert (circle.threshold.label, circle.moves) == (label, moves)


@pytest.mark.parametrize(
    ("strength", "confidence", "binding"),
    [
        ("must", "plan", True),
        ("in_principle", "secondhand", True),
        ("preference", "plan", False),
        ("must", "recall", False),
    ],
)
def test_what_binds(tmp_path: Path, strength: str, confidence: str, binding: bool) -> None:  # noqa: FBT001  (a column of the table above)
    text = CLAUSE.replace('"must"', f'"{strength}"').replace('"plan"', f'"{confidence}"')
    (clause,) = load_standard(rule_file(tmp_path, HEAD + text)).clauses
    assert clause.binding == binding


def test_several_standards(tmp_path: Path) -> None:
    own = rule_file(tmp_path, HEAD + CLAUSE)
    found = load_standards((own, "tianhe-145", own))
    assert [standard.id for standard in found] == ["own-city", "tianhe-145"]
    twin = tmp_path / "twin.toml"
    twin.write_text(HEAD + BEDS, encoding="utf-8")
    with pytest.raises(InputError, match=f"{twin}: id: {own} has the id 'own-city' too"):
        load_standards((own, str(twin)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + CLAUSE + "minimum = 2\n", ["clause 1 'one-each': minimum: there is no such key"]),
        (
            HEAD.replace("title", "headline") + CLAUSE,
            ["headline: there is no such key", "title: this key is missing"],
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
        (HEAD + CLAUSE + 'ownership = ["公办"]\n', ["clause 1 'one-each': ownership: 0: ", "公办"]),
        (
            HEAD + CLAUSE + "name_regex = '(a+)+$'\n",
            ["clause 1 'one-each': name_regex: there is no"],
        ),
        (
            HEAD + CLAUSE.replace('"subdistrict"', '"district"') + "or_population = 5\n",
            ["clause 1 'one-each': contradicts itself: or_population is about subdistricts"],
        ),
        (
            HEAD + BEDS + "residents_min = 5\nresidents_max = 5\n",
            ["clause 1 'beds': contradicts itself: residents_min 5 is not below residents_max 5"],
        ),
        (
            HEAD + CIRCLE.replace('"subdistrict"', '"district"'),
            ["clause 1 'circle': scope: Input should be 'subdistrict' (found 'district')"],
        ),
        (HEAD + CIRCLE.replace("15", "181"), ["clause 1 'circle': max 181 is above 180"]),
        (
            HEAD + CIRCLE.replace("walk_minutes", "network_m").replace("15", "50001"),
            ["clause 1 'circle': max 50001 is above 50000"],
        ),
        (HEAD + CIRCLE + 'mode = "drive"\n', ["contradicts itself: walk_minutes says who moves"]),
        (HEAD + CIRCLE + "share = 1.1\n", ["clause 1 'circle': share: "]),
        (HEAD + SITING, ["clause 'siting': beyond: 'circle' is no clause on a circle in it"]),
        (HEAD + CIRCLE + SITING + 'feature = "x"\n', ["clause 2 'siting': needs either feature"]),
        (HEAD + SITING.replace('beyond = "circle"', ""), ["clause 1 'siting': needs either"]),
        (
            HEAD + BEDS.replace('"beds"\nmin', '"per_1000"\nmin').replace('facility"', 'district"'),
            ["clause 1 'beds': of: this key is missing"],
        ),
        (HEAD + CLAUSE.replace('quantity = "presence"', ""), ["quantity: this key is missing"]),
        (HEAD + CLAUSE.replace('"must"', '"perhaps"'), ["clause 1 'one-each': strength: "]),
        (HEAD + CLAUSE.replace('["centre"]', "[]"), ["clause 1 'one-each': facility_kind: "]),
        (HEAD.replace("440106", "4401x") + CLAUSE, ["applies_to.0: ", "(found '4401x')"]),
        (HEAD + "[clause]\nid = 3", ["clause: "]),
        (HEAD.replace('"440106"', "[]") + CLAUSE, ["applies_to: "]),
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
    text = HEAD.replace('source = "page 3"\n', "") + CLAUSE + "a = 1\n" + BEDS + "b = 2\n"
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
        ("nowhere", "choose from .*tianhe-145, .*tianning-145, .*or name a .toml file"),
        ("../rules", "choose from"),
        ("nowhere.toml", "there is no such rule file"),
    ],
)
def test_a_standard_that_is_not_there(name: str, told: str) -> None:
    with pytest.raises(NotFoundError, match=told):
        load_standard(name)


def test_faults_are_told_in_chinese(tmp_path: Path) -> None:
    name = rule_file(tmp_path, HEAD + BEDS.replace("min = 50\n", ""))
    with pytest.raises(InputError) as caught:
        load_standard(name)
    assert caught.value.told("zh") == f"{name}：第 1 个条款 'beds'：min 与 max 均未给出；请补充一个"
