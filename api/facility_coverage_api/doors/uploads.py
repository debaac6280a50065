"""Files that people hand over: known by their content, not by their name, before they are kept.

GDAL opens a file by what stands in it: a "layer.gpkg" that is really a VRT or a GDALG pipeline
makes it read other files of this machine, or addresses of others. So each ending has its mark.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import anyio
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from facility_coverage.errors import InputError
from facility_coverage_api.doors.archives import require_harmless, unpack
from facility_coverage_api.doors.keys import Analyst
from facility_coverage_api.doors.limits import Limited, Limits
from facility_coverage_api.store.store import Store
from facility_coverage_api.store.uploads import Upload

UPLOADS_PATH = "/v1/uploads"

_NAME = r"^\w[\w .()+-]{0,99}$"
_HEAD_BYTES = 1 << 20
_ELSEWHERE = re.compile(
    rb"<\s*(ogr|gdal|vrt|wms|wmts|wcs)\w|gdal_streamed_alg|opengis\.net/def/rel", re.IGNORECASE
)
"""What GDAL takes for a way to other files or addresses, wherever it stands in the first bytes:
``"<OGRVRTDataSource>…"`` in one cell of a table is enough."""

Check = Callable[[Path, bytes], bool]
"""Tells from a file, and its first bytes, whether it is what its ending says."""


def _starts(*marks: bytes) -> Check:
    return lambda _, head: head.startswith(marks)


def _is_text(_: Path, head: bytes) -> bool:
    """Tell text of rows apart from XML and JSON."""
    return b"\0" not in head and not _told(head).startswith((b"<", b"{", b"["))


def _is_rules(_: Path, head: bytes) -> bool:
    return b"\0" not in head and not _told(head).startswith((b"<", b"{"))


def _is_geojson(_: Path, head: bytes) -> bool:
    return _told(head).startswith(b"{") and b'"FeatureCollection"' in head


def _told(head: bytes) -> bytes:
    """Return the first bytes without spaces and byte order marks."""
    return head.lstrip(b" \t\r\n\xef\xbb\xbf")


def _is_geopackage(_: Path, head: bytes) -> bool:
    application = head[68:72]
    return head.startswith(b"SQLite format 3\0") and application in {b"GPKG", b"GP10", b"GP11"}


def _is_extract(_: Path, head: bytes) -> bool:
    return head[4:15] == b"\x0a\x09OSMHeader"


def _is_srtm(file: Path, _: bytes) -> bool:
    """Tell a tile of heights by its size: two bytes each, 1201 or 3601 a side."""
    return file.stat().st_size in {2 * side**2 for side in (1201, 3601)}


MAIN: Mapping[str, Check] = {
    ".csv": _is_text,
    ".fgb": _starts(b"fgb\x03fgb"),
    ".geojson": _is_geojson,
    ".gpkg": _is_geopackage,
    ".hgt": _is_srtm,
    ".pbf": _is_extract,
    ".shp": _starts(b"\0\0\x27\x0a"),
    ".tif": _starts(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    ".toml": _is_rules,
    ".xlsx": _starts(b"PK\x03\x04"),
}
"""Files that a study can name, by ending."""

BESIDE: Mapping[str, Check] = {
    ".shx": _starts(b"\0\0\x27\x0a"),
    ".dbf": _starts(b"\x02", b"\x03", b"\x30", b"\x31", b"\x43", b"\x83", b"\x8b", b"\xf5"),
    ".prj": _is_text,
    ".cpg": _is_text,
}
"""Files that belong to a shapefile."""

_NEEDED_BESIDE = (".shx", ".dbf")


class UploadAnswer(BaseModel):
    """An upload that was kept."""

    reference: str = Field(
        examples=[f"{'0' * 64}/centres.shp"],
        description="Write it in a study wherever study.toml has a path.",
    )
    name: str = Field(examples=["centres.shp"])
    parts: list[str] = Field(examples=[["centres.dbf", "centres.shp", "centres.shx"]])


router = APIRouter(tags=["uploads"])


@router.post(
    UPLOADS_PATH,
    status_code=201,
    summary="Hand over a file for a study",
    operation_id="upload",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def upload(
    request: Request,
    caller: Analyst,
    limits: Limited,
    name: Annotated[
        str,
        Query(
            pattern=_NAME,
            examples=["centres.zip"],
            description="Its file name. A shapefile comes as .zip of .shp, .shx, .dbf, .prj.",
        ),
    ],
) -> UploadAnswer:
    """Keep the body as a file; the same file again is the same upload.

    Endings: .csv .fgb .geojson .gpkg .hgt .pbf .tif .toml .xlsx; a .zip holds one of these, or a
    shapefile.
    """
    store: Store = request.app.state.store
    with store.files.workspace() as folder:
        file = folder / "received"
        async with await anyio.open_file(file, "wb") as stream:
            async for chunk in request.stream():
                await stream.write(chunk)
        kept = await run_in_threadpool(keep, store, caller.owner, name, file, limits)
    return UploadAnswer(reference=kept.reference, name=kept.name, parts=sorted(kept.parts))


def keep(store: Store, owner: str, name: str, file: Path, limits: Limits) -> Upload:
    """Check a file and put it into the store.

    Parameters
    ----------
    store
        Takes it.
    owner
        Whose it is.
    name
        Its name.
    file
        Where it is now, alone in a folder of the store's workspace or of its owner.
    limits
        For archives.

    Returns
    -------
    Upload
        What was kept.

    Raises
    ------
    InputError
        It is not what its ending says, or an archive without one main file.
    LimitError
        An archive holds too much.
    """
    with ExitStack() as stack:
        parts: Mapping[str, Path] = {name: file}
        if _ending(name) == ".zip":
            folder = stack.enter_context(store.files.workspace())
            unpacked = unpack(file, folder, limits, wanted=_wanted)
            parts = {path.name: path for path in unpacked}
        main = _main_of(parts)
        for part, path in parts.items():
            _require_kind(part, path, limits)
        kept = {}
        for part, path in parts.items():
            with path.open("rb") as stream:
                kept[part] = store.files.put(stream)
        return store.uploads.add(owner, main, kept)


def _wanted(name: str) -> bool:
    return _ending(name) in {*MAIN, *BESIDE}


def _main_of(parts: Mapping[str, Path]) -> str:
    """Return the one main file; what a shapefile consists of has to be there, by the same name."""
    mains = [name for name in parts if _ending(name) in MAIN]
    if len(mains) != 1:
        msg = (
            "{parts}: hand over exactly one of {known} at a time"
            if parts
            else "nothing: hand over exactly one of {known} at a time"
        )
        raise InputError(msg, parts=", ".join(parts), known=" ".join([*MAIN, ".zip"]))
    [main] = mains
    stem = Path(main).stem
    beside = {_ending(name) for name in parts if Path(name).stem == stem} - {_ending(main)}
    if _ending(main) == ".shp" and not beside.issuperset(_NEEDED_BESIDE):
        msg = "{name}: lacks its .shx or .dbf; send a .zip of .shp, .shx, .dbf and .prj"
        raise InputError(msg, name=main)
    return main


def _require_kind(name: str, path: Path, limits: Limits) -> None:
    if not re.fullmatch(_NAME, name):
        msg = "{name!r}: not a file name here; use letters, digits, spaces and _.()+-"
        raise InputError(msg, name=name[:80])
    ending = _ending(name)
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not {**MAIN, **BESIDE}[ending](path, head) or _ELSEWHERE.search(head):
        msg = "{name}: its content is not that of a {ending} file; save it again as one"
        raise InputError(msg, name=name, ending=ending)
    if ending == ".xlsx":
        require_harmless(path, limits)


def _ending(name: str) -> str:
    return Path(name).suffix.lower()
