"""A damaged file is told in a line and stops with a foreseen error; it never is a defect."""

import random
import shutil
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from pandas.testing import assert_frame_equal
from toy_study import toy_sections, write_study, write_toy_study

from facility_coverage.errors import FacilityCoverageError, GeometryError, InputError
from facility_coverage.inputs.sheets import read_sheet
from facility_coverage.inputs.tables import read_layer
from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import walk
from facility_coverage.prepared import PreparedStudy, prepare
from facility_coverage.study import run_study
from facility_coverage.study_file import Study

SPLICES = (b"\x00", b"-1", b"1e999", b"NaN", b"\xff\xfe", b'"', b"\n", b"{}", b"null", b"9" * 20,
           "é".encode("gbk"), b",")  # fmt: skip
FILES = ("streets.osm", "people.csv", "facilities.xlsx", "subdistricts.geojson", "study.toml")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a study whose register is a book."""
    folder = tmp_path_factory.mktemp("whole")
    sections = toy_sections()
    write_toy_study(folder, sections)
    pd.read_csv(folder / "facilities.csv").to_excel(folder / "facilities.xlsx", index=False)
    sections["facilities"]["source"] = "facilities.xlsx"
    write_study(folder / "study.toml", sections)
    assert isinstance(prepare(Study.load(folder / "study.toml")), PreparedStudy)
    return folder


def damaged(content: bytes, seed: int) -> bytes:
    """Change, cut out, splice in and repeat bytes; of a book, those of one of its parts."""
    chance = random.Random(seed)  # noqa: S311  (no secret)
    if zipfile.is_zipfile(BytesIO(content)):
        with zipfile.ZipFile(BytesIO(content)) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        name = chance.choice(sorted(parts))
        parts[name] = _damaged(parts[name], chance)
        again = BytesIO()
        with zipfile.ZipFile(again, "w") as book:
            for each, inside in parts.items():
                book.writestr(each, inside)
        return again.getvalue()
    return _damaged(content, chance)


def _damaged(content: bytes, chance: random.Random) -> bytes:
    now = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        at, many = chance.randrange(len(now)), chance.randint(1, 60)
        match chance.randrange(4):
            case 0:
                now[at] = chance.randrange(256)
            case 1:
                del now[at : at + many]
            case 2:
                now[at:at] = chance.choice(SPLICES)
            case _:
                now[at:at] = now[at : at + many]
        if not now:
            break
    return bytes(now)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(name=st.sampled_from(FILES), seed=st.integers(0, 10**6))
def test_what_is_damaged_is_told_in_both_languages(whole: Path, name: str, seed: int) -> None:
    file = whole / name
    content = file.read_bytes()
    file.write_bytes(damaged(content, seed))
    told: tuple[str, ...] = ()
    try:
        prepare(Study.load(whole / "study.toml"))
    except FacilityCoverageError as error:
        told = (str(error), error.told("zh"))
    finally:
        file.write_bytes(content)
    assert all(text.strip() for text in told)


@pytest.mark.parametrize(
    ("old", "new"), [('lat="', 'lat="x'), ('id="1', 'id="x1'), ("</osm>", "</os")]
)
def test_osm_that_is_no_osm(whole: Path, tmp_path: Path, old: str, new: str) -> None:
    text = (whole / "streets.osm").read_text("utf-8")
    assert old in text
    broken = tmp_path / "streets.osm"
    broken.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match="not a whole OSM file"):
        read_network(broken, walk())


def spoil_shape(shape: Path) -> None:
    """Move one corner of a ring, which then is not closed."""
    content = bytearray(shape.read_bytes())
    content[-8:] = b"\x00" * 8
    shape.write_bytes(content)


def spoil_names(shape: Path) -> None:
    """Write a name in another encoding than is said."""
    table = shape.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace("东".encode(), b"\xe9\xe9\xe9", 1))


def spoil_system(shape: Path) -> None:
    """Name a CRS that no library knows."""
    shape.with_suffix(".prj").write_text("GEOGCS[", "utf-8")


@pytest.mark.parametrize("spoil", [spoil_shape, spoil_names, spoil_system])
def test_a_shapefile_that_gdal_opens_and_others_do_not(
    whole: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    shape = tmp_path / "units.shp"
    gpd.read_file(whole / "subdistricts.geojson").to_file(shape)
    assert len(read_layer(shape)) > 0
    spoil(shape)
    with pytest.raises(InputError, match=r"units\.shp"):
        read_layer(shape)


def test_a_book_of_another_kind_of_zip(whole: Path, tmp_path: Path) -> None:
    book = tmp_path / "r.xlsx"
    content = bytearray((whole / "facilities.xlsx").read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 6] = 136  # the version that is needed to unpack it
    book.write_bytes(content)
    with pytest.raises(InputError, match="save it again as CSV"):
        read_sheet(book)


def test_a_cell_astray_in_the_last_corner_costs_no_memory(tmp_path: Path) -> None:
    book, sheet = Workbook(), None
    sheet = book.active
    assert sheet is not None
    sheet.append(["facility_id", "lon", "lat"])
    sheet.append(["a", 113.36, 23.14])
    sheet["XFD30000"] = "astray"
    book.save(tmp_path / "r.xlsx")
    table = read_sheet(tmp_path / "r.xlsx").table
    assert table.columns.tolist() == ["facility_id", "lon", "lat", "column 16384"]
    assert table.index.tolist() == [2, 30_000]


def test_a_heading_longer_than_the_row_below_it(tmp_path: Path) -> None:
    table = tmp_path / "r.csv"
    table.write_text("a,,c\n1,2\n", "utf-8")
    with pytest.raises(InputError, match="has 2 cells, the heading 3"):
        read_sheet(table)


def test_a_graph_that_leaves_the_earth(whole: Path, tmp_path: Path) -> None:
    graph = read_network(whole / "streets.osm", walk()).to_networkx()
    osmnx = pytest.importorskip("osmnx")
    path = tmp_path / "g.graphml"
    osmnx.save_graphml(graph, path)
    text = path.read_text("utf-8")
    (tmp_path / "line.graphml").write_text(text.replace("LINESTRING", "LINESTRIN", 1), "utf-8")
    with pytest.raises(InputError, match="no graph that OSMnx saved"):
        read_network(tmp_path / "line.graphml", walk())
    first = text.index("<node")
    node = text[first : text.index("</node>", first)]
    far = node.replace(node[node.index(">", node.index("<data")) + 1 :][:6], "9e9999", 1)
    (tmp_path / "far.graphml").write_text(text.replace(node, far, 1), "utf-8")
    with pytest.raises((InputError, GeometryError)):
        read_network(tmp_path / "far.graphml", walk())


@pytest.mark.parametrize(("lon", "lat"), [(116.5, 23.1), (-60.0, -30.0), (0.0, 0.0)])
def test_a_street_astray_far_away_changes_nothing_here(
    whole: Path, tmp_path: Path, lon: float, lat: float
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(whole, folder)
    here = run_study(Study.load(folder / "study.toml"))
    streets = folder / "streets.osm"
    text = streets.read_text("utf-8")
    ends = "".join(
        f'<node id="{at}" version="1" lat="{lat + step}" lon="{lon}"/>'
        for at, step in ((900_001, 0.0), (900_002, 0.001))
    )
    way = '<way id="900003" version="1"><nd ref="900001"/><nd ref="900002"/>'
    way += '<tag k="highway" v="residential"/></way>'
    text = text.replace("<way", f"{ends}<way", 1).replace("</osm>", f"{way}</osm>")
    streets.write_text(text, "utf-8")
    astray = run_study(Study.load(folder / "study.toml"))
    assert astray.network["edges"] == here.network["edges"] + 1
    assert astray.units.crs == here.units.crs
    columns = [name for name in here.units.columns if name != "geometry"]
    assert_frame_equal(astray.units[columns], here.units[columns])
