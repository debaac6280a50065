"""The short answer of a study, as a person reads it on the terminal."""

from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

from facility_coverage.words import Joined, Remark
from facility_coverage_cli.terminal import say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from facility_coverage.result import StudyResult

_FLAG_WORDS = {
    "no_facility": Remark("no facility"),
    "no_government_centre": Remark("no government centre"),
    "below_target": Remark("below target"),
}
_KIND_WORDS = {"minutes": Remark("minutes"), "metres": Remark("metres")}


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


def _lines(result: "StudyResult", out: Path) -> "Iterator[Remark]":
    """Yield the answer; shares are cut, never rounded up to a target that is not met."""
    total = result.total
    message = "{name}: {people:,.0f} people"
    yield Remark(message, name=result.study.study.name, people=total["population"])
    for threshold in result.thresholds:
        people = total[f"covered_population_{threshold.label}"]
        cut = floor(total[f"covered_share_{threshold.label}"] * 1000.0) / 10.0
        message = "  within {threshold:>6} {people:13,.0f} {percent:6.1f}%"
        yield Remark(message, threshold=threshold.label, people=people, percent=cut)
    message = "  unassessed    {people:13,.0f}  no street within {limit_m:g} m"
    limit_m = result.study.coverage.off_street_limit_m
    yield Remark(message, people=total["unassessed_population"], limit_m=limit_m)
    flagged = result.units[result.units["flags"] != ""]
    message = "Subdistricts that fall short: {count} of {total}"
    yield Remark(message, count=len(flagged), total=total["subdistricts"])
    for unit in flagged.itertuples():
        reasons = Joined.of(_FLAG_WORDS[flag] for flag in unit.flags.split(";"))
        message = "  {unit_id} {unit_name}: {reasons}"
        yield Remark(message, unit_id=unit.unit_id, unit_name=unit.unit_name, reasons=reasons)
    yield from _check_lines(result)
    yield from _standard_lines(result.findings)
    if len(result.conflicts):
        message = "Conflicts between standards: {count}, see conflicts.csv"
        yield Remark(message, count=len(result.conflicts))
    for note in result.notes:
        yield Remark("Note: {note}", note=note)
    yield Remark("Map: {path}", path=out / "map.html")


def _standard_lines(findings: "pd.DataFrame") -> "Iterator[Remark]":
    """Yield how often each verdict stands for each standard."""
    from facility_coverage.standards.findings import VERDICT_WORDS

    for standard_id, own in findings.groupby("standard_id", sort=False):
        counts = sorted(own["verdict"].value_counts().items())
        verdicts = Joined.of(
            Remark("{count} {verdict}", count=count, verdict=VERDICT_WORDS[str(word)])
            for word, count in counts
        )
        yield Remark("{standard}: {verdicts}", standard=standard_id, verdicts=verdicts)


def _check_lines(result: "StudyResult") -> "Iterator[Remark]":
    """Yield how the circles stood against times worked out by another route."""
    for kind, figures in result.self_check.items():
        over = figures["largest_overshoot_s"]
        message = (
            "Self-check of circles in {kind}: {points} places, at most {generous}, {miss_s:.1f} s "
            "too strict (bound {bound_s:.1f} s), {failures} failures"
        )
        yield Remark(
            message,
            kind=_KIND_WORDS[kind],
            points=figures["points"],
            generous=(
                Remark("places without any way inside")
                if over is None
                else Remark("{over_s:.1f} s too generous", over_s=over)
            ),
            miss_s=figures["largest_miss_s"],
            bound_s=figures["bound_s"],
            failures=figures["failures"],
        )
