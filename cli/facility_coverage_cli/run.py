"""``run``: carry out a study file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_coverage.errors import InputError
from facility_coverage_cli.folders import cache_folder
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
    from facility_coverage.files import atomic_folder, refuse_existing
    from facility_coverage.study_file import Study

    study = Study.load(study_file)
    refuse_existing(out, overwrite=overwrite)
    refuse_inside(out, study_file, study)
    result = carry_out(study, cache=cache, quiet=quiet)
    with atomic_folder(out, overwrite=overwrite) as folder:
        write_all(result, folder)
    tell(result, out, quiet=quiet, json=json)


def carry_out(study: "Study", *, cache: Path | None, quiet: bool) -> "StudyResult":
    """Run a study and show where it stands.

    Parameters
    ----------
    study
        What is asked.
    cache
        Folder for street networks; None takes the default.
    quiet
        Show no progress.

    Returns
    -------
    StudyResult
        What was found.
    """
    from facility_coverage.study import run_study

    with progress(quiet=quiet) as advance:
        return run_study(study, progress=advance, cache_folder=cache_folder(cache))


def write_all(result: "StudyResult", folder: Path) -> None:
    """Write everything that a study found: tables, layers and the map.

    Parameters
    ----------
    result
        What was found.
    folder
        An existing folder.
    """
    from facility_coverage.outputs.folder import write_results
    from facility_coverage_maps.page import write_map

    write_results(result, folder)
    write_map(result, folder / "map.html")


def refuse_inside(out: Path, study_file: Path, study: "Study") -> None:
    """Refuse a folder of results that holds the study's own inputs: replacing it ends them.

    Parameters
    ----------
    out
        The folder for the results.
    study_file
        The study file.
    study
        Its content, with absolute paths.

    Raises
    ------
    InputError
        Some input lies in it.
    """
    folder = out.resolve()
    inputs = [
        study_file.resolve(),
        *(
            Path(getattr(getattr(study, section), key))
            for section, keys in study.files().items()
            for key in keys
        ),
        *map(Path, study.standards.files),
    ]
    held = next((path for path in inputs if path.is_relative_to(folder)), None)
    if held is not None:
        msg = f"{out}: holds {held}, which the study reads; name another folder for the results"
        raise InputError(msg)
