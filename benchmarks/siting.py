"""``make bench-siting``: location models, ours against spopt and HiGHS, in one table.

    python benchmarks/siting.py [WORK ...]

Works: san_francisco, mclp_5k, mclp_20k, p_median_20k, las_palmas; all by default, which takes about
ten minutes because the peers do. The whole table goes to benchmarks/results/siting.json and into
docs/performance.md.
"""

import math
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

import results
import siting_instances
from apart import Apart, WorkFailedError, ask
from extract import data_folder
from one_core import pin_to_one_core
from peers import has
from rows import NOT_INSTALLED, OURS, Asked, Row, as_table, figure_row, time_rows
from siting_instances import Instance
from siting_suggest import las_palmas
from siting_truth import san_francisco
from timing import Timing, Turn

HERE = Path(__file__).parent
SITES = 50
WITHIN_S = 300.0
"""An engine that has not answered by then is given up, its model unfinished."""
OURS_AS = "ours"
HIGHS, SPOPT_CBC, SPOPT_HIGHS = "HiGHS, cold", "spopt + CBC", "spopt + HiGHS"
ENGINES = {OURS: OURS_AS, HIGHS: "highs", SPOPT_CBC: "spopt-cbc", SPOPT_HIGHS: "spopt-highs"}
NEEDS = {HIGHS: "highspy", SPOPT_CBC: "spopt", SPOPT_HIGHS: "spopt"}


@dataclass(frozen=True)
class Task:
    """A model to be solved on an instance.

    Attributes
    ----------
    title
        As the table names it.
    model, instance
        Which model, and the name of its instance.
    engines
        Who solves it.
    most_s, most_gap_percent, most_mb
        What is asked of ours; None asks nothing.
    build_ratio
        How many times longer spopt is to take for its model.
    """

    title: str
    model: str
    instance: str
    engines: tuple[str, ...]
    most_s: float
    most_gap_percent: float
    most_mb: float | None = None
    build_ratio: float | None = None


TASKS = {
    "mclp_5k": Task(
        "MCLP 5,000 × 500, p = 50", "mclp", "5k_500",
        (OURS, HIGHS, SPOPT_CBC, SPOPT_HIGHS), 10.0, 0.1, build_ratio=100.0,
    ),
    "mclp_20k": Task(
        "MCLP 20,000 × 2,000, p = 50", "mclp", "20k_2k",
        (OURS, HIGHS, SPOPT_CBC), 10.0, 1.0, most_mb=600.0,
    ),
    "p_median_20k": Task(
        "p-median 20,000 × 2,000, p = 50", "p_median", "20k_2k", (OURS, HIGHS), 15.0, 1.0
    ),
}  # fmt: skip


def value(instance: Instance, model: str, chosen: list[int]) -> float:
    """Return what chosen sites are worth, counted anew: people covered, or person-seconds.

    Parameters
    ----------
    instance
        The problem.
    model
        ``mclp`` or ``p_median``.
    chosen
        Sites.

    Returns
    -------
    float
        Of the p-median: who is not within the limit of a chosen site counts with the limit.
    """
    least_s = np.full(instance.od_s.shape[1], np.inf)
    for site in chosen:
        own = slice(instance.od_s.indptr[site], instance.od_s.indptr[site + 1])
        demand = instance.od_s.indices[own]
        least_s[demand] = np.minimum(least_s[demand], instance.od_s.data[own])
    if model == "mclp":
        return float(instance.people[np.isfinite(least_s)].sum())
    return math.fsum(instance.people * np.minimum(least_s, instance.limit_s))


def measure(task: Task, folder: Path) -> list[Row]:
    """Let every engine solve a task once, each in a process of its own.

    Parameters
    ----------
    task
        What to solve.
    folder
        Where the instances lie.

    Returns
    -------
    list of Row
        Total times with the value of the answer, our gap and memory, and the times of building.
    """
    path = folder / f"{task.instance}.npz"
    instance = Instance.load(path)
    turns: dict[str, Turn[Apart]] = {}
    failed = {}
    for engine in task.engines:
        if engine in NEEDS and not has(NEEDS[engine]):
            failed[engine] = NOT_INSTALLED
            continue
        print(f"  {task.title}: {engine} …", file=sys.stderr)
        gap = str(task.most_gap_percent / 100)
        arguments = (ENGINES[engine], task.model, path, str(SITES), gap)
        try:
            turns[engine] = ask(HERE / "siting_engines.py", *arguments, within_s=WITHIN_S)
        except WorkFailedError as error:
            failed[engine] = str(error)
    return _rows(task, instance, turns) + [
        Row(task.title, engine, None, "s", agreement=why) for engine, why in failed.items()
    ]


def _rows(task: Task, instance: Instance, turns: dict[str, Turn[Apart]]) -> list[Row]:
    worth = {
        engine: value(instance, task.model, turn.result.value["chosen"])
        for engine, turn in turns.items()
    }
    agreement = {
        engine: _agreement(turn.result, worth[engine], worth[OURS])
        for engine, turn in turns.items()
    }
    total = {engine: Timing(turn.spent, 1, None) for engine, turn in turns.items()}
    rows = time_rows(task.title, total, asked={OURS: Asked(most=task.most_s)}, agreement=agreement)
    ours = turns[OURS].result
    rows.append(
        figure_row(
            task.title,
            f"{OURS}, certified gap",
            100 * ours.value["gap"],
            "%",
            most=task.most_gap_percent,
        )
    )
    if task.most_mb is not None:
        held = figure_row(
            task.title,
            f"{OURS}, peak memory",
            ours.peak_mb,
            "MB",
            most=task.most_mb,
            agreement=f"{ours.before_mb:.0f} MB of it before the work",
        )
        rows.append(held)
    for engine, turn in turns.items():
        built_s = turn.result.value["built_s"]
        ratio = built_s / ours.value["built_s"]
        asked = Asked(least_ratio=task.build_ratio if engine.startswith("spopt") else None)
        rows.append(
            Row(
                f"{task.title}: building the model",
                engine,
                built_s,
                "s",
                ratio=None if engine == OURS else ratio,
                asked=str(asked),
                met=asked.is_met(built_s, ratio),
            )
        )
    return rows  # fmt: skip


def _agreement(held: Apart, worth: float, ours: float) -> str:
    said = held.value
    claim = "" if said["gap"] is None else f", gap {said['gap']:.2%}"
    against = "" if worth == ours else f" ({worth / ours - 1:+.2%})"
    return f"{worth:,.0f}{against}, {said['status']}{claim}, {held.peak_mb:,.0f} MB"


def works_in(folder: Path) -> dict[str, Callable[[], list[Row]]]:
    """Return all works by name.

    Parameters
    ----------
    folder
        Where instances lie and results may.

    Returns
    -------
    dict
        Each measures and returns its rows.
    """
    tasks = {name: partial(measure, task, folder) for name, task in TASKS.items()}
    return {"san_francisco": san_francisco, **tasks, "las_palmas": partial(las_palmas, folder)}


def main(names: tuple[str, ...]) -> None:
    """Measure works, print the table, and keep the whole one."""
    data_folder()
    pin_to_one_core()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        siting_instances.main(folder)
        works = works_in(folder)
        rows = [row for work in names or works for row in works[work]()]
    print(as_table(rows))
    if not names:
        results.keep("siting", rows)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
