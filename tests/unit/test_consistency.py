"""A plan's figures held against each other, worked by hand."""

from collections.abc import Mapping, Sequence

import pytest

from facility_coverage.errors import InputError
from facility_coverage.standards.consistency import FigureFinding, check_figures
from facility_coverage.standards.plan_figures import PlanFigures
from facility_coverage.words import Language

Row = Mapping[str, object]


def findings(
    figures: Sequence[Row], relations: Sequence[Row], language: Language = "en"
) -> list[FigureFinding]:
    usual = {"unit": "u", "quote": "q"}
    plan = PlanFigures.model_validate(
        {
            "id": "p", "title": "P", "source": "s",
            "figure": [{**usual, **figure} for figure in figures],
            "relation": [{"id": f"r-{n}", **relation} for n, relation in enumerate(relations)],
        }
    )  # fmt: skip
    return list(check_figures(plan, language))


def test_a_finding_tells_what_it_rests_on() -> None:
    (found,) = findings(
        [
            {"id": "all", "value": "193", "unit": "家", "quote": "共193家"},
            {"id": "a", "value": "2", "unit": "家", "quote": "其中2家"},
            {"id": "b", "value": "189", "unit": "家", "quote": "共193家"},
        ],
        [{"kind": "sum", "result": "all", "parts": ["a", "b"], "reading": "as read"}],
    )
    assert found == FigureFinding(
        plan_id="p",
        relation_id="r-0",
        verdict="inconsistent",
        stated="193 家",
        computed_low=191.0,
        computed_high=191.0,
        working="2 + 189",
        quotes=("共193家", "其中2家"),
        reading="as read",
    )


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        ({"value": "38", "rounded_to": "1"}, "consistent"),  # 37.93 lies within 37.5 to 38.5
        ({"value": "37", "rounded_to": "1"}, "borderline"),  # cut off instead of rounded
        ({"value": "38"}, "inconsistent"),  # an exact 38 it is not
        ({"value": "30", "up_to": "40"}, "consistent"),
        ({"value": "40", "up_to": "50"}, "inconsistent"),
        ({"value": "37.9"}, "consistent"),
        ({"value": "37.93"}, "consistent"),
        ({"value": "37.94"}, "inconsistent"),
    ],
)
def test_what_a_printed_figure_may_stand_for(stated: Row, verdict: str) -> None:
    (found,) = findings(
        [{"id": "a", "value": "11"}, {"id": "b", "value": "29"}, {"id": "c", **stated}],
        [{"kind": "ratio", "result": "c", "over": ["a"], "under": ["b"], "times": "100"}],
    )
    assert (found.verdict, found.working) == (verdict, "11 / 29 × 100")


def test_ranges_that_only_touch_are_borderline() -> None:
    figures = [{"id": "text", "value": "4", "up_to": "5"}, {"id": "table", "value": "5"}]
    (found,) = findings(figures, [{"kind": "same", "result": "table", "as": "text"}])
    assert (found.verdict, found.stated, found.working) == ("borderline", "5 u", "4–5")


def test_figures_in_two_units_do_not_compare_but_make_a_ratio() -> None:
    figures = [{"id": "rate", "value": "2", "unit": "/10万"}, {"id": "count", "value": "2"}]
    same, ratio = findings(
        figures,
        [
            {"kind": "same", "result": "rate", "as": "count", "reading": "one name"},
            {"kind": "ratio", "over": ["rate"], "under": ["count"]},
        ],
    )
    assert (same.verdict, same.reading) == ("inconsistent", "units differ: /10万, u; one name")
    assert (ratio.verdict, ratio.stated, ratio.working) == ("implied", "", "2 / 2")


def test_what_follows_may_be_used_again() -> None:
    figures = [{"id": "streets", "value": "21"}, {"id": "without", "value": "10"}]
    first, second = findings(
        figures,
        [
            {"kind": "difference", "whole": "streets", "less": ["without"]},
            {"kind": "at_least", "result": "r-0", "least": "without"},
        ],
    )
    assert (first.computed_low, first.working) == (11.0, "21 - 10")
    assert (second.verdict, second.stated, second.working) == ("consistent", "r-0", "at least 10")


@pytest.mark.parametrize(
    ("relations", "told"),
    [
        ([{"kind": "ratio", "over": ["a"], "under": ["nought"]}], "divides by a figure that may"),
        (
            [
                {"kind": "difference", "whole": "nought", "less": ["a"]},
                {"kind": "ratio", "over": ["r-0"], "under": ["a"]},
            ],
            "'r-0' may be negative",
        ),
    ],
)
def test_what_cannot_be_divided_is_refused(relations: list[Row], told: str) -> None:
    with pytest.raises(InputError, match=told):
        findings([{"id": "a", "value": "1"}, {"id": "nought", "value": "0"}], relations)


def test_what_is_found_is_told_in_chinese() -> None:
    figures = [{"id": "rate", "value": "2", "unit": "%"}, {"id": "count", "value": "2"}]
    relations = [{"kind": "at_least", "result": "rate", "least": "count"}]
    (found,) = findings(figures, relations, "zh")
    assert (found.reading, found.working) == ("单位不一致：%, u", "不少于 2")
