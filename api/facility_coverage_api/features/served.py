"""Finished studies: folders of results, named by the operator or brought forth by jobs."""

import csv
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pyogrio
from fastapi import Request

from facility_coverage.errors import InputError, NotFoundError, SourceError
from facility_coverage.files import MANIFEST_NAME, sha256_of
from facility_coverage_api.features.layers import Layer, Outline
from facility_coverage_api.features.memo import Memo
from facility_coverage_api.settings import Settings
from facility_coverage_api.store.store import Store

LAYERS_NAME = "results.gpkg"
MAX_OPEN = 16
"""Studies whose layers are kept in memory."""

_LAYERS = 32
_LOG = logging.getLogger(__name__)
_TEXTS = frozenset({"unit_id", "unit_name", "flags", "notes"})


@dataclass(frozen=True, eq=False)
class ServedStudy:
    """A finished study.

    Attributes
    ----------
    id
        Its name in addresses.
    folder
        Its results.
    digest
        SHA-256 of their manifest.
    """

    id: str
    folder: Path
    digest: str
    _layers: Memo[str, Layer] = field(default_factory=lambda: Memo(_LAYERS))
    _outlines: Memo[None, dict[str, Outline]] = field(default_factory=lambda: Memo(1))

    def summary(self) -> dict[str, Any]:
        """Return ``summary.json``."""
        return _json(self.folder / "summary.json")

    def manifest(self) -> dict[str, Any]:
        """Return ``manifest.json``."""
        return _json(self.folder / MANIFEST_NAME)

    def coverage_rows(self) -> list[dict[str, Any]]:
        """Return ``coverage_by_unit.csv``, numbers as numbers and empty cells as null.

        Returns
        -------
        list of dict
            One per subdistrict, last the people outside all.
        """
        path = self.folder / "coverage_by_unit.csv"
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return [
                {name: value if name in _TEXTS else _number(value) for name, value in row.items()}
                for row in csv.DictReader(stream)
            ]

    def outlines(self) -> dict[str, Outline]:
        """Return what is known of its layers, by name, without reading their rows."""
        return self._outlines.get(None, self._outlined)

    def layer(self, name: str) -> Layer:
        """Return a layer.

        Parameters
        ----------
        name
            One of ``outlines``.

        Returns
        -------
        Layer
            Read once.

        Raises
        ------
        SourceError
            The results were replaced meanwhile.
        """
        return self._layers.get(name, lambda: self._read(name))

    def _outlined(self) -> dict[str, Outline]:
        path = self.folder / LAYERS_NAME
        names = pyogrio.list_layers(path)[:, 0] if path.is_file() else ()
        return {str(name): Outline.read(path, name) for name in names}

    def _read(self, name: str) -> Layer:
        layer = Layer.read(self.folder / LAYERS_NAME, name)
        if sha256_of(self.folder / MANIFEST_NAME) != self.digest:
            msg = "the results of {study!r} were replaced while they were read; ask again"
            raise SourceError(msg, study=self.id)
        return layer


@dataclass(frozen=True, eq=False)
class Studies:
    """Every finished study that is served.

    Attributes
    ----------
    folders
        Those that the operator named, by id; they go before others of the same id.
    finished
        Returns those of the store, by id.
    """

    folders: Mapping[str, Path]
    finished: Callable[[], Mapping[str, Path]] = dict
    _open: Memo[tuple[str, str], ServedStudy] = field(default_factory=lambda: Memo(MAX_OPEN))

    @classmethod
    def of(cls, roots: Iterable[Path], finished: Callable[[], Mapping[str, Path]] = dict) -> Self:
        """Find the studies in folders.

        Parameters
        ----------
        roots
            Folders of results, and folders that hold several; a study's id is its folder's name.
        finished
            See the class.

        Returns
        -------
        Studies
            All of them.

        Raises
        ------
        NotFoundError
            There is no result in a folder.
        InputError
            Two folders have the same name.
        """
        folders: dict[str, Path] = {}
        for root in roots:
            for folder in _results_in(root):
                if folders.get(folder.name, folder) != folder:
                    msg = "{folder}: another study has this name too; rename one of the folders"
                    raise InputError(msg, folder=folder)
                folders[folder.name] = folder
        return cls(folders, finished)

    def all(self) -> tuple[ServedStudy, ...]:
        """Return the studies, sorted by id."""
        return tuple(self._opened(key, folder) for key, folder in sorted(self._places().items()))

    def get(self, study_id: str) -> ServedStudy:
        """Return a study; its id is looked up, never joined to a path.

        Parameters
        ----------
        study_id
            Its id.

        Returns
        -------
        ServedStudy
            The study; a new one when its results were replaced.

        Raises
        ------
        NotFoundError
            There is no such study.
        """
        places = self._places()
        if study_id not in places:
            msg = "there is no finished study {study!r}; GET /v1/studies lists them"
            raise NotFoundError(msg, study=study_id[:80])
        return self._opened(study_id, places[study_id])

    def _places(self) -> dict[str, Path]:
        named = {key: path for key, path in self.folders.items() if _is_finished(path)}
        return {**self.finished(), **named}

    def _opened(self, study_id: str, folder: Path) -> ServedStudy:
        digest = sha256_of(folder / MANIFEST_NAME)
        return self._open.get((study_id, digest), lambda: ServedStudy(study_id, folder, digest))


def open_studies(settings: Settings, store: Store) -> Studies:
    """Return what a service serves.

    Parameters
    ----------
    settings
        Name folders of results.
    store
        Holds the results of jobs.

    Returns
    -------
    Studies
        Both.
    """

    def finished() -> dict[str, Path]:
        folders = {}
        for study in store.studies.list():
            if study.result is None:
                continue
            try:
                folders[study.id] = store.files.result_folder(study.result)
            except NotFoundError as error:  # one lost folder leaves the others served
                _LOG.warning("study %s is not served: %s", study.id, error)
        return folders

    return Studies.of(settings.results, finished)


def studies_of(request: Request) -> Studies:
    """Return the studies of the service that a request came to.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    Studies
        Its studies.
    """
    studies: Studies = request.app.state.studies
    return studies


def _results_in(root: Path) -> list[Path]:
    """Return the folders of results in a folder; hidden ones are unfinished."""
    place = root.resolve()
    found = [place] if _is_finished(place) else []
    if not found and place.is_dir():
        visible = (folder for folder in sorted(place.iterdir()) if not folder.name.startswith("."))
        found = [folder for folder in visible if _is_finished(folder)]
    if not found:
        msg = "{folder}: holds no {name}; name a folder that `facility-coverage run` wrote"
        raise NotFoundError(msg, folder=root, name=MANIFEST_NAME)
    return found


def _is_finished(folder: Path) -> bool:
    return (folder / MANIFEST_NAME).is_file()


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _number(text: str) -> float | None:
    return float(text) if text else None
