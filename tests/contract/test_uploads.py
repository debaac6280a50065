"""Files that strangers send: kept when they are what they say, else refused in one line."""

import io
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from fastapi.testclient import TestClient

from facility_coverage_api.app import create_app
from facility_coverage_api.doors.limits import Limits
from facility_coverage_api.settings import Settings

LIMITS = Limits(
    upload_bytes=4_000_000, unpacked_bytes=3_000_000, archive_entries=10, archive_ratio=50
)
SHAPE, TABLE = b"\0\0\x27\x0a" + bytes(100), b"\x03" + bytes(40)
PIPELINE = b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/x"}'
VRT = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/x</SrcDataSource>'


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
def client(service: Path) -> Iterator[TestClient]:
    app = create_app(Settings(files=service, limits=LIMITS))
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


def kept(service: Path) -> set[Path]:
    return {path for path in (service / "files").rglob("*") if path.is_file()}


def send(client: TestClient, name: str, content: bytes) -> Any:  # noqa: ANN401
    return client.post("/v1/uploads", params={"name": name}, content=content)


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def of_kind(kind: int) -> bytes:
    entry = zipfile.ZipInfo("a.csv")
    entry.external_attr = (kind | 0o777) << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(entry, b"/etc/passwd")
    return stream.getvalue()


def patched(archive: bytes, old: bytes, new: bytes) -> bytes:
    assert old in archive
    return archive.replace(old, new)


def layer(tmp_path: Path, ending: str) -> bytes:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(113, 23)], crs="EPSG:4326")
    path = tmp_path / f"layer{ending}"
    frame.to_file(path)
    return path.read_bytes()


@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".geojson"])
def test_what_gdal_writes_is_kept(client: TestClient, tmp_path: Path, ending: str) -> None:
    content = layer(tmp_path, ending)
    answer = send(client, f"站点 1{ending}", content)
    assert answer.status_code == 201, answer.text
    assert answer.json()["parts"] == [f"站点 1{ending}"]
    store = client.app.state.store  # type: ignore[attr-defined]  # an ASGI app to httpx
    upload = store.uploads.get("local", answer.json()["reference"])
    assert store.files.path(upload.parts[upload.name]).read_bytes() == content
    assert send(client, f"站点 1{ending}", content).json() == answer.json()


def test_the_other_kinds_are_kept(client: TestClient) -> None:
    for name, content in {
        "a.csv": "\ufeff编号,lon\n1,2\n".encode(),
        "b.csv": "编号,lon\n".encode("gb18030"),
        "c.osm.pbf": b"\0\0\0\x0e\x0a\x09OSMHeader" + bytes(9),
        "d.tif": b"II*\0" + bytes(8),
        "e.toml": b'id = "x"\n',
        "f.xlsx": packed({"xl/workbook.xml": b"<workbook/>"}),
        "N23E113.hgt": bytes(2 * 1201**2),
    }.items():
        assert send(client, name, content).status_code == 201, name


def test_a_shapefile_comes_as_an_archive(client: TestClient, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(113, 23)], crs="EPSG:4326")
    frame.to_file(tmp_path / "站点.shp")
    files = {f"maps/{path.name}": path.read_bytes() for path in tmp_path.glob("站点.*")}
    extra = {"__MACOSX/._x.shp": b"x", "maps/": b"", "maps/readme.txt": b"x"}
    answer = send(client, "a.zip", packed(files | extra))
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == "站点.shp"
    assert answer.json()["parts"] == ["站点.cpg", "站点.dbf", "站点.prj", "站点.shp", "站点.shx"]


