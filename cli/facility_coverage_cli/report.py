"""``report``: carry out a study file and write its report, for the screen and on paper."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_coverage.words import Joined, Remark
from facility_coverage_cli.options import Cache, Json, Overwrite, Quiet
from facility_coverage_cli.run import carry_out, refuse_inside, write_all
from facility_coverage_cli.spoken import open_study
from facility_coverage_cli.study_summary import tell
from facility_coverage_cli.terminal import say

if TYPE_CHECKING:
    from facility_coverage.study_file import Study
    from facility_coverage.words import Language


class ReportLanguage(StrEnum):
    """In which language a report is written."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


def report(
    study_file: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="The study file.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")],
    *,
    language: Annotated[
        ReportLanguage | None,
        typer.Option("--language", help="Of the report; by default the study's own."),
    ] = None,
    overwrite: Overwrite = False,
    cache: Cache = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write a report: what run writes, and report.html and report.pdf.

    With --language both they are report.zh.html, report.en.html and so on.
    """
    from facility_coverage.files import atomic_folder, refuse_existing
    from facility_coverage.words import say as word
    from facility_coverage_maps.fonts import require_font
    from facility_coverage_maps.paper import require_pango
    from facility_coverage_maps.report.report import write_report

    study = open_study(study_file)
    refuse_existing(out, overwrite=overwrite)
    refuse_inside(out, study_file, study)
    languages = _languages(study, language)
    require_pango()
    for wanted in languages:
        require_font(study.study.name + word("Facilities", wanted), Remark("report"))
    result = carry_out(study, cache=cache, quiet=quiet)
    with atomic_folder(out, overwrite=overwrite) as folder:
        write_all(result, folder)
        for wanted in languages:
            is_own = wanted == study.study.language
            told = result if is_own else carry_out(_in(study, wanted), cache=cache, quiet=quiet)
            write_report(told, folder, "report" if len(languages) == 1 else f"report.{wanted}")
    tell(result, out, quiet=quiet, json=json)
    if not (quiet or json):
        names = ["report"] if len(languages) == 1 else [f"report.{each}" for each in languages]
        paths = Joined.of(out / f"{name}.pdf" for name in names)
        say(Remark("Report: {paths}", paths=paths))


def _languages(study: "Study", asked: ReportLanguage | None) -> "tuple[Language, ...]":
    """Return the languages of the reports."""
    if asked is None:
        return (study.study.language,)
    if asked is ReportLanguage.BOTH:
        return ("zh", "en")
    return ("zh",) if asked is ReportLanguage.ZH else ("en",)


def _in(study: "Study", language: "Language") -> "Study":
    """Return a study that tells its reasons and notes in another language."""
    section = study.study.model_copy(update={"language": language})
    return study.model_copy(update={"study": section})
