"""``proposal``: the way of a proposal from a file to a signed sheet, on the service's store."""

import shutil
from contextlib import closing, contextmanager
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from facility_coverage.errors import InputError, SourceError
from facility_coverage.words import Remark
from facility_coverage_cli.options import Json, Quiet
from facility_coverage_cli.serve import service_settings
from facility_coverage_cli.terminal import progress, say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facility_coverage.proposals.proposal import Proposal
    from facility_coverage.proposals.workflow import Action, Actor, Case
    from facility_coverage.words import Language
    from facility_coverage_api.proposals.office import Office

proposal = typer.Typer(
    help="Hand in proposals, review and decide them, on the record of the service.",
    rich_markup_mode=None,
)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="As 'proposal list' shows it.")]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        help="postgresql://user@host/database; by default an SQLite file in the folder.",
    ),
]
Files = Annotated[
    Path | None,
    typer.Option("--files", help="Folder for uploads, results and the database: service."),
]
As = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="NAME", help="Who takes the step; by default the user of this machine."
    ),
]
File = Annotated[
    Path,
    typer.Option("--file", help="The proposal: .geojson, .csv, .xlsx or another layer or sheet."),
]
ProposalId = Annotated[
    str | None, typer.Option("--id", help="Which one, where the file holds several.")
]
Coordinates = Annotated[
    str | None,
    typer.Option("--coordinates", help="System of the places: wgs84, gcj02, bd09 or EPSG:4547."),
]
Comment = Annotated[str, typer.Option("--comment", help="What else is to be said.")]
Reason = Annotated[str, typer.Option("--comment", help="Why.")]
Sheet = Annotated[
    Path | None, typer.Option("--out", help="Write the sheet here: .pdf, .html or .json.")
]
SheetLanguage = Annotated[
    Literal["en", "zh"] | None,
    typer.Option("--language", help="Of the sheet; by default the study's."),
]


