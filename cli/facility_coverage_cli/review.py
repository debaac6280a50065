"""``review``: what a proposal would change, as a sheet to sign; all proposals side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_coverage.errors import InputError
from facility_coverage_cli.folders import cache_folder
from facility_coverage_cli.options import Cache, Json, Overwrite, Quiet
from facility_coverage_cli.run import refuse_inside
from facility_coverage_cli.terminal import progress, say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from facility_coverage.outputs.review import Replay
    from facility_coverage.proposals.comparison import Comparison
    from facility_coverage.proposals.desk import Desk
    from facility_coverage.proposals.proposal import Proposal
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
    from facility_coverage.study_file import Study
    from facility_coverage_maps.review.folder import write_sheet

    study = Study.load(study_file)
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
    from facility_coverage.study_file import Study
    from facility_coverage_maps.review.comparison import write_comparison_folder

    study = Study.load(study_file)
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
        say(f"{folder}: {len(found.same)} files came out byte for byte as they were")
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
        lines = (f"{path}: row {one.row}: {one.reason}" for one in wrong)
        raise InputError("\n".join(lines))
    return register.besides(own.id)


def _lines(sheet: "ReviewSheet", out: Path) -> "Iterator[str]":
    """Yield the review in short."""
    target = next(one for one in sheet.change.total if one.threshold == sheet.study.target)
    people = target.people
    yield f"{sheet.study.name}: {sheet.proposal.name} ({sheet.proposal.id})"
    yield (
        f"  within {target.threshold}: {people.before:,.0f} to {people.after:,.0f} residents "
        f"(+{people.gained:,.0f}, -{people.lost:,.0f})"
    )
    for doubt in sheet.doubts:
        yield f"  check: {doubt.en}"
    alone, last, mean = sheet.standing.of(sheet.proposal.id)
    if sheet.others:
        yield f"  with {len(sheet.others)} others: last {last:+,.0f}, mean {mean:+,.0f}"
    else:
        yield f"  alone {alone:+,.0f}"
    if sheet.rank is not None:
        rank = sheet.rank
        yield (
            f"  place {rank.place:,} of {rank.candidates:,} allowed sites, the best gains "
            f"{rank.best_gain:,.0f}"
        )
        for spot in rank.nearby:
            yield f"  {spot.distance_m:.0f} m {spot.direction} serves {spot.more:,.0f} more"
    verdicts = [rule.verdict for rule in sheet.rules]
    if verdicts:
        counts = (f"{verdicts.count(word)} {word}" for word in dict.fromkeys(verdicts))
        yield f"  clauses: {', '.join(counts)}".replace("_", " ")
    for flip in sheet.change.flips:
        place = flip.unit_name or "the whole district"
        yield f"  {place}: {flip.name}: {flip.before} -> {flip.after}"
    yield f"Sheet: {out / 'review.zh.pdf'}, {out / 'review.en.pdf'}"


def _compared(found: "Comparison", out: Path) -> "Iterator[str]":
    """Yield the comparison in short."""
    yield f"{found.study.name}: {len(found.proposals)} proposals"
    yield f"  together {found.together:+,.0f} residents within {found.study.target}"
    for one in sorted(found.proposals, key=lambda own: own.rank):
        mark = " *" if one.chosen else ""
        yield (
            f"  {one.rank:3}. {one.proposal.name}: mean {one.mean:+,.0f}, alone "
            f"{one.alone:+,.0f}, last {one.last:+,.0f}{mark}"
        )
    if found.best is not None:
        best = found.best
        yield (
            f"* best plan for {best.budget:g}: {best.gain:+,.0f} for {best.cost:g}, bound "
            f"{best.bound:,.0f}, {best.status}"
        )
    for doubt in found.doubts:
        yield f"Check: {doubt.en}"
    for refused in found.refused:
        yield f"Refused: {refused.reason}"
    yield f"Table and map: {out / 'compare.zh.html'}, {out / 'compare.en.html'}"


def _refuse_differing(found: "Replay", folder: Path) -> None:
    """Leave with the exit code of bad input where a review came out otherwise."""
    if found.differing:
        msg = (
            f"{folder}: came out otherwise: {', '.join(found.differing)}; it was made by version "
            f"{found.version_then}, this is {found.version_now}"
        )
        raise InputError(msg)
