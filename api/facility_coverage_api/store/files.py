"""Files and folders of results, each under the SHA-256 of its content, whole or not at all."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import BinaryIO

from facility_coverage.errors import InputError, NotFoundError, SourceError
from facility_coverage.files import MANIFEST_NAME, atomic_folder, atomic_path, sha256_of
from facility_coverage.words import Remark

_CHUNK_BYTES = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[^./\\:][^/\\:]{0,119}")


@dataclass(frozen=True)
class StoredFile:
    """A file that the store holds.

    Attributes
    ----------
    sha256
        Of its content, 64 hexadecimal digits.
    size_bytes
        How large it is.
    """

    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class FileFolder:
    """A folder of files and results that are named by their content.

    Attributes
    ----------
    root
        The folder; several processes may share it.
    """

    root: Path

    @classmethod
    def open(cls, root: Path) -> "FileFolder":
        """Make sure that the folder exists.

        Parameters
        ----------
        root
            The folder.

        Returns
        -------
        FileFolder
            Ready to use.

        Raises
        ------
        SourceError
            It cannot be made.
        """
        with _told(root):
            for name in ("files", "results", "work", "networks"):
                (root / name).mkdir(parents=True, exist_ok=True)
        return cls(root.resolve())

    @property
    def networks(self) -> Path:
        """Return the folder of built street networks, which can be made again."""
        return self.root / "networks"

    def sweep(self, *, before_s: float) -> None:
        """Throw away what processes that were killed left half made.

        Parameters
        ----------
        before_s
            Only what was last changed before, seconds since 1970.
        """
        for pattern in ("work/*", "results/.*.partial", "files/*/.*.partial"):
            for folder in self.root.glob(pattern):
                with suppress(FileNotFoundError):  # another process sweeps too
                    if folder.stat().st_mtime < before_s:
                        rmtree(folder)

    def put(self, stream: BinaryIO) -> StoredFile:
        """Keep the content of a stream.

        Parameters
        ----------
        stream
            Read to its end; whoever calls limits its size.

        Returns
        -------
        StoredFile
            Its name here; the same content has the same name, and is kept once.

        Raises
        ------
        SourceError
            The disk refused.
        """
        digest, size_bytes = hashlib.sha256(), 0
        with self.workspace() as folder, _told(self.root):
            incoming = folder / "incoming"
            with incoming.open("wb") as file:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    size_bytes += file.write(chunk)
            incoming.chmod(0o444)
            path = self._file(digest.hexdigest())
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                with atomic_path(path) as temporary:
                    incoming.replace(temporary)
        return StoredFile(digest.hexdigest(), size_bytes)

    def path(self, sha256: str) -> Path:
        """Return where a file is.

        Parameters
        ----------
        sha256
            Its name.

        Returns
        -------
        Path
            The file; it is never changed.

        Raises
        ------
        NotFoundError
            There is no such file.
        """
        msg = "there is no file {digest} here; upload it, or run the job again"
        return _present(self._file(_checked(sha256)), Remark(msg, digest=sha256))

    def put_result(self, fill: Callable[[Path], None]) -> str:
        """Keep a folder of results.

        Parameters
        ----------
        fill
            Writes the results and their manifest into an empty folder.

        Returns
        -------
        str
            SHA-256 of the manifest; the same results have the same name, and are kept once.

        Raises
        ------
        SourceError
            The disk refused.
        """
        with self.workspace() as folder, _told(self.root):
            fill(folder)
            digest = sha256_of(folder / MANIFEST_NAME)
            path = self.root / "results" / digest
            try:
                with atomic_folder(path, overwrite=False) as place:
                    for entry in sorted(folder.iterdir()):
                        entry.rename(place / entry.name)
            except (InputError, SourceError):
                if not path.is_dir():  # else the same result stands there, of another job
                    raise
        return digest

    def result_folder(self, digest: str) -> Path:
        """Return where a result is.

        Parameters
        ----------
        digest
            SHA-256 of its manifest.

        Returns
        -------
        Path
            The folder; it is never changed.

        Raises
        ------
        NotFoundError
            There is no such result.
        """
        msg = "there is no result {digest} here; upload it, or run the job again"
        return _present(self.root / "results" / _checked(digest), Remark(msg, digest=digest))

    def link(self, parts: Mapping[str, str], folder: Path) -> None:
        """Show files under the names that they had.

        Parameters
        ----------
        parts
            Name to SHA-256.
        folder
            A new folder for them, in a workspace.

        Raises
        ------
        NotFoundError
            There is no such file.
        SourceError
            The disk refused.
        """
        with _told(folder):
            folder.mkdir(parents=True)
            for name, sha256 in parts.items():
                (folder / plain_name(name)).hardlink_to(self.path(sha256))

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Hand out an empty folder on the same disk, which is swept away in the end.

        Yields
        ------
        Path
            The folder.

        Raises
        ------
        SourceError
            The disk refused.
        """
        work = self.root / "work"
        with _told(work):
            folder = TemporaryDirectory(dir=work)
        with folder as path:
            yield Path(path)

    def _file(self, sha256: str) -> Path:
        return self.root / "files" / sha256[:2] / sha256


def plain_name(name: str) -> str:
    """Return the name of a file when it is one, and not a way to another place.

    Parameters
    ----------
    name
        What was handed over.

    Returns
    -------
    str
        The same.

    Raises
    ------
    InputError
        It is empty, hidden, too long, or holds a separator or a control character.
    """
    if _NAME.fullmatch(name) and name.isprintable():
        return name
    msg = "{name!r}: not a plain file name; name files with letters, digits, '-' and '.'"
    raise InputError(msg, name=name[:80])


def is_digest(text: str) -> bool:
    """Tell whether a text is a SHA-256 in hexadecimal digits.

    Parameters
    ----------
    text
        What was handed over.

    Returns
    -------
    bool
        Whether it is.
    """
    return _DIGEST.fullmatch(text) is not None


def _checked(digest: str) -> str:
    """Return a digest when it is one: nothing else is ever joined to a path."""
    if is_digest(digest):
        return digest
    msg = "{digest!r}: not a SHA-256 of 64 hexadecimal digits; take it from an answer"
    raise NotFoundError(msg, digest=digest[:80])


def _present(path: Path, absent: Remark) -> Path:
    if path.exists():
        return path
    raise NotFoundError(absent)


@contextmanager
def _told(place: Path) -> Iterator[None]:
    """Say what the disk refused."""
    try:
        yield
    except (InputError, NotFoundError, SourceError):
        raise
    except OSError as error:
        msg = "{place}: cannot be written: {reason}; free the disk or name another place"
        raise SourceError(msg, place=place, reason=error.strerror) from error
