"""Zip archives that strangers send: looked at before anything is unpacked."""

import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from facility_coverage.errors import InputError
from facility_coverage_api.doors.limits import Limits

_CHUNK_BYTES = 1 << 20
_ENTRY_MARK = b"PK\x01\x02"
_RATIO_COUNTS_FROM_BYTES = 1 << 20
_ENCRYPTED, _UTF_8 = 0x1, 0x800
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def unpack(
    archive: Path, folder: Path, limits: Limits, *, wanted: Callable[[str], bool]
) -> tuple[Path, ...]:
    """Unpack the wanted files of an archive side by side into a folder.

    Parameters
    ----------
    archive
        The zip file.
    folder
        An empty folder.
    limits
        How many files, how large, how densely packed.
    wanted
        Tells by its name whether a file is wanted; all others are left where they are.

    Returns
    -------
    tuple of Path
        The files, sorted.

    Raises
    ------
    InputError
        It is no zip file, or an entry leads elsewhere, is no plain file, or stands there twice.
    LimitError
        It holds too much.
    """
    try:
        with _opened(archive, limits) as opened:
            entries = [entry for entry in _entries(opened, limits) if wanted(_name(entry))]
            names = [_name(entry) for entry in entries]
            for name in names:
                if names.count(name) > 1:
                    msg = "{name!r}: stands in the archive twice; leave one out"
                    raise InputError(msg, name=name)
            for name, entry in zip(names, entries, strict=True):
                with opened.open(entry) as packed, (folder / name).open("xb") as file:
                    shutil.copyfileobj(packed, file, _CHUNK_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _broken(error) from error
    return tuple(folder / name for name in sorted(names))


def require_harmless(archive: Path, limits: Limits) -> None:
    """Look at an archive that stays packed, such as an Excel workbook.

    Parameters
    ----------
    archive
        The zip file.
    limits
        See ``unpack``.

    Raises
    ------
    InputError, LimitError
        See ``unpack``.
    """
    try:
        with _opened(archive, limits) as opened:
            _entries(opened, limits)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise _broken(error) from error


def _opened(archive: Path, limits: Limits) -> zipfile.ZipFile:
    """Open an archive; its entries are counted first, because opening it makes a list of them."""
    tail, n_entries = b"", 0
    with archive.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            n_entries += (tail + chunk).count(_ENTRY_MARK)
            tail = chunk[-len(_ENTRY_MARK) + 1 :]
    limits.require("archive_entries", n_entries)
    return zipfile.ZipFile(archive)


def _entries(opened: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    """Return the plain files of an archive; what is neither file nor folder is refused."""
    entries = []
    for entry in opened.infolist():
        _require_inside(entry)
        if entry.is_dir() or entry.filename.startswith("__MACOSX/"):
            continue
        if entry.file_size > _RATIO_COUNTS_FROM_BYTES:
            limits.require("archive_ratio", entry.file_size / max(1, entry.compress_size))
        entries.append(entry)
    limits.require("unpacked_bytes", sum(entry.file_size for entry in entries))
    return entries


def _require_inside(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if (
        "\\" in entry.orig_filename
        or "\0" in entry.orig_filename
        or re.match(r"/|[A-Za-z]:", name)
        or ".." in PurePosixPath(name).parts
    ):
        msg = "{name!r}: leads out of the archive; make the archive anew from plain files"
    elif kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        msg = (
            "{name!r}: is a link or a device, and no plain file; make the archive anew from plain "
            "files"
        )
    elif entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
        msg = (
            "{name!r}: is encrypted, or packed by another method than deflate; make the archive "
            "anew from plain files"
        )
    else:
        return
    raise InputError(msg, name=name[:80])


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the name of a file without its folders; old Chinese archives write GB18030."""
    name = entry.filename
    if not entry.flag_bits & _UTF_8:
        written = name.encode("cp437")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = written.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return PurePosixPath(name).name


def _broken(error: Exception) -> InputError:
    return InputError("the archive cannot be unpacked: {error}; make it anew", error=error)