@proposal.command("add")
def add(
    study: Annotated[
        str,
        typer.Argument(
            metavar="STUDY", help="A study file in .toml, or the id of a registered study."
        ),
    ],
    file: File,
    *,
    proposal_id: ProposalId = None,
    coordinates: Coordinates = None,
    name: As = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Hand in a proposal as a draft; prints its number.

    A study file is registered with its files, as 'serve --study' does; it is not run.
    """
    from facility_coverage_api.local_studies import register
    from facility_coverage_api.proposals.office import content_of

    own = _read(file, proposal_id, coordinates)
    with office_at(database, files) as office:
        study_id = study
        if study.endswith(".toml"):
            study_id = register(office.store, Path(study)).id
        office.store.studies.get(study_id)
        case = office.store.proposals.add(study_id, content_of(own), _actor(name))
    _tell(case, quiet=quiet, json=json)


@proposal.command("edit")
def edit(
    number: Number,
    file: File,
    *,
    proposal_id: ProposalId = None,
    coordinates: Coordinates = None,
    name: As = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Put another content in place of a draft's, or of a proposal's that was returned."""
    from facility_coverage.proposals.workflow import Request
    from facility_coverage_api.proposals.office import content_of

    request = Request("edit", content=content_of(_read(file, proposal_id, coordinates)))
    with office_at(database, files) as office:
        version = office.store.proposals.get(number).version
        case = office.store.proposals.take(number, version, request, _actor(name))
    _tell(case, quiet=quiet, json=json)


@proposal.command("list")
def list_proposals(
    *,
    study: Annotated[str | None, typer.Option("--study", help="Only of this study's id.")] = None,
    state: Annotated[
        str | None, typer.Option("--state", help="Only in this state, such as submitted.")
    ] = None,
    database: Database = None,
    files: Files = None,
    json: Json = False,
) -> None:
    """List proposals and how they stand."""
    from facility_coverage.proposals.workflow import STATES

    states = None if state is None else tuple(own for own in STATES if own == state)
    if states == ():
        msg = "--state {state}: not a state; choose one of {states}"
        raise InputError(msg, state=state, states=", ".join(STATES))
    with office_at(database, files) as office:
        found = office.store.proposals.page(study_id=study, states=states)
    if json:
        say_json([_plain(case) for case in found])
        return
    for case in found:
        say(_line(case))


@proposal.command("show")
def show(
    number: Number, *, database: Database = None, files: Files = None, json: Json = False
) -> None:
    """Show a proposal and everything that happened to it."""
    with office_at(database, files) as office:
        case = office.store.proposals.get(number)
        events = office.store.proposals.events(number)
    if json:
        told = [vars(event) | {"hash": event.hash} for event in events]
        say_json(_plain(case) | {"content": dict(case.content), "events": told})
        return
    say(_line(case))
    for condition in case.conditions:
        say(Remark("  condition: {condition}", condition=condition))
    for event in events:
        said = event.new.get("comment", "")
        say(f"  {event.number:4} {event.when} {event.who}: {event.what}{said and f': {said}'}")


@proposal.command("review")
def review(
    number: Number,
    out: Annotated[Path, typer.Option("--out", help="Where to: .pdf, .html or .json.")],
    *,
    language: SheetLanguage = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
) -> None:
    """Write the review sheet: as it was made, or before 'start' as it would be today."""
    _refuse_form(out)
    with office_at(database, files) as office, progress(quiet=quiet) as advance:
        advance("Reviewing the proposal", 0.0)
        _write_sheet(office, office.store.proposals.get(number), out, language)
    if not quiet:
        say(Remark("Sheet: {path}", path=out))


@proposal.command("replay")
def replay(
    number: Number,
    *,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make a kept review again from the files of the store, and compare its tables."""
    with office_at(database, files) as office, progress(quiet=quiet) as advance:
        advance("Reviewing the proposal", 0.0)
        found = office.replay(office.store.proposals.get(number))
    if json:
        say_json(vars(found))
    elif not quiet:
        message = "{count} files came out as they were, byte for byte"
        say(Remark(message, count=len(found.same)))
    if found.differing:
        msg = (
            "proposal {number}: came out otherwise: {files}; it was made by version "
            "{version_then}, and this is {version_now}"
        )
        differing = ", ".join(found.differing)
        versions = {"version_then": found.version_then, "version_now": found.version_now}
        raise InputError(msg, number=number, files=differing, **versions)


@proposal.command("submit")
def submit(
    number: Number,
    *,
    name: As = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Put a proposal before the reviewers."""
    _take(number, "submit", name, database, files, quiet=quiet, json=json)


@proposal.command("start")
def start(
    number: Number,
    *,
    name: As = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Begin the review: makes the sheet, and keeps it."""
    _take(number, "start", name, database, files, quiet=quiet, json=json)


@proposal.command("rerun")
def rerun(
    number: Number,
    *,
    name: As = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make the sheet anew, such as after the study changed."""
    _take(number, "rerun", name, database, files, quiet=quiet, json=json)


@proposal.command("comment")
def comment(
    number: Number,
    text: Annotated[str, typer.Argument(help="What is to be said.")],
    *,
    name: As = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Put a comment on the record."""
    _take(number, "comment", name, database, files, comment=text, quiet=quiet, json=json)


@proposal.command("approve")
def approve(
    number: Number,
    *,
    condition: Annotated[
        list[str] | None, typer.Option("--condition", help="May be repeated.")
    ] = None,
    comment: Comment = "",
    out: Sheet = None,
    language: SheetLanguage = None,
    name: As = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Approve a proposal: signs its sheet, which never changes afterwards."""
    if out is not None:
        _refuse_form(out)
    conditions = tuple(condition or ())
    case = _take(
        number, "approve", name, database, files,
        comment=comment, conditions=conditions, quiet=quiet, json=json,
    )  # fmt: skip
    if out is not None:
        with office_at(database, files) as office:
            _write_sheet(office, case, out, language)
        if not quiet and not json:
            say(Remark("Sheet: {path}", path=out))


@proposal.command("reject")
def reject(
    number: Number,
    comment: Reason,
    *,
    name: As = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Reject a proposal for good."""
    _take(number, "reject", name, database, files, comment=comment, quiet=quiet, json=json)


@proposal.command("return")
def give_back(
    number: Number,
    comment: Reason,
    *,
    name: As = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Return a proposal to its proposer, who may edit and submit it again."""
    _take(number, "return", name, database, files, comment=comment, quiet=quiet, json=json)


@proposal.command("withdraw")
def withdraw(
    number: Number,
    *,
    comment: Comment = "",
    name: As = None,
    database: Database = None,
    files: Files = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Withdraw a proposal for good, which only its proposer may."""
    _take(number, "withdraw", name, database, files, comment=comment, quiet=quiet, json=json)


@contextmanager
def office_at(database: str | None, files: Path | None) -> "Iterator[Office]":
    """Open the office of the service's store.

    Parameters
    ----------
    database, files
        Of the service; None as the environment says.

    Yields
    ------
    Office
        For this command.
    """
    from facility_coverage_api.live.warm import Turns, WarmStudies
    from facility_coverage_api.proposals.office import Office
    from facility_coverage_api.store.store import Store

    settings = service_settings(database_url=database, files=files)
    with closing(Store.open(settings.database, settings.files)) as store:
        turns = Turns(settings.limits)
        yield Office(store, WarmStudies(store, 1, turns), turns)


def _take(
    number: int,
    action: "Action",
    name: str | None,
    database: str | None,
    files: Path | None,
    *,
    comment: str = "",
    conditions: tuple[str, ...] = (),
    quiet: bool,
    json: bool,
) -> "Case":
    from facility_coverage.proposals.workflow import Request

    request = Request(action, comment, conditions)
    with office_at(database, files) as office, progress(quiet=quiet) as advance:
        advance("Reviewing the proposal", 0.0)
        version = office.store.proposals.get(number).version
        case = office.take(number, version, request, _actor(name))
    _tell(case, quiet=quiet, json=json)
    return case


def _actor(name: str | None) -> "Actor":
    """Return who sits here: on this machine names tell people apart."""
    from facility_coverage.proposals.workflow import Actor
    from facility_coverage_api.doors.keys import LOCAL

    return Actor(LOCAL.owner, name or getuser(), is_reviewer=True, shares_account=True)


def _read(file: Path, proposal_id: str | None, coordinates: str | None) -> "Proposal":
    from facility_coverage.proposals.register import read_proposals

    return read_proposals(file, coordinates=coordinates).one(proposal_id)


def _write_sheet(office: "Office", case: "Case", out: Path, language: "Language | None") -> None:
    from facility_coverage.files import atomic_path

    found = office.review(case, _refuse_form(out), language or office.language_of(case))
    with atomic_path(out) as path:
        if isinstance(found, Path):
            shutil.copyfile(found, path)
        else:
            path.write_bytes(found)


def _refuse_form(out: Path) -> Any:  # noqa: ANN401  (a Form, known when the service is imported)
    form = out.suffix.lower().removeprefix(".")
    if form not in {"pdf", "html", "json"}:
        msg = "--out {path}: write to a .pdf, .html or .json"
        raise InputError(msg, path=out)
    if not out.parent.is_dir():
        msg = "--out {path}: there is no folder {folder}; make it first"
        raise SourceError(msg, path=out, folder=out.parent)
    return form


def _tell(case: "Case", *, quiet: bool, json: bool) -> None:
    if json:
        say_json(_plain(case))
    elif not quiet:
        say(_line(case))


def _line(case: "Case") -> Remark:
    message = (
        "{number}. {title} ({study}): {state}, outdated: the study changed since its review"
        if case.is_outdated
        else "{number}. {title} ({study}): {state}"
    )
    study, state = case.study_id, case.state
    return Remark(message, number=case.number, title=case.title, study=study, state=state)


def _plain(case: "Case") -> dict[str, Any]:
    told = {name: value for name, value in vars(case).items() if name != "content"}
    return told | {"title": case.title, "conditions": list(case.conditions)}
