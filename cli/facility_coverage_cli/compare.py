"""``compare``: whose verdict changed between two checks."""

from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any

import typer

from facility_coverage.words import Remark
from facility_coverage_cli.options import Json, Quiet
from facility_coverage_cli.terminal import say, say_json


def compare(
    before: Annotated[
        Path, typer.Argument(metavar="BEFORE.csv", help="findings.csv of the earlier check.")
    ],
    after: Annotated[
        Path, typer.Argument(metavar="AFTER.csv", help="findings.csv of the later check.")
    ],
    *,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Show whose verdict changed between two checks.

    Such as a study on the people of two years: the subdistricts and facilities that another
    verdict is due to now.
    """
    from facility_coverage.standards.changes import changed_verdicts, read_findings

    changed = changed_verdicts(read_findings(before), read_findings(after))
    rows = changed.astype(object).where(changed.notna(), None).to_dict("records")
    if json:
        say_json({"changed": rows})
    elif not quiet:
        say(Remark("changed verdicts: {count}", count=len(rows)))
        for row in rows:
            say(_line(row))


def _line(row: dict[Hashable, Any]) -> Remark:
    """Say of one subdistrict or facility which verdict it had, and which it has."""
    from facility_coverage.standards.changes import ABSENT
    from facility_coverage.standards.findings import VERDICT_WORDS

    words = VERDICT_WORDS | {ABSENT: Remark("absent")}
    return Remark(
        "  {standard}: {clause}: {who}: {before} -> {after}",
        standard=row["standard_id"],
        clause=row["clause_id"],
        who=row["facility_name"] or row["unit_name"] or Remark("the whole district"),
        before=words[row["verdict_before"]],
        after=words[row["verdict_after"]],
    )
