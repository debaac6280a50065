"""Finished studies on disk: folders that hold a manifest."""

import csv
import json
from pathlib import Path
from typing import Any

from facility_coverage.errors import NotFoundError
from facility_coverage.files import MANIFEST_NAME


def result_folders(root: Path) -> dict[str, Path]:
    """Return the finished studies below a folder.

    Parameters
    ----------
    root
        A folder of results, or a folder that holds several.

    Returns
    -------
    dict of str to Path
        Study id (the folder's name) to its folder, sorted; hidden folders are unfinished.
    """
    if (root / MANIFEST_NAME).is_file():
        return {root.resolve().name: root}
    if not root.is_dir():
        return {}
    return {
        folder.name: folder
        for folder in sorted(root.iterdir())
        if not folder.name.startswith(".") and (folder / MANIFEST_NAME).is_file()
    }


def result_folder(root: Path, study_id: str) -> Path:
    """Return the folder of one finished study; the id is looked up, never joined to a path.

    Parameters
    ----------
    root
        See ``result_folders``.
    study_id
        Its id.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    NotFoundError
        There is no such study.
    """
    folders = result_folders(root)
    if study_id not in folders:
        known = ", ".join(folders) or "none"
        msg = f"there is no study {study_id!r}; finished studies: {known}"
        raise NotFoundError(msg)
    return folders[study_id]


def coverage_rows(folder: Path) -> list[dict[str, Any]]:
    """Return ``coverage_by_unit.csv`` as rows, numbers as numbers and empty cells as null.

    Parameters
    ----------
    folder
        A folder of results.

    Returns
    -------
    list of dict
        One per subdistrict, last the people outside all.
    """
    texts = {"unit_id", "unit_name", "flags", "notes"}
    with (folder / "coverage_by_unit.csv").open(encoding="utf-8-sig", newline="") as stream:
        return [
            {name: value if name in texts else _number(value) for name, value in row.items()}
            for row in csv.DictReader(stream)
        ]


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file of a result.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Its content.
    """
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _number(text: str) -> float | None:
    return float(text) if text else None