def test_an_archive_of_an_old_chinese_windows_is_read(client: TestClient) -> None:
    name = "站点.csv"
    archive = packed({"1234.csv": b"a,b\n"})
    written = name.encode("gb18030")
    answer = send(client, "a.zip", patched(archive, b"1234.csv", written))
    assert answer.json()["name"] == name
    answer = send(client, "a.zip", patched(archive, b"1234.csv", b"\xff\xff\xff\xff.csv"))
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gpkg", VRT),
        ("a.csv", VRT),
        ("a.csv", b"\n \xef\xbb\xbf<x>"),
        ("a.csv", b"\xef\xbb\xbf \n" + VRT),
        ("a.csv", PIPELINE),
        ("a.csv", b"a\0b"),
        ("a.csv", b"a,b\n" + VRT),
        ("a.csv", b'"' + VRT + b'"'),
        ("a.toml", VRT),
        ("a.toml", b"[" + VRT),
        ("a.geojson", b'{"type": "FeatureCollection", "x": "' + VRT + b'", "features": []}'),
        ("a.geojson", b'{"type": "FeatureCollection", "x": "< ogrwfsdatasource"}'),
        ("a.tif", b"II*\0<GDAL_WMS>"),
        ("a.geojson", PIPELINE),
        ("a.geojson", b'{"x": "FeatureCollection", ' + PIPELINE[1:]),
        ("a.geojson", b'{"type": "Topology"}'),
        ("a.geojson", b"[]"),
        ("a.gpkg", b"SQLite format 3\0" + bytes(100)),
        ("a.fgb", b"fgb"),
        ("a.shp", SHAPE),
        ("a.osm.pbf", bytes(100)),
        ("a.tif", VRT),
        ("a.hgt", bytes(100)),
        ("a.xlsx", VRT),
        ("a.xlsx", b"PK\x03\x04" + bytes(100)),
        ("a.zip", b"PK\x03\x04" + bytes(100)),
        ("a.zip", b""),
        ("a.zip", packed({})),
        ("a.zip", packed({"a.txt": b"x"})),
        ("a.zip", packed({"a.csv": b"a", "b.csv": b"b"})),
        ("a.zip", packed({"a/a.csv": b"a", "b/a.csv": b"b"})),
        ("a.zip", packed({"a.shp": SHAPE, "b.shx": SHAPE, "a.dbf": TABLE})),
        ("a.zip", packed({"a.shp": SHAPE, "a.shx": b"x", "a.dbf": TABLE})),
        ("a.zip", packed({"a.zip": packed({"a.csv": b"a"})})),
        ("a.zip", packed({"../a.csv": b"a"})),
        ("a.zip", packed({"a/../../a.csv": b"a"})),
        ("a.zip", packed({"/etc/a.csv": b"a"})),
        ("a.zip", packed({"C:/a.csv": b"a"})),
        ("a.zip", patched(packed({"..|a.csv": b"a"}), b"..|a", b"..\\a")),
        ("a.zip", patched(packed({"a|b.csv": b"a"}), b"a|b", b"a\0b")),
        ("a.zip", packed({".a.csv": b"a"})),
        ("a.zip", packed({"a;b.csv": b"a"})),
        ("a.zip", packed({"a.csv": b"a"}, zipfile.ZIP_LZMA)),
        ("a.zip", of_kind(stat.S_IFLNK)),
        ("a.zip", of_kind(stat.S_IFIFO)),
        ("a.zip", patched(packed({"a.csv": b"xyz"}, zipfile.ZIP_STORED), b"xyz", b"xya")),
        ("a.vrt", VRT),
        ("a", b"a"),
        ("../a.csv", b"a"),
        ("/vsicurl/http:a.csv", b"a"),
        ("a.csv|layername=x", b"a"),
        ("a.zip!b.csv", b"a"),
        ("", b"a"),
        ("x" * 101 + ".csv", b"a"),
    ],
)
def test_what_is_not_what_it_says_is_refused(
    client: TestClient, service: Path, name: str, content: bytes
) -> None:
    before = kept(service)
    answer = send(client, name, content)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "\n" not in answer.json()["detail"]
    assert str(service) not in answer.text
    assert kept(service) == before
    assert list((service / "work").iterdir()) == []


def of_entries(n_entries: int) -> bytes:
    return packed({f"{n}.txt": b"" for n in range(n_entries)} | {"a.csv": b"a"})


@pytest.mark.parametrize(
    ("name", "make", "limit"),
    [
        ("a.zip", lambda: packed({"a.csv": b"0" * 1_100_000}), "archive_ratio"),
        ("a.xlsx", lambda: packed({"a.xml": b"0" * 1_100_000}), "archive_ratio"),
        ("a.zip", lambda: of_entries(10), "archive_entries"),
        (
            "a.zip",
            lambda: packed({"a.csv": b"1" * 1_600_000, "b.csv": b"2" * 1_600_000}, 0),
            "unpacked_bytes",
        ),
        ("a.csv", lambda: b"0" * 4_000_001, "body is larger"),
    ],
)
def test_what_is_too_large_names_its_limit(
    client: TestClient, name: str, make: Callable[[], bytes], limit: str
) -> None:
    answer = send(client, name, make())
    assert (answer.status_code, answer.json()["code"]) == (413, "limit")
    assert limit in answer.json()["detail"]


def test_as_many_entries_as_allowed_pass(client: TestClient) -> None:
    assert send(client, "a.zip", of_entries(9)).status_code == 201


def test_an_upload_that_breaks_off_leaves_nothing(client: TestClient, service: Path) -> None:
    def body() -> Iterator[bytes]:
        yield b"0" * 3_000_000
        yield b"0" * 3_000_000

    answer = client.post("/v1/uploads", params={"name": "a.csv"}, content=body())
    assert answer.status_code == 413
    assert list((service / "work").iterdir()) == []
