"""OGC API Features: what every client relies on, and what no request can break."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
import toy_result
from fastapi.testclient import TestClient
from served_toy import BASE, serving, square_lon_lat, toy_folder
from toy_study import toy_sections

from facility_coverage.crs import project
from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.study_file import Study
from facility_coverage_api.features.crs import served_crs, storage_uri
from facility_coverage_api.features.dataset import THEMES
from facility_coverage_api.features.layers import Layer
from facility_coverage_api.features.memo import Memo
from facility_coverage_api.features.query import LIMIT_PARAMETER, MAX_LIMIT, QueryError
from facility_coverage_api.features.served import Studies
from facility_coverage_api.store.job import JobRequest, QueueLimits

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
OF_RESULTS = [name for name in THEMES if name != "proposals"]
"""Collections of a study's result; the record's own may be empty, and stand nowhere."""
STREETS = "/collections/streets/items"
UNITS = "/collections/subdistricts/items"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_folder(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def client(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(folder, files=tmp_path_factory.mktemp("service")) as opened:
        yield opened


def links_of(body: dict[str, Any], rel: str) -> list[str]:
    return [link["href"] for link in body["links"] if link["rel"] == rel]


def features(client: TestClient, url: str) -> list[dict[str, Any]]:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["features"]
    return found


def test_landing_leads_to_all_that_clients_look_for(client: TestClient) -> None:
    body = client.get("/").json()
    for rel in ("self", "service-desc", "conformance", "data"):
        (href,) = links_of(body, rel)
        assert href.startswith(BASE)
        assert client.get(href).status_code == 200


@pytest.mark.parametrize("path", ["/ogc/toy", "/ogc/toy/"])
def test_a_study_has_a_landing_page_of_its_own(client: TestClient, path: str) -> None:
    body = client.get(path).json()
    assert links_of(body, "data") == [f"{BASE}/ogc/toy/collections"]
    assert body["title"] == "Toy"


def test_conformance_names_core_geojson_and_crs(client: TestClient) -> None:
    classes = client.get("/conformance").json()["conformsTo"]
    for part in (
        "features-1/1.0/conf/core",
        "features-1/1.0/conf/geojson",
        "features-2/1.0/conf/crs",
    ):
        assert f"http://www.opengis.net/spec/ogcapi-{part}" in classes


def test_every_layer_is_a_collection_and_each_says_where_it_lies(client: TestClient) -> None:
    described = client.get("/collections").json()["collections"]
    assert [own["id"] for own in described] == list(THEMES)
    (empty,) = [own for own in described if own["id"] == "proposals"]
    assert "extent" not in empty
    assert features(client, "/collections/proposals/items") == []
    for own in [own for own in described if own is not empty]:
        assert client.get(f"/collections/{own['id']}").json() == own
        assert own["storageCrs"] == f"{EPSG}4547"
        assert own["crs"][0] == CRS84
        west, south, east, north = own["extent"]["spatial"]["bbox"][0]
        assert 113 < west < east < 115
        assert 22 < south < north < 24


def test_a_layer_that_a_result_lacks_is_no_collection(tmp_path: Path) -> None:
    folder = toy_folder(tmp_path)
    (folder / "results.gpkg").unlink()
    with serving(folder, files=tmp_path / "service") as client:
        described = client.get("/collections").json()["collections"]
        assert [own["id"] for own in described] == ["proposals"]
        assert client.get(UNITS).status_code == 404


def test_pages_follow_each_other_and_hold_every_feature_once(client: TestClient) -> None:
    url, seen = f"{STREETS}?limit=25&band=5min", []
    for _ in range(9):
        body = client.get(url).json()
        assert body["numberReturned"] == len(body["features"])
        assert body["numberMatched"] == 15
        seen += [feature["id"] for feature in body["features"]]
        following = links_of(body, "next")
        if not following:
            break
        (url,) = following
    assert seen == list(range(1, 61, 4))
    url, seen = f"{STREETS}?limit=25", []
    while url:
        body = client.get(url).json()
        seen += [feature["id"] for feature in body["features"]]
        url = next(iter(links_of(body, "next")), "")
    assert seen == list(range(1, 61))
    assert links_of(body, "prev") == [f"{BASE}{STREETS}?limit=25&offset=25&f=json"]


def test_time_stamp_is_the_service_s_clock(client: TestClient) -> None:
    client.app.state.clock = lambda: 1_700_000_000.0  # type: ignore[attr-defined]
    assert client.get(STREETS).json()["timeStamp"] == "2023-11-14T22:13:20Z"


def test_a_layer_has_one_geometry_type_and_whole_ids(client: TestClient) -> None:
    for name in OF_RESULTS:
        body = features(client, f"/collections/{name}/items")
        kinds = {own["geometry"]["type"] for own in body if own["geometry"]}
        assert len(kinds) == 1
        assert kinds <= {"MultiPolygon", "Point", "LineString"}
        assert [own["id"] for own in body] == list(range(1, len(body) + 1))


def test_people_outside_are_a_feature_without_a_place(client: TestClient) -> None:
    last = features(client, UNITS)[-1]
    assert (last["properties"]["unit_id"], last["geometry"]) == ("outside", None)


def test_one_feature_is_the_one_of_the_page(client: TestClient) -> None:
    page = features(client, f"{UNITS}?crs={EPSG}3857")
    answer = client.get(f"{UNITS}/3?crs={EPSG}3857")
    one = answer.json()
    assert links_of(one, "self") == [f"{BASE}{UNITS}/3?f=json"]
    assert {key: one[key] for key in page[2]} == page[2]
    assert answer.headers["Content-Crs"] == f"<{EPSG}3857>"


@pytest.mark.parametrize("column", range(6))
def test_box_finds_what_it_touches(client: TestClient, column: int) -> None:
    west, south, east, north = square_lon_lat(column)
    for box in ((west, south, east, north), (west, south, -5, east, north, 900)):
        found = features(client, f"{UNITS}?bbox={','.join(map(str, box))}")
        assert [own["properties"]["unit_id"] for own in found] == [f"u{column:02d}"]


@pytest.mark.parametrize("code", ["4326", "4490", "3857", "4547"])
def test_box_in_each_crs_in_its_own_axis_order(client: TestClient, code: str) -> None:
    west, south, east, north = square_lon_lat(2)
    corners = project(np.array([[west, south], [east, north]]), "EPSG:4326", f"EPSG:{code}")
    north_first = code != "3857"  # 4326, 4490 and Gauss-Kruger put north first
    low, high = corners[:, ::-1] if north_first else corners
    box = ",".join(map(str, [*low, *high]))
    found = features(client, f"{UNITS}?bbox={box}&bbox-crs={EPSG}{code}")
    assert "u02" in [own["properties"]["unit_id"] for own in found]
    assert len(found) <= 2  # the box of a turned square touches its neighbour at most


@pytest.mark.parametrize("width", [0.0, 1e-4])
def test_a_box_may_be_as_narrow_as_a_point(client: TestClient, width: float) -> None:
    west, south, east, north = square_lon_lat(4)
    x, y = (west + east) / 2, (south + north) / 2
    for box in ((x, y, x + width, y), (x, y, x, y + width)):
        found = features(client, f"{UNITS}?bbox={','.join(map(str, box))}")
        assert [own["properties"]["unit_id"] for own in found] == ["u04"]


def test_a_box_across_the_antimeridian_goes_the_other_way_round(client: TestClient) -> None:
    west, _, east, _ = square_lon_lat(3)
    beyond = features(client, f"{UNITS}?bbox={east + 0.05},-90,{west - 0.05},90")
    assert "u03" not in [own["properties"]["unit_id"] for own in beyond]
    assert len(beyond) < len(features(client, f"{UNITS}?bbox=-180,-90,180,90")) == 6


@pytest.mark.parametrize("code", ["4326", "4490", "3857", "4547"])
def test_coordinates_come_in_the_order_of_their_crs(client: TestClient, code: str) -> None:
    answer = client.get(f"/collections/facilities/items?crs={EPSG}{code}")
    assert answer.headers["Content-Crs"] == f"<{EPSG}{code}>"
    found = np.array([own["geometry"]["coordinates"] for own in answer.json()["features"]])
    plain = np.array(
        [
            own["geometry"]["coordinates"]
            for own in features(client, "/collections/facilities/items")
        ]
    )
    expected = project(plain, "EPSG:4326", f"EPSG:{code}")
    if code != "3857":
        expected = expected[:, ::-1]
    is_geographic = code in {"4326", "4490"}
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-7 if is_geographic else 0.03)


def test_a_property_s_value_chooses(client: TestClient) -> None:
    everything = features(client, STREETS)
    for name, text in (("band", "beyond"), ("street_class", "primary"), ("street_id", "7")):
        found = features(client, f"{STREETS}?{name}={text}")
        expected = [own for own in everything if str(own["properties"][name]) == text]
        assert found == expected != []
    digits = "9" * 5000
    assert features(client, f"{STREETS}?street_id={digits}") == []
    assert len(features(client, f"{UNITS}?population=3000.0&unit_id=u02")) == 1
    hostile = toy_result.HOSTILE[1]
    assert len(features(client, f"{UNITS}?unit_name={quote(hostile)}")) == 1
    injected = quote("x' OR 1=1 --")
    assert features(client, f"{UNITS}?unit_name={injected}") == []


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3", "bbox=nan,1,2,3", "bbox=inf,0,1,1", "bbox=a,b,c,d", "bbox=", "bbox=1,2,3,4,5",
        "bbox=23.1,113.3,23.2,113.4", "bbox=113,24,114,23", "bbox=1e308,0,2e308,1", "limit=0",
        "limit=-1", "limit=1e9", "limit=ten", "limit=", "offset=-1", "offset=x", "crs=EPSG:4326",
        f"crs={EPSG}99999", "crs=/vsicurl/http://x", f"bbox-crs={EPSG}1", "f=exe", "f=", "f=../x",
        "limit=1&limit=2", "nonsense=1", "where=1=1", "street_id=abc", "length=5", "geometry=x",
        f"bbox=3,2,1,4&bbox-crs={EPSG}3857", f"bbox=113.3,23.1,113.4,23.2&bbox-crs={EPSG}4326",
        "%00=1", "bbox=" + "[" * 5000,
    ],
)  # fmt: skip
def test_what_is_not_understood_is_a_problem_document(client: TestClient, query: str) -> None:
    answer = client.get(f"{STREETS}?{query}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "query"
    assert client.get(STREETS).status_code == 200


def test_a_limit_beyond_the_maximum_is_the_maximum(client: TestClient) -> None:
    told = client.get("/api").json()["components"]["parameters"]["limit"]  # where QGIS looks
    assert told == LIMIT_PARAMETER
    assert told["schema"]["maximum"] == MAX_LIMIT
    assert client.get(f"{STREETS}?limit=1000000000").json()["numberReturned"] == 60
    assert client.get(f"{STREETS}?limit=1&offset=999999999").json()["features"] == []
    huge = f"{STREETS}?bbox=-1e300,-1e300,1e300,1e300&bbox-crs={EPSG}3857"
    assert client.get(huge).json()["numberMatched"] == 60


@pytest.mark.parametrize(
    "path",
    [
        "/ogc/..%2F..%2Fetc", "/ogc/..%2Ftoy/collections", "/ogc/nobody/collections/streets/items",
        "/collections/..%2Fstreets", "/collections/streets'--/items", "/collections/demand/items",
        "/ogc/%2Fvsizip%2Ftoy/collections", f"{UNITS}/8", f"{UNITS}/{10**30}",
        f"/ogc/{'x' * 3000}",
    ],
)  # fmt: skip
def test_nothing_is_found_by_paths_and_tricks(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


@pytest.mark.parametrize("name", ["abc", "1.5", "0", "-1", "1;drop"])
def test_an_item_is_a_whole_number(client: TestClient, name: str) -> None:
    assert client.get(f"{UNITS}/{name}").status_code == 422


MEDIA = {
    "json": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "fgb": "application/flatgeobuf",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}


@pytest.mark.parametrize("name", MEDIA)
def test_format_by_name_or_by_accept(client: TestClient, name: str) -> None:
    by_name = client.get(f"{UNITS}?f={name}", headers={"Accept": "image/png"})
    by_header = client.get(UNITS, headers={"Accept": f"image/png, {MEDIA[name]};q=0.9"})
    for answer in (by_name, by_header):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == MEDIA[name]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "json"), ("application/json", "json"), ("text/html,*/*;q=0.8", "html"),
        ("text/*", "html"), ("text/csv;q=0.2, text/html;q=0.1", "csv"),
        ("*/*;q=x, text/csv", "csv"),
        ("application/geo+json, application/json", "json"),
    ],
)  # fmt: skip
def test_the_most_wanted_format_is_given(client: TestClient, accept: str, media: str) -> None:
    assert client.get(UNITS, headers={"Accept": accept}).headers["Content-Type"] == MEDIA[media]


def test_a_format_that_is_not_offered_is_told(client: TestClient) -> None:
    answer = client.get(UNITS, headers={"Accept": "image/png, text/html;q=0"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")


@pytest.mark.parametrize("name", ["gpkg", "fgb", "parquet"])
@pytest.mark.parametrize("layer", ["subdistricts", "streets", "facilities"])
def test_files_hold_the_same_features(
    client: TestClient, tmp_path: Path, name: str, layer: str
) -> None:
    url = f"/collections/{layer}/items"
    path = tmp_path / f"{layer}.{name}"
    path.write_bytes(client.get(f"{url}?f={name}&crs={EPSG}4547").content)
    read: Callable[..., gpd.GeoDataFrame] = (
        gpd.read_parquet if name == "parquet" else pyogrio.read_dataframe
    )
    found = read(path)
    assert found.crs.to_epsg() == 4547
    key = {"streets": "street_id", "subdistricts": "unit_id", "facilities": "facility_id"}[layer]
    expected = features(client, f"{url}?crs={EPSG}4547")
    assert sorted(map(str, found[key])) == sorted(str(f["properties"][key]) for f in expected)
    box = shapely.total_bounds(found.geometry.dropna().to_numpy())
    told = [shapely.from_geojson(json.dumps(f["geometry"])) for f in expected if f["geometry"]]
    turned = shapely.transform(told, lambda xy: xy[:, ::-1])
    np.testing.assert_allclose(box, shapely.total_bounds(turned), atol=0.002)


@pytest.mark.parametrize("name", ["gpkg", "fgb", "parquet", "csv", "xlsx"])
def test_a_file_of_nothing_is_a_file(client: TestClient, tmp_path: Path, name: str) -> None:
    answer = client.get(f"{STREETS}?f={name}&band=none")
    path = tmp_path / f"streets.{name}"
    path.write_bytes(answer.content)
    if name in {"gpkg", "fgb"}:
        assert len(pyogrio.read_dataframe(path)) == 0
        assert pyogrio.read_info(path)["geometry_type"] == "LineString"
    assert answer.headers["Content-Disposition"].endswith(f"streets.{name}")


def test_tables_cannot_become_formulas(tmp_path: Path) -> None:
    names = ("=cmd|'/c calc'!A1", "@SUM(1)", "+1", "-1", "#N/A", "\x01bell")
    folder = toy_folder(tmp_path, places=names)
    with serving(folder, files=tmp_path / "service") as client:
        table = client.get(f"{UNITS}?f=csv").content
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"{UNITS}?f=xlsx").content))
    read = pd.read_csv(io.BytesIO(table), encoding="utf-8-sig", keep_default_na=False)
    assert list(read["unit_name"][:5]) == [f"'{own}" for own in names[:4]] + ["#N/A"]
    rows = list(book["table"].iter_rows())
    at = [cell.value for cell in rows[0]].index("unit_name")
    assert [row[at].value for row in rows[1:7]] == [*read["unit_name"][:5], "\ufffdbell"]
    assert not {cell.data_type for row in rows for cell in row} & {"f", "e"}


def test_files_hold_all_unless_a_limit_is_given(client: TestClient) -> None:
    rows = [
        len(client.get(f"{STREETS}?f=csv{more}").text.splitlines()) - 1
        for more in ("", "&limit=7", "&offset=50", "&limit=7&offset=58")
    ]
    assert rows == [60, 7, 10, 2]


@pytest.mark.parametrize("path", ["/", "/conformance", "/collections", UNITS, f"{UNITS}/1"])
def test_pages_escape_every_name_and_hold_no_script(client: TestClient, path: str) -> None:
    answer = client.get(f"{path}?f=html")
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    if path == UNITS:
        assert "&lt;script&gt;" in answer.text


def test_hostile_parameters_are_escaped_in_links(client: TestClient) -> None:
    value = '"><script>alert(1)</script>'
    page = client.get(f"{UNITS}?f=html&unit_name={quote(value)}")
    assert page.status_code == 200
    assert "<script" not in page.text


def test_etag_answers_304_until_the_result_changes(tmp_path: Path) -> None:
    folder = toy_folder(tmp_path)
    with serving(folder, files=tmp_path / "service") as client:
        for path in ("/", "/collections", UNITS, f"{UNITS}/1", f"{UNITS}?f=gpkg"):
            etag = client.get(path).headers["ETag"]
            again = client.get(path, headers={"If-None-Match": etag})
            assert (again.status_code, again.content) == (304, b"")
        other = client.get(f"{UNITS}?limit=1", headers={"If-None-Match": etag})
        assert other.status_code == 200
        (folder / "manifest.json").write_text("{}", encoding="utf-8")
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_a_result_that_is_replaced_while_it_is_read_is_not_mixed(tmp_path: Path) -> None:
    folder = toy_folder(tmp_path)
    with serving(folder, files=tmp_path / "service") as client:
        study = client.app.state.studies.get("toy")  # type: ignore[attr-defined]
        (folder / "manifest.json").write_text("{}", encoding="utf-8")
        with pytest.raises(OSError, match="replaced"):
            study.layer("streets")


def test_several_studies_share_the_landing_page(tmp_path: Path) -> None:
    root = tmp_path / "results"
    toy_folder(root, "a b.c", streets=5)
    toy_folder(root, "天河", streets=7)
    with serving(root, files=tmp_path / "service") as client:
        body = client.get("/").json()
        assert links_of(body, "item") == [f"{BASE}/ogc/a%20b.c", f"{BASE}/ogc/{quote('天河')}"]
        for href in links_of(body, "item"):
            assert client.get(href).status_code == 200
        names = [own["id"] for own in client.get("/collections").json()["collections"]]
        assert names == [f"{study}.{name}" for study in ("a b.c", "天河") for name in THEMES]
        assert len(features(client, "/collections/天河.streets/items")) == 7
        assert len(features(client, "/ogc/a b.c/collections/streets/items")) == 5
        listed = client.get("/v1/studies").json()["studies"]
        assert [(own["id"], own["finished"]) for own in listed] == [("a b.c", True), ("天河", True)]
        assert listed[0]["total"]["population"] == 50_000


def test_links_are_made_of_the_public_address(folder: Path, tmp_path: Path) -> None:
    public = "https://gis.example.org/coverage"
    with serving(folder, files=tmp_path / "service", public_url=public) as client:
        for path in ("/", "/ogc/toy/collections", f"{STREETS}?limit=1"):
            body = client.get(path).json()
            assert all(link["href"].startswith(f"{public}/") for link in body["links"])


def test_a_study_is_served_as_soon_as_it_was_run(folder: Path, tmp_path: Path) -> None:
    with serving(files=tmp_path / "service") as client:
        store = client.app.state.store  # type: ignore[attr-defined]
        assert client.get("/collections").json()["collections"] == []
        upload = store.uploads.add("local", "a.osm", {"a.osm": store.files.put(io.BytesIO(b"x"))})
        sections = toy_sections()
        for name in ("network", "boundaries", "facilities", "demand"):
            sections[name]["source"] = upload.reference
        study, _ = store.studies.add("local", Study.model_validate(sections), "mine")
        (listed,) = client.get("/v1/studies").json()["studies"]
        assert (listed["id"], listed["finished"], listed["layers"]) == ("mine", False, None)
        assert client.get("/ogc/mine").status_code == 404

        def fill(place: Path) -> None:
            shutil.copytree(folder, place, dirs_exist_ok=True)

        result = store.files.put_result(fill)
        request = JobRequest("run-study", "local", {}, study.id, study.digest)
        store.jobs.enqueue(request, QueueLimits(9, 9))
        claimed = store.jobs.claim(["run-study"], lease_s=60)
        assert claimed is not None
        assert store.jobs.succeed(claimed, result, (113.0, 22.0, 114.0, 23.0))
        (listed,) = client.get("/v1/studies").json()["studies"]
        assert (listed["id"], listed["finished"]) == ("mine", True)
        assert client.get("/ogc/mine/collections/streets/items").json()["numberMatched"] == 60
        shutil.rmtree(store.files.result_folder(result))
        assert client.get("/ogc/mine/collections/streets/items").status_code == 404
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("place", ["nothing", "empty"])
def test_a_folder_without_a_result_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".toy.x.partial").mkdir()
    with pytest.raises(NotFoundError, match="holds no manifest"):
        Studies.of([tmp_path / place])


def test_two_folders_of_one_name_are_refused(folder: Path, tmp_path: Path) -> None:
    other = toy_folder(tmp_path, streets=3)
    assert [study.id for study in Studies.of([folder, folder.parent]).all()] == ["toy"]
    with pytest.raises(InputError, match="rename one"):
        Studies.of([folder, other])


def test_what_was_asked_last_is_kept() -> None:
    memo: Memo[str, str] = Memo(2)
    made = []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    for key in "abacab":
        assert memo.get(key, lambda: make(key)) == key.upper()  # noqa: B023
    assert made == ["a", "b", "c", "b"]


def test_a_layer_in_a_crs_without_a_number_is_served_in_the_others() -> None:
    own = "+proj=tmerc +lon_0=113.4 +x_0=5 +datum=WGS84 +units=m"
    assert list(served_crs(own)) == [CRS84, f"{EPSG}4326", f"{EPSG}4490", f"{EPSG}3857"]
    assert storage_uri(own) is None


def test_an_empty_layer_in_a_nameless_crs_is_a_collection(tmp_path: Path) -> None:
    folder = toy_folder(tmp_path)
    (folder / "results.gpkg").unlink()
    own = "+proj=tmerc +lon_0=113.4 +x_0=5 +datum=WGS84 +units=m"
    nothing = gpd.GeoDataFrame({"gap_id": []}, geometry=[], crs=own)
    path = folder / "results.gpkg"
    pyogrio.write_dataframe(nothing, path, layer="gaps", geometry_type="MultiPolygon")
    with serving(folder, files=tmp_path / "service") as client:
        told, proposals = client.get("/collections").json()["collections"]
        assert (told["id"], proposals["id"]) == ("gaps", "proposals")
        assert "storageCrs" not in told
        assert "extent" not in told
        assert client.get("/collections/gaps/items").json()["features"] == []


def test_a_study_tells_its_tables(folder: Path) -> None:
    study = Studies.of([folder]).get("toy")
    rows = study.coverage_rows()
    assert [row["unit_id"] for row in rows] == [*(f"u{at:02d}" for at in range(6)), "outside"]
    assert (rows[0]["population"], rows[0]["covered_street_share_5min"]) == (1000.0, None)
    assert study.manifest()["program"]["name"] == "facility-coverage"


def test_a_property_that_is_true_or_false(tmp_path: Path) -> None:
    path = tmp_path / "layer.gpkg"
    frame = gpd.GeoDataFrame({"open": [True, False]}, geometry=[shapely.Point(1, 2)] * 2, crs=4326)
    pyogrio.write_dataframe(frame, path, layer="own")
    layer = Layer.read(path, "own")
    assert layer.columns == {"open": "boolean"}
    assert layer.matching({"open": "true"}).tolist() == [True, False]
    with pytest.raises(QueryError, match="boolean"):
        layer.matching({"open": "1"})


def test_workbooks_and_packages_are_what_they_say(client: TestClient) -> None:
    assert zipfile.is_zipfile(io.BytesIO(client.get(f"{UNITS}?f=xlsx").content))
    assert client.get(f"{UNITS}?f=gpkg").content.startswith(b"SQLite format 3")
