"""``run``: carry out a study file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_coverage.errors import InputError
from facility_coverage_cli.folders import open_cache_folder
from facility_coverage_cli.options import Cache, Json, Overwrite, Quiet
from facility_coverage_cli.study_summary import tell
from facility_coverage_cli.terminal import progress

if TYPE_CHECKING:
    from facility_coverage.result import StudyResult
    from facility_coverage.study_file import Study


def run_study_file(
    study_file: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="The study file.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")],
    *,
    overwrite: Overwrite = False,
    cache: Cache = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Carry out a study file.

    Who can walk to a centre, which subdistricts fall short, where to build next: tables, layers
    and a map.
    """
    from facility_coverage.files import atomic_folder
    from facility_coverage.study_file import Study

    study = Study.load(study_file)
    _refuse_inside(out, study_file, study)
    with atomic_folder(out, overwrite=overwrite) as folder:
        result = carry_out(study, folder, cache=cache, quiet=quiet)
    tell(result, out, quiet=quiet, json=json)


def carry_out(study: "Study", folder: Path, *, cache: Path | None, quiet: bool) -> "StudyResult":
    """Run a study and write all of its results.

    Parameters
    ----------
    study
        What is asked.
    folder
        An existing folder.
    cache
        Folder for street networks; None takes the default.
    quiet
        Show no progress.

    Returns
    -------
    StudyResult
        What was found.
    """
    from facility_coverage.outputs.folder import write_results
    from facility_coverage.study import run_study

    from facility_coverage_maps.page import write_map

    with progress(quiet=quiet) as advance:
        result = run_study(study, progress=advance, cache_folder=open_cache_folder(cache))
        write_results(result, folder)
        write_map(result, folder / "map.html")
    return result


def _refuse_inside(out: Path, study_file: Path, study: "Study") -> None:
    """Refuse a folder of results that holds the study's own inputs: replacing it ends them."""
    folder = out.resolve()
    named = (study.network, study.boundaries, study.facilities, study.demand)
    inputs = [study_file.resolve(), *(Path(section.source) for section in named)]
    held = next((path for path in inputs if path.is_relative_to(folder)), None)
    if held is not None:
        msg = f"{out}: holds {held}, which the study reads; name another folder for the results"
        raise InputError(msg)
