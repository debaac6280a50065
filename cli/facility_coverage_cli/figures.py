"""``figures``: hold a plan's own figures against each other."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from facility_coverage.words import Remark
from facility_coverage_cli.options import Json, Quiet
from facility_coverage_cli.spoken import spoken
from facility_coverage_cli.terminal import say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facility_coverage.standards.consistency import FigureFinding

_VERDICTS = {
    "consistent": Remark("consistent"),
    "borderline": Remark("borderline"),
    "inconsistent": Remark("inconsistent"),
    "implied": Remark("implied"),
}


def figures(
    plans: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PLAN...",
            help="Ids of plans that come with the program, or files of figures; by default all "
            "that come with it.",
        ),
    ] = None,
    *,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Hold a plan's own figures against each other.

    Sums that do not add up, shares that do not follow from their parts, and the same figure
    printed twice. A rounded figure stands for every value that is printed so.
    """
    from facility_coverage.standards import consistency, plan_figures

    names = dict.fromkeys(plans or plan_figures.figure_plan_ids())
    loaded = [plan_figures.load_figures(name) for name in names]
    found = [consistency.check_figures(plan, "en" if json else spoken()) for plan in loaded]
    if json:
        about = {"id", "title", "source"}
        say_json(
            {
                "plans": [plan.model_dump(include=about) for plan in loaded],
                "findings": [asdict(finding) for findings in found for finding in findings],
            }
        )
    elif not quiet:
        for plan, findings in zip(loaded, found, strict=True):
            say(f"{plan.id}: {plan.title}")
            for finding in findings:
                for line in _lines(finding):
                    say(line)


def _lines(finding: "FigureFinding") -> "Iterator[Remark | str]":
    """Yield what a finding says; the sentences only where the figures do not agree."""
    low, high = finding.computed_low, finding.computed_high
    amount: Remark | str = f"{low:.10g}"
    if low != high:
        amount = Remark("{low:.6g} to {high:.6g}", low=low, high=high)
    message = (
        "    stated {stated}, computed {amount} = {working}"
        if finding.stated
        else "    computed {amount} = {working}"
    )
    yield Remark("  {verdict}: {id}", verdict=_VERDICTS[finding.verdict], id=finding.relation_id)
    yield Remark(message, stated=finding.stated, amount=amount, working=finding.working)
    if finding.reading:
        yield f"    {finding.reading}"
    if finding.verdict in {"inconsistent", "borderline"}:
        for quote in finding.quotes:
            yield f"    “{quote}”"
