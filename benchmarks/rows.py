"""Rows of the table: who did which work in what time, how far it agrees, and what was asked."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from timing import Spent, Timing

OURS = "facility-coverage"
NOT_INSTALLED = "not installed"

Unit = Literal["s", "ms", "µs", "MB", "bytes", "%"]
_PER_SECOND = {"s": 1.0, "ms": 1e3}


@dataclass(frozen=True)
class Asked:
    """What a row has to keep: a least ratio against ours, or a largest figure.

    Attributes
    ----------
    least_ratio
        The peer's figure has to be at least so many times ours.
    most
        The figure itself has to be at most that, in the row's unit.
    """

    least_ratio: float | None = None
    most: float | None = None

    def __str__(self) -> str:
        """Return the demand as the table shows it."""
        if self.least_ratio is not None:
            return f"≥ {self.least_ratio:g} ×"
        return "" if self.most is None else f"≤ {self.most:g}"

    def is_met(self, figure: float, ratio: float | None) -> bool | None:
        """Tell whether the demand is kept; None where nothing is asked.

        Parameters
        ----------
        figure
            The row's own figure.
        ratio
            The row's figure as a multiple of ours.

        Returns
        -------
        bool or None
            True where it is kept.
        """
        if self.least_ratio is not None and ratio is not None:
            return ratio >= self.least_ratio
        return None if self.most is None else figure <= self.most


NOTHING_ASKED = Asked()


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    work, engine
        What was done, and by whom.
    figure
        The measured figure in ``unit``; None where the engine is not there or failed. Times are
        processor seconds of one core.
    unit
        Its unit.
    wall
        The same on the wall, where the figure is a time.
    turns
        Turns whose median it is.
    ratio
        The figure as a multiple of ours.
    asked
        What has to be kept, as text.
    met
        Whether it is kept; None where nothing is asked or nothing was measured.
    agreement
        How far the results agree with ours or with the truth.
    """

    work: str
    engine: str
    figure: float | None
    unit: Unit
    wall: float | None = None
    turns: int = 1
    ratio: float | None = None
    asked: str = ""
    met: bool | None = None
    agreement: str = ""


def figure_row(
    work: str,
    engine: str,
    figure: float,
    unit: Unit,
    *,
    most: float | None = None,
    agreement: str = "",
) -> Row:
    """Return a row of a figure that stands for itself.

    Parameters
    ----------
    work, engine
        What was done, and by whom.
    figure, unit
        What was measured.
    most
        The largest figure that was asked for.
    agreement
        What comes beside it.

    Returns
    -------
    Row
        The row.
    """
    asked = Asked(most=most)
    met = asked.is_met(figure, None)
    return Row(work, engine, figure, unit, asked=str(asked), met=met, agreement=agreement)


def time_rows(
    work: str,
    spent: Mapping[str, Timing[object]],
    *,
    asked: Mapping[str, Asked],
    agreement: Mapping[str, str],
    unit: Unit = "s",
) -> list[Row]:
    """Return the rows of engines that did the same work; ours comes first and gives the ratio.

    Parameters
    ----------
    work
        What was done.
    spent
        By engine, its turns; ours is one of them.
    asked
        By engine, what has to be kept. An engine that is asked about and did not run gets a row
        that says so.
    agreement
        By engine, how far its result agrees.
    unit
        Seconds or milliseconds.

    Returns
    -------
    list of Row
        One per engine.
    """
    ours = spent[OURS].spent
    rows = [
        _time_row(work, name, timing, ours, asked.get(name, NOTHING_ASKED), agreement, unit)
        for name, timing in spent.items()
    ]
    absent = [name for name in asked if name not in spent]
    return rows + [
        Row(work, name, None, unit, asked=str(asked[name]), agreement=NOT_INSTALLED)
        for name in absent
    ]


def _time_row(
    work: str,
    name: str,
    timing: Timing[object],
    ours: Spent,
    asked: Asked,
    agreement: Mapping[str, str],
    unit: Unit,
) -> Row:
    scale = _PER_SECOND[unit]
    figure, wall = timing.spent.processor_s * scale, timing.spent.wall_s * scale
    ratio = None if name == OURS else timing.spent.processor_s / ours.processor_s
    return Row(
        work,
        name,
        figure,
        unit,
        wall=wall,
        turns=timing.turns,
        ratio=ratio,
        asked=str(asked),
        met=asked.is_met(figure, ratio),
        agreement=agreement.get(name, ""),
    )


def as_table(rows: Iterable[Row]) -> str:
    """Return rows as an aligned Markdown table.

    Parameters
    ----------
    rows
        In their order; the name of a work stands at its first row only.

    Returns
    -------
    str
        The table, ending in a line break.
    """
    cells = [["work", "engine", "figure", "wall", "× ours", "asked", "met", "agreement"]]
    before = ""
    for row in rows:
        cells.append(
            [
                "" if row.work == before else row.work,
                row.engine,
                "–" if row.figure is None else f"{_three_digits(row.figure)} {row.unit}",
                "" if row.wall is None else _three_digits(row.wall),
                "" if row.ratio is None else _three_digits(row.ratio),
                row.asked,
                {None: "", True: "yes", False: "**no**"}[row.met],
                row.agreement,
            ]
        )
        before = row.work
    width = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    cells.insert(1, ["-" * columns for columns in width])
    lines = (
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(line, width, strict=True)) + " |\n"
        for line in cells
    )
    return "".join(lines)


def _three_digits(figure: float) -> str:
    if figure == 0 or not math.isfinite(figure):
        return f"{figure:g}"
    digits = max(0, 2 - math.floor(math.log10(abs(figure))))
    return f"{figure:,.{digits}f}"


def say(rows: Iterable[Row]) -> None:
    """Print rows as lines of JSON, for the process that gathers them.

    Parameters
    ----------
    rows
        What a work measured.
    """
    for row in rows:
        print(json.dumps(asdict(row), ensure_ascii=False), flush=True)


def heard(text: str) -> list[Row]:
    """Return the rows that a work printed.

    Parameters
    ----------
    text
        Its standard output.

    Returns
    -------
    list of Row
        The rows.
    """
    return [Row(**json.loads(line)) for line in text.splitlines() if line.startswith("{")]
