"""``batch``: many studies on all cores of this machine, or on a cluster."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer.core import TyperGroup

from facility_coverage.units import SECONDS_PER_MINUTE
from facility_coverage.words import Remark
from facility_coverage_cli.folders import cache_folder
from facility_coverage_cli.options import Cache, Json, Quiet
from facility_coverage_cli.spoken import open_study, spoken
from facility_coverage_cli.terminal import progress, say, say_error, say_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from facility_coverage.batch.district import District, Outcome
    from facility_coverage.batch.engine import Engine
    from facility_coverage.batch.roll_up import RollUp
    from facility_coverage.progress import Progress

SOME_FAILED_EXIT = 8
_HOUR_S = 3600.0


class _RunByDefault(TyperGroup):
    """``batch STUDIES`` is ``batch run STUDIES``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's own context
        """Put the command's name where it was left out."""
        known = {*self.commands, *self.get_help_option_names(ctx)}
        return super().parse_args(ctx, args if not args or args[0] in known else ["run", *args])


batch = typer.Typer(
    cls=_RunByDefault,
    help="Carry out many studies; 'batch plan' cuts them out of a regional extract.",
    no_args_is_help=True,
)


@batch.command("run")
def run_batch(
    studies: Annotated[
        list[str],
        typer.Argument(
            metavar="STUDIES...", help="Study files, folders, patterns, or lists (.txt) of them."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for all results.")],
    *,
    engine: Annotated[
        Literal["processes", "dask"],
        typer.Option("--engine", help="Processes of this machine, or dask.distributed."),
    ] = "processes",
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Of a dask cluster: tcp://host:8786.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, max=512, help="By default one a core, if they fit."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep what is finished in the folder.")
    ] = False,
    language: Annotated[
        Literal["en", "zh"] | None,
        typer.Option(
            "--language",
            help="Of the map of all districts and of why some failed; by default the terminal's.",
        ),
    ] = None,
    cache: Cache = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Carry out many studies, each by itself.

    A study that fails leaves its reason and the others go on; a worker that dies costs one study,
    which is begun anew. Exit code 8 when some failed.
    """
    from facility_coverage.batch.folder import own_folder
    from facility_coverage.batch.roll_up import roll_up, write_roll_up
    from facility_coverage.batch.studies import find_districts
    from facility_coverage.files import atomic_path
    from facility_coverage_maps.batch_map import write_batch_map

    language = language or spoken()
    districts = find_districts(studies, out, cache_folder(cache), language)
    streets_mb = _streets_mb(districts)
    chosen = _engine(engine, scheduler, workers, streets_mb)
    with own_folder(out, resume=resume) as folder, progress(quiet=quiet) as advance:
        outcomes = _carried_out(chosen, _largest_first(districts, streets_mb), advance)
        found = roll_up(outcomes, folder)
        write_roll_up(found, outcomes, folder)
        with atomic_path(folder / "batch_map.html") as path:
            write_batch_map(found, path, language)
    _tell(found, outcomes, out, quiet=quiet, json=json)
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(SOME_FAILED_EXIT)


def _engine(
    name: str, scheduler: str | None, workers: int | None, streets_mb: dict[str, float]
) -> "Engine":
    """Choose the engine; on this machine no more workers than fit into its memory."""
    from facility_coverage.batch.dask_engine import DaskEngine
    from facility_coverage.batch.memory import fitting_workers, free_mb, require_room, worker_mb
    from facility_coverage.batch.processes import ProcessEngine
    from facility_coverage.errors import InputError

    if scheduler is not None and name != "dask":
        msg = "--scheduler is of a dask cluster; add --engine dask, or leave it out"
        raise InputError(msg)
    need_mb, have_mb = worker_mb(streets_mb.values()), free_mb()
    if workers is None:
        cores = len(os.sched_getaffinity(0))
        workers = min(cores, fitting_workers(need_mb, have_mb), max(1, len(streets_mb)))
    elif scheduler is None:
        require_room(workers, need_mb, have_mb)
    return DaskEngine(workers, scheduler) if name == "dask" else ProcessEngine(workers)


def _streets_mb(districts: "Iterable[District]") -> dict[str, float]:
    """Return how large the street file of each study is, megabytes; 0 where none can be read."""
    from facility_coverage.batch.memory import file_mb
    from facility_coverage.errors import FacilityCoverageError
    from facility_coverage.study_file import Study

    found = {}
    for district in districts:
        try:
            found[district.district_id] = file_mb(
                Path(Study.load(Path(district.study_file)).network.source)
            )
        except FacilityCoverageError:
            found[district.district_id] = 0.0  # the worker tells why, in the row of the district
    return found


def _largest_first(
    districts: "Sequence[District]", streets_mb: dict[str, float]
) -> "list[District]":
    """Begin with what takes longest, so that no core idles at the end; of equals, by id."""
    return sorted(districts, key=lambda one: (-streets_mb[one.district_id], one.district_id))


def _carried_out(
    engine: "Engine", districts: "list[District]", advance: "Progress"
) -> "list[Outcome]":
    """Carry all out, and show how many are done, how many people that is, how fast, how long."""
    from facility_coverage_cli.district_work import carry_out_district

    began_s = time.monotonic()
    outcomes: list[Outcome] = []
    advance(Remark("0 of {all} districts", all=len(districts)).told(spoken()), 0.0)
    for outcome in engine.run(districts, carry_out_district):
        outcomes.append(outcome)
        took_s = time.monotonic() - began_s
        advance(
            _standing(outcomes, len(districts), took_s).told(spoken()),
            len(outcomes) / len(districts),
        )
    return outcomes


def _standing(outcomes: "Sequence[Outcome]", count: int, took_s: float) -> Remark:
    """Say how much is done, how fast that went, and how long the rest takes."""
    message = (
        "{done} of {all} districts, {people:,.0f} people, {pace:,.0f} an hour, {left:,.0f} min left"
    )
    made = sum(outcome.state != "kept" for outcome in outcomes)
    left_s = took_s / max(made, 1) * (count - len(outcomes))
    figures = {
        "people": sum(outcome.people for outcome in outcomes),
        "pace": made / took_s * _HOUR_S,
        "left": left_s / SECONDS_PER_MINUTE,
    }
    return Remark(message, done=len(outcomes), all=count, **figures)


def _tell(
    found: "RollUp", outcomes: "Sequence[Outcome]", out: Path, *, quiet: bool, json: bool
) -> None:
    """Say what became of the studies; reasons of failures go to stderr."""
    count = dict.fromkeys(("done", "kept", "failed"), 0)
    for outcome in sorted(outcomes, key=lambda outcome: outcome.district_id):
        count[outcome.state] += 1
        if outcome.reason and not json:
            message = "{district}: {reason}"
            say_error(Remark(message, district=outcome.district_id, reason=outcome.reason))
    if json:
        failed = {o.district_id: o.reason for o in outcomes if o.state == "failed"}
        say_json({"path": str(out), **count, "reasons": dict(sorted(failed.items()))})
    elif not quiet:
        total = found.table.iloc[-1]
        say(Remark("{done} done, {kept} kept, {failed} failed", **count))
        message = "{people:,.0f} people in {count} districts"
        say(Remark(message, people=total["population"], count=len(found.districts)))
        message = "Table, layers, map: {table}, .gpkg, {map}"
        say(Remark(message, table=out / "batch_summary.csv", map=out / "batch_map.html"))


@batch.command("plan")
def plan_batch(
    region: Annotated[
        Path, typer.Argument(metavar="REGION.osm.pbf", help="OpenStreetMap of the region.")
    ],
    boundaries: Annotated[
        Path, typer.Option("--boundaries", help="Layer with the outline of each district.")
    ],
    study: Annotated[
        Path,
        typer.Option(
            "--study",
            help="A study of the whole region: its subdistricts, register, people and circles.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for the studies.")],
    *,
    id_column: Annotated[
        str, typer.Option("--id", help="Column with the id of each district.")
    ] = "district_id",
    name_column: Annotated[
        str | None, typer.Option("--name", help="Column with its name; by default the id.")
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Cut a study folder for each district out of a regional extract, in one pass over it."""
    from facility_coverage.batch.planning import plan_districts, read_districts
    from facility_coverage.errors import InputError

    template = open_study(study)
    districts = read_districts(boundaries, id_column, name_column)
    if out.exists() and any(out.iterdir()):
        msg = "{path}: is not empty; name another place for the studies"
        raise InputError(msg, path=out)
    with progress(quiet=quiet) as advance:
        planned = list(plan_districts(region, districts, template, out, advance))
    failed = {one.district_id: one.reason for one in planned if one.reason is not None}
    made = len(planned) - len(failed)
    if json:
        reasons = {name: failed[name].told("en") for name in sorted(failed)}
        say_json({"path": str(out), "planned": made, "reasons": reasons})
    else:
        for name in sorted(failed):
            say_error(Remark("{district}: {reason}", district=name, reason=failed[name]))
        if not quiet:
            message = "{count} studies, {without} districts without"
            say(Remark(message, count=made, without=len(failed)))
            say(Remark("next: facility-coverage batch {path} --out results", path=out))
    if failed:
        raise typer.Exit(SOME_FAILED_EXIT)
