"""Files of figures: what is accepted, and that every fault of one is told with its place."""

from pathlib import Path

import pytest

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.standards.plan_figures import figure_plan_ids, load_figures

HEAD = 'id = "own"\ntitle = "Own plan"\nsource = "page 3"\n'
FIGURES = """
[[figure]]
id = "all"
value = "12"
unit = "家"
quote = "共12家"

[[figure]]
id = "part"
value = "12"
unit = "家"
quote = "其中12家"
"""
RELATION = """
[[relation]]
id = "adds-up"
kind = "sum"
result = "all"
parts = ["part"]
"""
WHOLE = HEAD + FIGURES + RELATION


def file_of_figures(folder: Path, text: str) -> str:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_of_ones_own_is_named_by_its_path(tmp_path: Path) -> None:
    plan = load_figures(file_of_figures(tmp_path, WHOLE))
    assert [figure.value for figure in plan.figures] == ["12", "12"]
    assert [relation.kind for relation in plan.relations] == ["sum"]


@pytest.mark.parametrize("name", figure_plan_ids())
def test_every_file_that_comes_with_the_program_loads_under_its_own_id(name: str) -> None:
    assert load_figures(name).id == name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (WHOLE.replace('value = "12"', "value = 12", 1), "figure 1 'all': value: "),
        (WHOLE.replace('value = "12"', 'value = "12 000"', 1), "figure 1 'all': value: "),
        (WHOLE + "part = 1\n", "relation 1 'adds-up': part: there is no such key"),
        (WHOLE.replace('"sum"', '"sun"'), "relation 1 'adds-up': kind 'sun' is none of"),
        (WHOLE.replace('["part"]', '["parts"]'), "relation 'adds-up' uses 'parts', which is no"),
        (WHOLE.replace('result = "all"', 'result = "none"'), "uses 'none', which is no figure"),
        (WHOLE.replace('"adds-up"', '"part"'), "two figures or relations share an id: part"),
        (
            WHOLE.replace('unit = "家"', 'unit = "家"\nrounded_to = "1"\nup_to = "13"', 1),
            "figure 1 'all': gives both rounded_to and up_to; keep one",
        ),
        (
            WHOLE.replace('unit = "家"', 'unit = "家"\nup_to = "11"', 1),
            "figure 1 'all': contradicts itself: value 12 is above up_to 11",
        ),
        (HEAD + RELATION, "figure: this key is missing"),
        (HEAD + "figure = [3]" + RELATION, "figure 1 '': "),
        ("id = ", "not a TOML file in UTF-8"),
    ],
)
def test_a_fault_names_file_table_and_key(tmp_path: Path, text: str, told: str) -> None:
    name = file_of_figures(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_figures(name)
    assert told in str(caught.value)
    assert all(line.startswith(name) for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nowhere", "choose from dongli-155, .*, or name a .toml file"),
        ("nowhere.toml", "there is no such file of figures"),
    ],
)
def test_a_file_that_is_not_there(name: str, told: str) -> None:
    with pytest.raises(NotFoundError, match=told):
        load_figures(name)
