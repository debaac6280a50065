"""Laws of figures held against each other: rounding blames nobody, a real fault is found."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from facility_coverage.standards.consistency import Verdict, check_figures
from facility_coverage.standards.plan_figures import PlanFigures

whole_numbers = st.integers(0, 10**6)
places = st.integers(1, 4)
true_values = st.decimals("0.1", "100000", places=6)


def printed(value: Decimal, decimals: int, rounding: str = ROUND_HALF_UP) -> str:
    return str(value.quantize(Decimal(1).scaleb(-decimals), rounding))


def verdict(values: dict[str, str], relation: Mapping[str, object]) -> Verdict:
    plan = PlanFigures.model_validate(
        {
            "id": "p", "title": "P", "source": "s",
            "figure": [
                {"id": name, "value": value, "unit": "u", "quote": "q"}
                for name, value in values.items()
            ],
            "relation": [{"id": "r", **relation}],
        }
    )  # fmt: skip
    (finding,) = check_figures(plan)
    return finding.verdict


def sum_verdict(total: str, parts: list[str]) -> Verdict:
    names = [f"part-{number}" for number in range(len(parts))]
    values = {"total": total, **dict(zip(names, parts, strict=True))}
    return verdict(values, {"kind": "sum", "result": "total", "parts": names})


@given(st.lists(whole_numbers, min_size=1, max_size=6), st.integers(-3, 3))
def test_a_sum_of_counts_is_right_or_wrong(parts: list[int], error: int) -> None:
    total = sum(parts) + error
    if total >= 0:
        expected = "inconsistent" if error else "consistent"
        assert sum_verdict(str(total), [str(part) for part in parts]) == expected


@given(st.lists(true_values, min_size=1, max_size=6), places)
def test_rounding_the_parts_of_a_true_sum_blames_nobody(
    parts: list[Decimal], decimals: int
) -> None:
    total = printed(sum(parts, Decimal(0)), decimals)
    found = sum_verdict(total, [printed(part, decimals) for part in parts])
    assert found in {"consistent", "borderline"}


@given(true_values, true_values, places)
def test_a_share_that_is_rounded_follows_from_its_parts(
    over: Decimal, under: Decimal, decimals: int
) -> None:
    share = over / under * 100
    relation = {"kind": "ratio", "result": "c", "over": ["a"], "under": ["b"], "times": "100"}
    exact = {"a": str(over), "b": str(under)}
    assert verdict({**exact, "c": printed(share, decimals)}, relation) != "inconsistent"
    assert verdict({**exact, "c": printed(share, decimals, ROUND_DOWN)}, relation) != "inconsistent"


@given(st.integers(1, 10**6), st.integers(1, 10**6), places)
def test_a_share_of_counts_two_steps_off_is_found(over: int, under: int, decimals: int) -> None:
    share = Decimal(over) / Decimal(under) * 100
    wrong = Decimal(printed(share, decimals)) + 2 * Decimal(1).scaleb(-decimals)
    relation = {"kind": "ratio", "result": "c", "over": ["a"], "under": ["b"], "times": "100"}
    values = {"a": str(over), "b": str(under), "c": printed(wrong, decimals)}
    assert verdict(values, relation) == "inconsistent"


@given(whole_numbers, whole_numbers)
def test_a_difference_is_a_sum_turned_round(whole: int, less: int) -> None:
    if whole >= less:
        values = {"a": str(whole), "b": str(less), "c": str(whole - less)}
        relation = {"kind": "difference", "result": "c", "whole": "a", "less": ["b"]}
        assert verdict(values, relation) == "consistent"
        assert sum_verdict(str(whole), [str(less), str(whole - less)]) == "consistent"


@given(whole_numbers, whole_numbers)
def test_the_same_figure_twice_and_at_least(one: int, other: int) -> None:
    values = {"a": str(one), "b": str(other)}
    same = verdict(values, {"kind": "same", "result": "a", "as": "b"})
    assert (same == "consistent") == (one == other)
    least = verdict(values, {"kind": "at_least", "result": "a", "least": "b"})
    assert (least == "consistent") == (one >= other)
