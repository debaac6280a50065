"""``run``: carry out a study file."""

from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_coverage.errors import InputError
from facility_coverage_cli.folders import cache_folder
from facility_coverage_cli.options import Cache, Json, Overwrite, Quiet
from facility_coverage_cli.spoken import open_study
from facility_coverage_cli.study_summary import tell
from facility_coverage_cli.terminal import progress

if TYPE_CHECKING:
    from facility_coverage.result import StudyResult
    from facility_coverage.study_file import Study


def run_study_file(
    study_file: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="The study file.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")],
    *,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Stop with exit code 10, and write nothing, where the inputs may not be what the "
            "study says: points in another coordinate system than declared.",
        ),
    ] = False,
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

    study = open_study(study_file)
    refuse_existing(out, overwrite=overwrite)
    refuse_inside(out, study_file, study)
    result = carry_out(study, cache=cache, quiet=quiet, strict=strict)
    with atomic_folder(out, overwrite=overwrite) as folder:
        write_all(result, folder)
    tell(result, out, quiet=quiet, json=json)


def carry_out(
    study: "Study", *, cache: Path | None, quiet: bool, strict: bool = False
) -> "StudyResult":
    """Run a study and show where it stands.

    Parameters
    ----------
    study
        What is asked.
    cache
        Folder for street networks; None takes the default.
    quiet
        Show no progress.
    strict
        Stop where the inputs may not be what the study says.

    Returns
    -------
    StudyResult
        What was found.

    Raises
    ------
    DoubtError
        Strict, and there is some doubt.
    InputError
        The base map of the study needs a key, and there is none.
    """
    from facility_coverage.prepared import prepare
    from facility_coverage.study import assess

    map_key(study)
    with progress(quiet=quiet) as advance:
        prepared = prepare(study, progress=advance, cache_folder=cache_folder(cache))
        if strict:
            prepared.require_no_doubt()
        return assess(prepared, progress=advance)


def write_all(result: "StudyResult", folder: Path) -> None:
    """Write everything that a study found: tables, layers, the workbook and the map.

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
    write_map(result, folder / "map.html", tianditu_key=map_key(result.study))


def map_key(study: "Study") -> str | None:
    """Return the key for the base map that a study asks for.

    Parameters
    ----------
    study
        What is asked.

    Returns
    -------
    str or None
        From the environment; None where the study needs none.

    Raises
    ------
    InputError
        It needs one, and there is none.
    """
    from facility_coverage_maps.basemap import tianditu_key

    return tianditu_key(study.map, environ)


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
        msg = "{out}: holds {held}, which the study reads; name another folder for the results"
        raise InputError(msg, out=out, held=held)
