"""A review as a folder: sheet, tables, layers, maps and pages; and the same folder signed."""

import json
import shutil
from pathlib import Path

from markupsafe import Markup

from facility_coverage.errors import NotFoundError
from facility_coverage.files import MANIFEST_NAME
from facility_coverage.outputs.review import (
    SHEET_NAME,
    SIGNATURE_NAME,
    review_manifest,
    write_manifest,
    write_review,
)
from facility_coverage.proposals.layers import ReviewLayers
from facility_coverage.proposals.sheet import ReviewSheet
from facility_coverage.proposals.signature import Signature
from facility_coverage.study_file import Study
from facility_coverage.words import Language
from facility_coverage_maps.paper import pdf_bytes
from facility_coverage_maps.review.page import LANGUAGES, review_html
from facility_coverage_maps.review.picture import NAMES, pictures


def write_sheet(sheet: ReviewSheet, layers: ReviewLayers, study: Study, folder: Path) -> None:
    """Write everything of a review.

    Parameters
    ----------
    sheet
        The review.
    layers
        Where it plays.
    study
        What it was held against, with absolute paths.
    folder
        An existing folder; the caller makes it appear under its name when all is written. Equal
        reviews give equal bytes, except the GeoPackage.

    Raises
    ------
    SourceError
        A font or Pango is missing, or the disk refused.
    """
    write_review(sheet, layers, folder)
    for language in LANGUAGES:
        for name, svg in pictures(layers, sheet.study.target, language).items():
            (folder / _map_name(name, language)).write_text(svg, encoding="utf-8")
    _write_pages(sheet, folder, None)
    write_manifest(review_manifest(sheet, study), folder)


def sign_sheet(reviewed: Path, signature: Signature, folder: Path) -> None:
    """Write a review once more, with a signature on its pages.

    Parameters
    ----------
    reviewed
        The folder of the review; it stays as it is.
    signature
        Who decided.
    folder
        An existing empty folder. Tables, layers and maps are the same bytes as those reviewed.

    Raises
    ------
    NotFoundError
        ``reviewed`` is no review.
    SourceError
        A font or Pango is missing, or the disk refused.
    """
    try:
        sheet = ReviewSheet.model_validate_json((reviewed / SHEET_NAME).read_bytes())
        manifest = json.loads((reviewed / MANIFEST_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = "{path}: is no review as this program writes it; review the proposal again"
        raise NotFoundError(msg, path=reviewed) from error
    for path in sorted(reviewed.iterdir()):
        shutil.copyfile(path, folder / path.name)
    (folder / SIGNATURE_NAME).write_text(signature.model_dump_json(indent=2) + "\n", "utf-8")
    _write_pages(sheet, folder, signature)
    write_manifest(manifest, folder)


def page_name(language: Language, ending: str) -> str:
    """Return the name of a page of a review.

    Parameters
    ----------
    language
        Of the page.
    ending
        ``html`` or ``pdf``.

    Returns
    -------
    str
        Such as ``review.zh.pdf``.
    """
    return f"review.{language}.{ending}"


def _write_pages(sheet: ReviewSheet, folder: Path, signature: Signature | None) -> None:
    """Write the pages in both languages, with the maps that stand in the folder."""
    for language in LANGUAGES:
        maps = {
            name: Markup((folder / _map_name(name, language)).read_text("utf-8"))  # noqa: S704  (drawn by small_map)
            for name in NAMES
        }
        page = review_html(sheet, maps, language, signature)
        content = page.encode("utf-8", "backslashreplace")
        (folder / page_name(language, "html")).write_bytes(content)
        (folder / page_name(language, "pdf")).write_bytes(pdf_bytes(page))


def _map_name(name: str, language: Language) -> str:
    return f"{name}.{language}.svg"
