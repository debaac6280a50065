"""``demo``: a study that needs no download, with everything it was made from."""

from pathlib import Path
from typing import Annotated

import typer

from facility_coverage_cli.options import Cache, Json, Overwrite, Quiet
from facility_coverage_cli.run import carry_out, write_all
from facility_coverage_cli.study_summary import tell


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("demo"),
    *,
    overwrite: Overwrite = False,
    cache: Cache = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Run the sample study; no download needed.

    Its register is real, its geometry synthetic. The study file and its inputs are left in
    OUT/study, so that the other commands can take them up.
    """
    from facility_coverage.files import atomic_folder
    from facility_coverage.sample.district import write_sample_study
    from facility_coverage.study_file import Study

    with atomic_folder(out, overwrite=overwrite) as folder:
        inputs = folder / "study"
        inputs.mkdir()
        study = Study.load(write_sample_study(inputs))  # the terminal keeps the reader's language
        result = carry_out(study, cache=cache, quiet=quiet)
        write_all(result, folder)
    tell(result, out, quiet=quiet, json=json)
