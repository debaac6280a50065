"""``audit``: whether the record of the service is as it was written."""

from typing import Annotated

import typer

from facility_coverage.errors import InputError
from facility_coverage.words import Remark
from facility_coverage_cli.options import Json, Quiet
from facility_coverage_cli.proposal import Database, Files, office_at
from facility_coverage_cli.terminal import say, say_json

_DIGITS = frozenset("0123456789abcdef")
_HASH_LETTERS = 64

audit = typer.Typer(help="Check the record of proposals.", rich_markup_mode=None)


@audit.callback()
def _root() -> None:
    """Check the record of proposals."""


@audit.command("verify")
def verify(
    *,
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="HASH",
            help="A hash that was written down, such as on a signed sheet: finds a record that was "
            "cut off or written anew.",
        ),
    ] = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Hold the record, the proposals and the kept reviews against their hashes.

    Exit code 9 when a record was tampered with; the first broken one is named.
    """
    from facility_coverage.proposals.events import TamperedError

    if head is not None and (len(head) != _HASH_LETTERS or not _DIGITS.issuperset(head)):
        msg = "--head {head}: not a hash; write its {count} hexadecimal digits"
        raise InputError(msg, head=head, count=_HASH_LETTERS)
    with office_at(database, files) as office:
        found = office.audit(head)
    if json:
        told = {"events": found.chain.count, "head": found.chain.head}
        faults = [fault.told("en") for fault in found.faults]
        say_json({"intact": not faults} | told | {"faults": faults})
    if found.faults:
        raise TamperedError(*found.faults)
    if not json and not quiet:
        message = "{count} events, all as they were written; head {head}"
        say(Remark(message, count=found.chain.count, head=found.chain.head))
