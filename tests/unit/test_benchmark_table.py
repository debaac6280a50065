"""The benchmarks' table: ratios, demands, rows that travel between processes. Nothing is timed."""

import json

import pytest

from results import in_place
from rows import NOT_INSTALLED, OURS, Asked, Row, as_table, figure_row, heard, say, time_rows
from timing import Spent, Timing, Turn, median, take_turns


def timing(processor_s: float) -> Timing[None]:
    return Timing(Spent(2 * processor_s, processor_s), 3, None)


def test_ratios_are_processor_seconds_against_ours() -> None:
    spent = {OURS: timing(0.5), "peer": timing(5.0)}
    ours, peer = time_rows(
        "work", spent, asked={"peer": Asked(least_ratio=10)}, agreement={"peer": "the same"}
    )
    assert (ours.figure, ours.wall, ours.ratio, ours.met) == (0.5, 1.0, None, None)
    assert (peer.figure, peer.ratio, peer.asked, peer.met) == (5.0, 10.0, "≥ 10 ×", True)
    assert peer.agreement == "the same"


def test_a_ratio_below_the_demand_is_not_met() -> None:
    spent = {OURS: timing(0.5), "peer": timing(4.9)}
    assert (
        time_rows("work", spent, asked={"peer": Asked(least_ratio=10)}, agreement={})[1].met
        is False
    )


def test_a_peer_that_is_not_there_gets_a_row() -> None:
    rows = time_rows(
        "work", {OURS: timing(1.0)}, asked={"peer": Asked(least_ratio=2)}, agreement={}
    )
    assert (rows[1].engine, rows[1].figure, rows[1].met) == ("peer", None, None)
    assert rows[1].agreement == NOT_INSTALLED


def test_milliseconds_are_seconds_times_a_thousand() -> None:
    (row,) = time_rows("work", {OURS: timing(0.002)}, asked={}, agreement={}, unit="ms")
    assert (row.figure, row.wall, row.unit) == (2.0, 4.0, "ms")


@pytest.mark.parametrize(("figure", "met"), [(350.0, True), (350.1, False)])
def test_a_largest_figure_is_inclusive(figure: float, met: bool) -> None:  # noqa: FBT001  (a case)
    assert figure_row("work", OURS, figure, "MB", most=350).met is met


def test_rows_survive_the_way_between_processes(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [figure_row("Größe, 大小", OURS, 1.5, "MB", most=2), Row("a", "b", None, "s")]
    say(rows)
    printed = capsys.readouterr().out
    assert [json.loads(line)["work"] for line in printed.splitlines()] == ["Größe, 大小", "a"]
    assert heard("noise of a library\n" + printed) == rows


def test_the_table_is_aligned_and_names_a_work_once() -> None:
    spent = {OURS: timing(0.0125), "peer": timing(1234.5)}
    lines = as_table(time_rows("work", spent, asked={}, agreement={})).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[2].split("|")[1:4] == [" work ", f" {OURS} ", " 0.0125 s "]
    assert lines[3].split("|")[1].strip() == ""
    assert "1,234 s" in lines[3]
    assert "98,760" in lines[3]


def test_engines_take_turns_and_the_first_turn_only_warms_up() -> None:
    order: list[str] = []

    def engine(name: str, seconds: list[float]) -> Turn[int]:
        order.append(name)
        return Turn(Spent(0.0, seconds[order.count(name) - 1]), order.count(name))

    turns = take_turns(
        {
            "a": lambda: engine("a", [9.0, 1.0, 3.0, 2.0]),
            "b": lambda: engine("b", [9.0, 5.0, 5.0, 5.0]),
        },
        rounds=3,
    )
    assert order == ["a", "b"] * 4
    assert (turns["a"].spent.processor_s, turns["a"].turns, turns["a"].result) == (2.0, 3, 1)


def test_the_median_is_taken_of_each_clock_alone() -> None:
    assert median([Spent(1.0, 9.0), Spent(2.0, 7.0), Spent(3.0, 8.0)]) == Spent(2.0, 8.0)


def test_a_table_takes_its_place_in_a_page() -> None:
    page = "before\n<!-- a -->\nold\n<!-- end a -->\n<!-- b -->\nstays\n<!-- end b -->\n"
    again = in_place(in_place(page, "a", r"| \1 |"), "a", r"| \1 |")
    assert again == page.replace("old", "\n| \\1 |")


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for the table 'c'"):
        in_place("<!-- a -->\n<!-- end a -->\n", "c", "table")
