"""``compare``: whose verdict changed between two checks."""

from pathlib import Path
from typing import Annotated

import typer

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
        say(f"changed verdicts: {len(rows)}")
        for row in rows:
            who = row["facility_name"] or row["unit_name"] or "the whole district"
            verdicts = f"{row['verdict_before']} -> {row['verdict_after']}".replace("_", " ")
            say(f"  {row['standard_id']}: {row['clause_id']}: {who}: {verdicts}")
