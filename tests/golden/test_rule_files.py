"""The rule files that come with the program, held against the texts they quote."""

from pathlib import Path

import pytest
from plan_quotes import PLAN_TEXTS, plan_text, squeezed

from facility_coverage.standards.rules import load_standard, standard_ids


@pytest.mark.parametrize("name", standard_ids())
def test_a_file_loads_under_its_own_id_and_has_distinct_clauses(name: str) -> None:
    standard = load_standard(name)
    ids = [clause.id for clause in standard.clauses]
    assert standard.id == name
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", PLAN_TEXTS)
def test_every_quote_stands_in_the_plan_word_for_word(name: str, plan_texts: Path) -> None:
    text = plan_text(plan_texts, name)
    for clause in load_standard(name).clauses:
        assert clause.confidence == "plan"
        assert squeezed(clause.quote) in text, clause.id


@pytest.mark.parametrize("name", sorted(set(standard_ids()) - set(PLAN_TEXTS)))
def test_what_is_quoted_from_elsewhere_says_where_and_how_sure(name: str) -> None:
    standard = load_standard(name)
    for clause in standard.clauses:
        assert clause.confidence != "plan"
        if clause.confidence == "recall":
            assert not clause.binding
            assert "recall" in (standard.note or "") or "not known" in (clause.reading or "")
        else:
            where = clause.source or standard.source
            assert "." in where or "program code" in where


def test_the_district_of_each_plan() -> None:
    found = {name: load_standard(name).applies_to for name in PLAN_TEXTS}
    assert found == {
        "jinnan-145": ("120112",),
        "dongli-155": ("120110",),
        "tianning-145": ("320402",),
        "tianjin-system": ("12",),
        "tianhe-145": ("440106",),
    }
