"""Time spent, measured fairly: engines take turns, and the median of the turns counts."""

import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

ROUNDS = 5
ENOUGH_S = 30.0
"""An engine that has used that many seconds takes no turns beyond one that counts."""
LEAST_TURN_S = 0.2
"""Quicker work is repeated within a turn, so that the clock's grain does not count."""


@dataclass(frozen=True)
class Spent:
    """Seconds of one piece of work: on the wall, and of processors."""

    wall_s: float
    processor_s: float

    def __truediv__(self, parts: float) -> Self:
        """Return what each of so many equal parts took."""
        return type(self)(self.wall_s / parts, self.processor_s / parts)


@dataclass(frozen=True)
class Turn(Generic[T_co]):
    """One turn of an engine: what it took, and what came out."""

    spent: Spent
    result: T_co


@dataclass(frozen=True)
class Timing(Generic[T_co]):
    """The turns of an engine: medians, how many they were, and the first result."""

    spent: Spent
    turns: int
    result: T_co


def clock(work: Callable[[], T], times: int = 1) -> Turn[T]:
    """Do work so many times and clock it.

    Parameters
    ----------
    work
        What to do.
    times
        How often.

    Returns
    -------
    Turn
        Seconds of one time, and the result of the last.
    """
    wall_s, processor_s = time.perf_counter(), time.process_time()
    for _ in range(times):
        result = work()
    spent = Spent(time.perf_counter() - wall_s, time.process_time() - processor_s)
    return Turn(spent / times, result)


def turn_of(work: Callable[[], T]) -> Callable[[], Turn[T]]:
    """Return work in this process as turns of an engine; quick work is repeated in each.

    Parameters
    ----------
    work
        What to do.

    Returns
    -------
    callable
        Takes one turn.
    """
    repeats = 0

    def turn() -> Turn[T]:
        nonlocal repeats
        if not repeats:
            first = clock(work)  # compiles, fills caches, and tells how often to repeat
            repeats = max(1, math.ceil(LEAST_TURN_S / max(first.spent.wall_s, 1e-6)))
            return first
        return clock(work, repeats)

    return turn


def take_turns(
    engines: Mapping[str, Callable[[], Turn[T]]], rounds: int = ROUNDS
) -> dict[str, Timing[T]]:
    """Let engines work in turn, because a machine's speed drifts.

    Parameters
    ----------
    engines
        By name, what takes one turn. The first turn of each warms up and is not counted.
    rounds
        How many turns are counted.

    Returns
    -------
    dict of str to Timing
        By name.
    """
    first: dict[str, Turn[T]] = {}
    counted: dict[str, list[Spent]] = {name: [] for name in engines}
    used_s = dict.fromkeys(engines, 0.0)
    for round_ in range(rounds + 1):
        for name, turn in engines.items():
            if used_s[name] > ENOUGH_S and counted[name]:
                continue
            started_s = time.perf_counter()
            taken = turn()
            used_s[name] += time.perf_counter() - started_s
            first.setdefault(name, taken)
            if round_ > 0:
                counted[name].append(taken.spent)
    return {
        name: Timing(median(counted[name]), len(counted[name]), first[name].result)
        for name in engines
    }


def median(turns: list[Spent]) -> Spent:
    """Return the median of what turns took, on the wall and of processors.

    Parameters
    ----------
    turns
        At least one.

    Returns
    -------
    Spent
        The medians.
    """
    return Spent(
        statistics.median(turn.wall_s for turn in turns),
        statistics.median(turn.processor_s for turn in turns),
    )
