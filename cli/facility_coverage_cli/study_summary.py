"""The short answer of a study, as a person reads it on the terminal."""

from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

from facility_coverage_cli.terminal import say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facility_coverage.result import StudyResult


def tell(result: "StudyResult", out: Path, *, quiet: bool, json: bool) -> None:
    """Tell on stdout what a study found and where its results are.

    Parameters
    ----------
    result
        What was found.
    out
        The folder with the results.
    quiet
        Say nothing, unless JSON was asked for.
    json
        Write the content of ``summary.json`` instead.
    """
    from facility_coverage.outputs.folder import summary

    if json:
        say_json(summary(result))
    elif not quiet:
        for line in _lines(result, out):
            say(line)


def _lines(result: "StudyResult", out: Path) -> "Iterator[str]":
    """Yield the answer; shares are cut, never rounded up to a target that is not met."""
    total = result.total
    yield f"{result.study.study.name}: {total['population']:,.0f} people"
    for threshold in result.thresholds:
        people = total[f"covered_population_{threshold.label}"]
        cut = floor(total[f"covered_share_{threshold.label}"] * 1000.0) / 10.0
        yield f"  within {threshold.label:>6} {people:13,.0f} {cut:6.1f}%"
    limit_m = result.study.coverage.off_street_limit_m
    unassessed = total["unassessed_population"]
    yield f"  unassessed    {unassessed:13,.0f}  no street within {limit_m:g} m"
    flagged = result.units[result.units["flags"] != ""]
    yield f"Subdistricts that fall short: {len(flagged)} of {total['subdistricts']}"
    for unit in flagged.itertuples():
        reasons = unit.flags.replace("_", " ").replace(";", ", ")
        yield f"  {unit.unit_id} {unit.unit_name}: {reasons}"
    yield from _check_lines(result)
    for standard_id, own in result.findings.groupby("standard_id", sort=False):
        counts = own["verdict"].value_counts()
        verdicts = [f"{n} {word.replace('_', ' ')}" for word, n in sorted(counts.items())]
        yield f"{standard_id}: {', '.join(verdicts)}"
    if len(result.conflicts):
        yield f"Conflicts between standards: {len(result.conflicts)}, see conflicts.csv"
    for note in result.notes:
        yield f"Note: {note}"
    yield f"Map: {out / 'map.html'}"


def _check_lines(result: "StudyResult") -> "Iterator[str]":
    """Yield how the circles stood against times worked out by another route."""
    for kind, figures in result.self_check.items():
        over, miss = figures["largest_overshoot_s"], figures["largest_miss_s"]
        generous = "places without any way inside" if over is None else f"{over:.1f} s too generous"
        yield (
            f"Self-check of circles in {kind}: {figures['points']} places, at most {generous}, "
            f"{miss:.1f} s too strict (bound {figures['bound_s']:.1f} s), "
            f"{figures['failures']} failures"
        )
