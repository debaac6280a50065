"""The studies of a batch: files, folders, patterns or a list of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from facility_coverage.batch.district import District
from facility_coverage.errors import InputError, NotFoundError, SchemaError
from facility_coverage.words import Language

STUDY_NAME = "study.toml"
_LIST_SUFFIX = ".txt"
_FORBIDDEN = set('/\\:*?"<>|\0')


def find_districts(
    named: Sequence[str], out: Path, cache: Path | None, language: Language = "en"
) -> list[District]:
    """Find the studies of a batch.

    Parameters
    ----------
    named
        Study files; folders, which hold a ``study.toml`` or folders with one; patterns such as
        ``districts/*/study.toml``; lists (``.txt``) with one of these a line.
    out
        Folder of the batch.
    cache
        Folder for street networks; None keeps none.
    language
        In which a study that fails tells why.

    Returns
    -------
    list of District
        Sorted by id: the name of the folder of a ``study.toml``, else that of the file.

    Raises
    ------
    NotFoundError
        Something that was named is not there.
    SchemaError
        Two studies have the same id.
    """
    files = sorted({path.resolve() for name in named for path in _files(name)})
    by_id: dict[str, Path] = {}
    for file in files:
        district_id = file.parent.name if file.name == STUDY_NAME else file.stem
        other = by_id.setdefault(district_id, file)
        if other != file:
            msg = "{one} and {other}: both are {id!r}; rename a folder or a file"
            raise SchemaError(msg, one=other, other=file, id=district_id)
    at = str(out.resolve())
    keeps = None if cache is None else str(cache.resolve())
    return [District(name, str(file), at, keeps, language) for name, file in sorted(by_id.items())]


def _files(name: str, within: Path = Path()) -> Iterator[Path]:
    """Yield the study files that a name stands for."""
    path = within / name
    if path.suffix == _LIST_SUFFIX and path.is_file():
        yield from _listed(path)
    elif path.is_dir():
        found = [path / STUDY_NAME] if (path / STUDY_NAME).is_file() else []
        found = found or sorted(path.glob(f"*/{STUDY_NAME}"))
        if not found:
            msg = "{path}: holds no {name}; name a folder of studies"
            raise NotFoundError(msg, path=path, name=STUDY_NAME)
        yield from found
    elif path.is_file():
        yield path
    else:
        start = Path(path.anchor)
        matching = sorted(start.glob(str(path.relative_to(start))))
        if not matching:
            msg = "{path}: there is no such study; name study files, folders, patterns or a list"
            raise NotFoundError(msg, path=path)
        for one in matching:
            yield from _files(str(one))


def _listed(path: Path) -> Iterator[Path]:
    """Yield the studies of a list; its paths are taken from its own folder."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        msg = "{path}: is no text in UTF-8; write one study a line"
        raise InputError(msg, path=path) from error
    for line in map(str.strip, lines):
        if line and not line.startswith("#"):
            yield from _files(line, path.parent)


def require_file_name(district_id: str) -> None:
    """Refuse an id that cannot be the name of a folder.

    Parameters
    ----------
    district_id
        The id.

    Raises
    ------
    InputError
        It is empty, or holds signs that no folder may hold.
    """
    if not district_id.strip(". ") or set(district_id) & _FORBIDDEN:
        msg = "district {id!r}: cannot be the name of a folder; rename it"
        raise InputError(msg, id=district_id)
