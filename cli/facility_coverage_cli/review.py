"""``review``: what a proposal would change, as a sheet to sign; all proposals side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_coverage.errors import InputError
from facility_coverage.words import Joined, Remark
from facility_coverage_cli.folders import cache_folder
from facility_coverage_cli.options import Cache, Json, Overwrite, Quiet
from facility_coverage_cli.run import refuse_inside
from facility_coverage_cli.spoken import open_study
from facility_coverage_cli.terminal import progress, say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facility_coverage.outputs.review import Replay
    from facility_coverage.proposals.comparison import Comparison
    from facility_coverage.proposals.desk import Desk
    from facility_coverage.proposals.proposal import Proposal
    from facility_coverage.proposals.rank import Rank
    from facility_coverage.proposals.sheet import ReviewSheet
    from facility_coverage.study_file import Study

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY.toml", help="The study file.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
Coordinates = Annotated[
    str | None,
    typer.Option(
        "--coordinates",
        help="System of the places: wgs84, gcj02, bd09, cgcs2000 or EPSG:4547; a column "
        "'coordinates' says it row by row.",
    ),
]


def review(
    study_file: StudyFile,
    proposal: Annotated[
        Path,
        typer.Option(
            "--proposal", help="The proposal: a row of a .csv or .xlsx, a .geojson, another layer."
        ),
    ],
    out: Out,
    *,
    proposal_id: Annotated[
        str | None, typer.Option("--id", help="Which, where the file holds several.")
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option("--with", help="The other pending proposals; their file may hold this one."),
    ] = None,
    coordinates: Coordinates = None,
    overwrite: Overwrite = False,
    cache: Cache = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Review one proposal: a sheet of one page in Chinese and English, tables and layers.

    Who gains and loses cover, how good the place is, what the standards say, with the other
    proposals counted.
    """
    from facility_coverage.files import atomic_folder, refuse_existing
    from facility_coverage.outputs.review import write_places
    from facility_coverage.proposals.layers import layers_of
    from facility_coverage.proposals.register import read_proposals
    from facility_coverage.proposals.sheet import review as make_review
    from facility_coverage_maps.review.folder import write_sheet

    study = open_study(study_file)
    refuse_existing(out, overwrite=overwrite)
    refuse_inside(out, study_file, study)
    own = read_proposals(proposal, coordinates=coordinates).one(proposal_id)
    others = () if beside is None else _others(beside, coordinates, own)
    desk = _desk(study, cache=cache, quiet=quiet)
    sheet = make_review(desk.measured.prepared, own, others, desk=desk)
    layers = layers_of(desk, sheet)
    with atomic_folder(out, overwrite=overwrite) as folder:
        write_sheet(sheet, layers, study, folder)
        write_places(study, folder)
    if json:
        say_json(sheet.model_dump(mode="json"))
    elif not quiet:
        for line in _lines(sheet, out):
            say(line)


def review_compare(
    study_file: StudyFile,
    proposals: Annotated[
        Path, typer.Option("--proposals", help="All proposals: .csv, .xlsx, .geojson …")
    ],
    out: Out,
    *,
    budget: Annotated[
        float | None, typer.Option("--budget", help="Most that the best plan may cost.")
    ] = None,
    coordinates: Coordinates = None,
    overwrite: Overwrite = False,
    cache: Cache = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Compare all proposals of a study: gains, conflicts, the best plan under a budget.

    A proposal that cannot be used is listed with the reason and stops no other.
    """
    from facility_coverage.files import atomic_folder, refuse_existing
    from facility_coverage.proposals.comparison import compare
    from facility_coverage.proposals.layers import comparison_layers
    from facility_coverage.proposals.register import read_proposals
    from facility_coverage_maps.review.comparison import write_comparison_folder

    study = open_study(study_file)
    refuse_existing(out, overwrite=overwrite)
    refuse_inside(out, study_file, study)
    register = read_proposals(proposals, coordinates=coordinates)
    desk = _desk(study, cache=cache, quiet=quiet)
    found = compare(desk.measured.prepared, register, budget, desk=desk)
    layers = comparison_layers(desk, found)
    with atomic_folder(out, overwrite=overwrite) as folder:
        write_comparison_folder(found, layers, study, folder)
    if json:
        say_json(found.model_dump(mode="json"))
    elif not quiet:
        for line in _compared(found, out):
            say(line)


def review_replay(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a review.")],
    *,
    inputs: Annotated[
        Path | None,
        typer.Option("--inputs", help="Folder that holds the inputs, where they have moved."),
    ] = None,
    cache: Cache = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make a review again from its manifest: its tables have to come out byte for byte."""
    from facility_coverage.outputs.review import replay

    found = replay(folder, inputs=inputs, cache_folder=cache_folder(cache))
    if json:
        say_json(vars(found) | {"same": list(found.same), "differing": list(found.differing)})
    elif not quiet and not found.differing:
        message = "{path}: {count} files came out byte for byte as they were"
        say(Remark(message, path=folder, count=len(found.same)))
    _refuse_differing(found, folder)


def _desk(study: "Study", *, cache: Path | None, quiet: bool) -> "Desk":
    """Read and measure a study."""
    from facility_coverage.prepared import prepare
    from facility_coverage.proposals.desk import Desk

    with progress(quiet=quiet) as advance:
        prepared = prepare(study, progress=advance, cache_folder=cache_folder(cache))
        return Desk.of(prepared)


def _others(path: Path, coordinates: str | None, own: "Proposal") -> "tuple[Proposal, ...]":
    """Return the other proposals; a row that cannot be used has to be mended first."""
    from facility_coverage.proposals.register import read_proposals

    register = read_proposals(path, coordinates=coordinates)
    wrong = [one for one in register.refused if one.id != own.id]
    if wrong:
        msg = "{path}: row {row}: {reason}"
        raise InputError(*(Remark(msg, path=path, row=one.row, reason=one.reason) for one in wrong))
    return register.besides(own.id)


def _lines(sheet: "ReviewSheet", out: Path) -> "Iterator[Remark]":
    """Yield the review in short."""
    study, own = sheet.study, sheet.proposal
    yield Remark("{study}: {proposal} ({id})", study=study.name, proposal=own.name, id=own.id)
    target = next(one for one in sheet.change.total if one.threshold == study.target)
    message = (
        "  within {threshold}: {before:,.0f} to {after:,.0f} residents (+{gained:,.0f}, "
        "-{lost:,.0f})"
    )
    yield Remark(message, threshold=target.threshold, **target.people.model_dump())
    for doubt in sheet.doubts:
        yield Remark("  check: {doubt}", doubt=doubt)
    alone, last, mean = sheet.standing.of(own.id)
    if sheet.others:
        message = "  with {count} others: last {last:+,.0f}, mean {mean:+,.0f}"
        yield Remark(message, count=len(sheet.others), last=last, mean=mean)
    else:
        yield Remark("  alone {alone:+,.0f}", alone=alone)
    if sheet.rank is not None:
        yield from _ranked(sheet.rank)
    yield from _judged(sheet)
    paths = Joined.of((out / "review.zh.pdf", out / "review.en.pdf"))
    yield Remark("Sheet: {path}", path=paths)


def _ranked(rank: "Rank") -> "Iterator[Remark]":
    """Yield how good the place is, and what nearby is better."""
    message = "  place {place:,} of {count:,} allowed sites, the best gains {gain:,.0f}"
    yield Remark(message, place=rank.place, count=rank.candidates, gain=rank.best_gain)
    for spot in rank.nearby:
        direction = Remark(spot.direction)
        message = "  {metres:.0f} m {direction} serves {more:,.0f} more"
        yield Remark(message, metres=spot.distance_m, direction=direction, more=spot.more)


def _judged(sheet: "ReviewSheet") -> "Iterator[Remark]":
    """Yield what the clauses say, and which verdicts change."""
    from facility_coverage.standards.changes import ABSENT
    from facility_coverage.standards.findings import VERDICT_WORDS

    verdicts = [rule.verdict for rule in sheet.rules]
    if verdicts:
        counts = (
            Remark("{count} {verdict}", count=verdicts.count(word), verdict=VERDICT_WORDS[word])
            for word in dict.fromkeys(verdicts)
        )
        yield Remark("  clauses: {verdicts}", verdicts=Joined.of(counts))
    words = VERDICT_WORDS | {
        ABSENT: Remark("absent"),
        "raised": Remark("raised"),
        "not raised": Remark("not raised"),
    }
    for flip in sheet.change.flips:
        yield Remark(
            "  {place}: {name}: {before} -> {after}",
            place=flip.unit_name or Remark("the whole district"),
            name=flip.name,
            before=words[flip.before],
            after=words[flip.after],
        )


def _compared(found: "Comparison", out: Path) -> "Iterator[Remark]":
    """Yield the comparison in short."""
    message = "{study}: {count} proposals"
    yield Remark(message, study=found.study.name, count=len(found.proposals))
    message = "  together {people:+,.0f} residents within {threshold}"
    yield Remark(message, people=found.together, threshold=found.study.target)
    for one in sorted(found.proposals, key=lambda own: own.rank):
        message = (
            "  {rank:3}. {proposal}: mean {mean:+,.0f}, alone {alone:+,.0f}, last {last:+,.0f}"
            "{mark}"
        )
        figures = {"mean": one.mean, "alone": one.alone, "last": one.last}
        mark = " *" if one.chosen else ""
        yield Remark(message, rank=one.rank, proposal=one.proposal.name, mark=mark, **figures)
    if found.best is not None:
        message = (
            "* best plan for {budget:g}: {gain:+,.0f} for {cost:g}, bound {bound:,.0f}, {status}"
        )
        names = {"budget", "gain", "cost", "bound", "status"}
        yield Remark(message, **found.best.model_dump(include=names))
    for doubt in found.doubts:
        yield Remark("Check: {doubt}", doubt=doubt)
    for refused in found.refused:
        yield Remark("Refused: {reason}", reason=refused.reason)
    paths = Joined.of((out / "compare.zh.html", out / "compare.en.html"))
    yield Remark("Table and map: {path}", path=paths)


def _refuse_differing(found: "Replay", folder: Path) -> None:
    """Leave with the exit code of bad input where a review came out otherwise."""
    if found.differing:
        msg = (
            "{path}: came out otherwise: {files}; it was made by version {version_then}, this is "
            "{version_now}"
        )
        files = ", ".join(found.differing)
        versions = {"version_then": found.version_then, "version_now": found.version_now}
        raise InputError(msg, path=folder, files=files, **versions)
