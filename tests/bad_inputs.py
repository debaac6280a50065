"""The table of bad inputs: what is made wrong, the error, and what each line must tell."""

from dataclasses import dataclass

from spoilers import (
    BOW_TIE,
    Spoil,
    all_people,
    bomb,
    both,
    facilities,
    folder_for_study_file,
    key,
    layer,
    macro,
    metres_called_degrees,
    million_vertices,
    people,
    people_layer,
    points_of_facilities,
    raster,
    saved_network,
    shape,
    shapefile_without,
    streets_moved,
    subdistricts,
    swapped,
    text,
    truncated,
    two_layers,
    without_crs,
    without_prj,
    xlsx,
)
from toy_study import degrees, facility_rows, polygon

from facility_coverage.errors import (
    CrsError,
    FacilityCoverageError,
    GeometryError,
    InputError,
    LimitError,
    NotFoundError,
    SchemaError,
    UnreachableError,
)


@dataclass(frozen=True)
class Line:
    """One line of a message: the file that it names, what is wrong, how to mend it."""

    file: str
    what: str
    remedy: str


@dataclass(frozen=True)
class Case:
    """A bad input and all that must be told about it."""

    spoil: Spoil
    error: type[FacilityCoverageError]
    lines: tuple[Line, ...]


def case(spoil: Spoil, error: type[FacilityCoverageError], *lines: tuple[str, str, str]) -> Case:
    return Case(spoil, error, tuple(Line(*line) for line in lines))


STUDY, UNITS, PEOPLE = "study.toml", "subdistricts.geojson", "people.csv"
REGISTER = "facilities.csv"
FILL, SWAP, COLUMN = "correct or remove", "exchange", "name one of"
FETCH = "fetch it again"

CASES = {
    # the study file
    "no study file": case(
        lambda folder, _: (folder / STUDY).unlink(),
        NotFoundError,
        (STUDY, "no such study file", "write one or run 'facility-coverage demo'"),
    ),
    "study file is a folder": case(
        folder_for_study_file,
        NotFoundError,
        (STUDY, "no such study file", "write one"),
    ),
    "not TOML": case(
        text(STUDY, "[study\nname = 3"),
        InputError,
        (STUDY, "not a TOML file in UTF-8: Expected ']'", "correct it or save it as UTF-8"),
    ),
    "not UTF-8": case(
        text(STUDY, '[study]\nname = "天河"'.encode("gb18030")),
        InputError,
        (STUDY, "not a TOML file in UTF-8", "save it as UTF-8"),
    ),
    "several faults at once": case(
        both(
            key("study", motto="x", name=5),
            key("coverage", minutes=[0, 400], target_share=2),
            key("demand", source=None),
            key("roads", a=1),
        ),
        InputError,
        (STUDY, "study.name: Input should be a valid string", "(found 5)"),
        (STUDY, "study.motto: there is no such key", "remove it or correct its spelling"),
        (STUDY, "demand.source: this key is missing", "add it"),
        (STUDY, "coverage.minutes.0", "should be greater than 0 (found 0)"),
        (STUDY, "coverage.minutes.1", "should be less than or equal to 180 (found 400)"),
        (STUDY, "coverage.target_share", "should be less than or equal to 1 (found 2)"),
        (STUDY, "roads: there is no such key", "remove it or correct its spelling"),
    ),
    "no threshold": case(
        key("coverage", minutes=None),
        InputError,
        (STUDY, "coverage", "give minutes = [5, 10, 15] or distance_m = [300, 500, 1000], or both"),
    ),
    "too many thresholds": case(
        key("coverage", distance_m=[100, 200, 300, 400, 500]),
        InputError,
        (STUDY, "coverage", "at most 6 thresholds"),
    ),
    "thresholds that read the same": case(
        key("coverage", minutes=[5, 5.0000001]),
        InputError,
        (STUDY, "minutes names a threshold twice", "remove one"),
    ),
    "cells without a size": case(
        key("demand", cell_crs="ESRI:54009"),
        InputError,
        (STUDY, "demand: cell_crs is about cells", "add cell_size_m = 100 or remove cell_crs"),
    ),
    "a list of premises that is not there": case(
        key("siting", candidates="premises.csv"),
        NotFoundError,
        (STUDY, "siting.candidates: there is no file", "correct the path"),
    ),
    "premises without positions": case(
        key("siting", candidates=PEOPLE, lon="x"),
        SchemaError,
        (PEOPLE, "has no column 'x' (siting.lon)", COLUMN),
    ),
    "a layer of points to exclude": case(
        both(
            people_layer({"type": "Point", "coordinates": degrees(350, 10)}),
            key("demand", source=PEOPLE),
            key("siting", exclude_layer="people.geojson"),
        ),
        GeometryError,
        ("people.geojson", "no polygon in row 1 but Point", "name a polygon layer"),
    ),
    "a budget without costs": case(
        key("siting", budget=5),
        InputError,
        (STUDY, "siting: budget needs candidates", "a list that says what each costs"),
    ),
    "a budget that the model does not know": case(
        key("siting", budget=5, model="lscp"),
        InputError,
        (STUDY, "siting: budget is for", "choose one of them"),
    ),
    "capacities that nobody states": case(
        key("siting", model="capacitated_mclp"),
        InputError,
        (STUDY, "siting: capacitated_mclp needs capacity", "the residents that a new site"),
    ),
    "a negative capacity": case(
        key("siting", capacity=-1),
        InputError,
        (STUDY, "siting.capacity", "greater than 0 (found -1)"),
    ),
    "land of a saved network": case(
        both(saved_network, key("siting", exclude=["water"]), key("facilities", source=REGISTER)),
        InputError,
        ("streets.npz", "holds no water, parks or industry", "name the OSM file"),
    ),
    "study in degrees": case(
        key("study", crs="EPSG:4326"),
        CrsError,
        (STUDY, "study.crs: EPSG:4326 (WGS 84) is not in metres", "name a projected CRS"),
    ),
    "study in an unknown CRS": case(
        key("study", crs="EPSG:999999"),
        CrsError,
        (STUDY, "study.crs: 'EPSG:999999' is not a known CRS", "write one like EPSG:4326"),
    ),
    "cells in degrees": case(
        key("demand", cell_crs="EPSG:4326", cell_size_m=100),
        CrsError,
        (STUDY, "demand.cell_crs: EPSG:4326 (WGS 84) is not in metres", "name a projected CRS"),
    ),
    "study where lengths are wrong": case(
        key("study", crs="EPSG:3857"),
        CrsError,
        (UNITS, "lengths in EPSG:3857 are off by", "choose another metric CRS"),
    ),
    "no input file": case(
        both(*(key(name, source=f"lost.{name}") for name in ("network", "boundaries"))),
        NotFoundError,
        (STUDY, "network.source: there is no file", "correct the path, which is taken from the"),
        (STUDY, "boundaries.source: there is no file", "correct the path, which is taken from the"),
    ),
    "no raster of older people": case(
        both(raster(), key("demand", older="lost.tif"), key("facilities", source="lost.csv")),
        NotFoundError,
        (STUDY, "facilities.source: there is no file", "correct the path"),
        (STUDY, "demand.older: there is no file", "correct the path"),
    ),
    # streets
    "truncated pbf": case(
        truncated, InputError, ("streets.osm.pbf", "not a whole OSM file", FETCH)
    ),
    "pbf that is text": case(
        both(text("streets.osm.pbf", "hello " * 500), key("network", source="streets.osm.pbf")),
        InputError,
        ("streets.osm.pbf", "not a whole OSM file", FETCH),
    ),
    "empty pbf": case(
        both(text("streets.osm.pbf", ""), key("network", source="streets.osm.pbf")),
        InputError,
        ("streets.osm.pbf", "not a whole OSM file", FETCH),
    ),
    "osm that breaks off": case(
        text("streets.osm", '<osm version="0.6"><node id="1" lat="23.1" lon="113.3"/><wa'),
        InputError,
        ("streets.osm", "not a whole OSM file", FETCH),
    ),
    "unknown ending": case(
        both(text("streets.dat", "x"), key("network", source="streets.dat")),
        InputError,
        ("streets.dat", "not a whole OSM file", FETCH),
    ),
    "no street": case(
        text("streets.osm", '<osm version="0.6"><node id="1" lat="23.1" lon="113.3"/></osm>'),
        InputError,
        ("streets.osm", "holds no street that can be used", "is it the extract of this district"),
    ),
    "saved network that is none": case(
        both(text("streets.npz", "x"), key("network", source="streets.npz")),
        InputError,
        ("streets.npz", "not a saved network", "build it again"),
    ),
    "saved network of another speed": case(
        both(saved_network, key("network", speed_kph=5.0)),
        InputError,
        (
            "streets.npz",
            "speed_kph = 3.6 where 5.0 is asked for",
            "build it again or name the OSM file itself",
        ),
    ),
    "saved network without places": case(
        both(saved_network, key("facilities", source="osm")),
        InputError,
        ("streets.npz", 'facilities.source = "osm"', "name the OSM file or a register"),
    ),
    "streets of another town": case(
        both(
            streets_moved,
            key("facilities", source="osm"),
        ),
        UnreachableError,
        (UNITS, "no street of", "name the extract of this district"),
    ),
    "corrections that say no kind": case(
        both(text("c.csv", "sort,lon\nwall,1\n"), key("network", corrections="c.csv")),
        SchemaError,
        ("c.csv", "has no column 'kind'", "add it: gate_closed, gate_open, wall"),
    ),
    "corrections that are not there": case(
        key("network", corrections="lost.gpkg"),
        NotFoundError,
        (STUDY, "network.corrections: there is no file", "correct the path"),
    ),
    "year without corrections": case(
        key("network", year=2030),
        InputError,
        (STUDY, "year is about corrections", "remove year"),
    ),
    # subdistricts
    "no id column": case(
        key("boundaries", id="Codigo"),
        SchemaError,
        (UNITS, "has no column 'Codigo' (boundaries.id)", f"{COLUMN} code, name"),
    ),
    "two columns missing": case(
        key("boundaries", id="Codigo", name="Nombre"),
        SchemaError,
        (UNITS, "has no column 'Codigo' (boundaries.id)", COLUMN),
        (UNITS, "has no column 'Nombre' (boundaries.name)", COLUMN),
    ),
    "subdistricts that are text": case(
        text(UNITS, "hello"),
        InputError,
        (UNITS, "not a layer that GDAL reads", "save it as GeoPackage or GeoJSON"),
    ),
    "subdistricts without geometry": case(
        key("boundaries", source=PEOPLE),
        InputError,
        (PEOPLE, "has no geometry", "name a layer of points or polygons"),
    ),
    "no subdistrict": case(
        subdistricts(), InputError, (UNITS, "holds no feature", "draw some or name another layer")
    ),
    "no CRS in a geopackage": case(
        without_crs,
        CrsError,
        ("units.gpkg", "says no CRS", "set it in QGIS"),
    ),
    "no CRS of a shapefile": case(
        without_prj, CrsError, ("units.shp", "says no CRS", "add the .prj file")
    ),
    "metres said to be degrees": case(
        layer("units.gpkg", metres_called_degrees),
        GeometryError,
        ("units.gpkg", "in row 1, 2, 3 are not on Earth in WGS 84", "correct the layer's CRS"),
    ),
    "latitude before longitude": case(
        layer("units.gpkg", swapped),
        GeometryError,
        ("units.gpkg", "in row 1, 2, 3 are not on Earth", "exchange longitude and latitude"),
    ),
    "empty polygon": case(
        shape({"type": "Polygon", "coordinates": []}),
        GeometryError,
        (UNITS, "the geometry is empty in row 2", "draw it or delete the row"),
    ),
    "no polygon": case(
        shape(None),
        GeometryError,
        (UNITS, "the geometry is empty in row 2", "draw it or delete the row"),
    ),
    "self-intersecting polygon": case(
        shape({"type": "Polygon", "coordinates": [[degrees(*xy) for xy in BOW_TIE]]}),
        GeometryError,
        (UNITS, "row 2: the polygon crosses itself (Self-intersection[113.3", "Fix geometries"),
    ),
    "points for polygons": case(
        shape({"type": "Point", "coordinates": degrees(0, 0)}),
        GeometryError,
        (UNITS, "no polygon in row 2 but Point", "name a polygon layer"),
    ),
    "id twice": case(
        subdistricts(
            ("01", (0, 0, 400, 600)), ("02", (400, 0, 800, 600)), ("01", (800, 0, 900, 9))
        ),
        SchemaError,
        (UNITS, "code '01' stands in rows 1, 3", "ids must differ, or merge the rows"),
    ),
    "id empty": case(
        subdistricts(("", (0, 0, 400, 600)), ("02", (400, 0, 800, 600))),
        SchemaError,
        (UNITS, "column 'code' is empty in row 1", "give each row an id"),
    ),
    "id that is reserved": case(
        subdistricts(("outside", (0, 0, 400, 600)), ("02", (400, 0, 800, 600))),
        SchemaError,
        (UNITS, "the id 'outside' is reserved", "rename it"),
    ),
    "overlap beyond the limit": case(
        both(
            subdistricts(("a", (0, 0, 400, 600)), ("b", (300, 0, 800, 600))),
            key("boundaries", max_overlap_m2=50_000),
        ),
        LimitError,
        (UNITS, "a and b overlap by 60,000 m²", "correct the polygons, or raise the limit"),
    ),
    "subdistrict inside another": case(
        subdistricts(("a", (0, 0, 400, 600)), ("b", (100, 100, 300, 300))),
        GeometryError,
        (UNITS, "b lie wholly inside others", "remove one of each pair"),
    ),
    "several layers": case(
        two_layers, InputError, ("units.gpkg", "holds the layers old, new", "name one with layer =")
    ),
    "a layer that is not there": case(
        both(two_layers, key("boundaries", layer="newest")),
        NotFoundError,
        ("units.gpkg", "has no layer 'newest'", "name one of old, new"),
    ),
    # facilities
    "register without positions": case(
        text(REGISTER, "facility_id,name\nf1,a\n"),
        SchemaError,
        (REGISTER, "has no column 'lon' (facilities.lon)", COLUMN),
        (REGISTER, "has no column 'lat' (facilities.lat)", COLUMN),
    ),
    "register without ids": case(
        key("facilities", id="编号"),
        SchemaError,
        (REGISTER, "has no column '编号' (facilities.id)", COLUMN),
    ),
    "facility twice": case(
        facilities(*facility_rows(), ["f1", "again", *degrees(9, 9), "", "", ""]),
        SchemaError,
        (REGISTER, "facility_id 'f1' stands in rows 2, 4", "ids must differ, or merge the rows"),
    ),
    "facility alone in the sea": case(
        facilities(["f1", "wreck", *degrees(5000, 5000), "", "", ""]),
        UnreachableError,
        (REGISTER, "none of the 1 facilities", "check their coordinates and the extract"),
    ),
    "facility alone without position": case(
        facilities(["f1", "somewhere", "", "", "", "", ""]),
        UnreachableError,
        (REGISTER, "f1: lon, lat are no longitude and latitude", "fill them in"),
    ),
    "register of another city": case(
        facilities(*([f"f{i}", "", 116.4 + i / 100, 39.9, "", "", ""] for i in range(26))),
        InputError,
        (REGISTER, "0 of 26 facilities lie in or near", "name the register of this district"),
    ),
    "register in two encodings": case(
        text(REGISTER, "facility_id,name\n1,甲中心\n".encode("gb18030") + "2,乙中心\n".encode()),
        InputError,
        (REGISTER, "row 3 is in UTF-8 and row 2 is not", "save the whole file as CSV UTF-8"),
    ),
    "register of one column": case(
        text(REGISTER, "facility_id name lon lat\nf1 west 113 23\n"),
        SchemaError,
        (REGISTER, "has no column 'lon' (facilities.lon)", "or part its cells with commas"),
        (REGISTER, "has no column 'lat' (facilities.lat)", "or part its cells with commas"),
    ),
    "register that is a bomb": case(
        bomb, InputError, ("facilities.xlsx", "unpacks to 5,3", "save its table as CSV")
    ),
    "register with a macro": case(
        macro, InputError, ("facilities.xlsx", "holds a macro", "save it as .xlsx without macros")
    ),
    "register of an old Excel": case(
        both(text("old.xls", b"\xd0\xcf\x11\xe0"), key("facilities", source="old.xls")),
        InputError,
        ("old.xls", "is no table that is read here", "save it as .xlsx or CSV"),
    ),
    "register in a system that nobody knows": case(
        key("facilities", coordinates="mars"),
        InputError,
        (STUDY, "facilities.coordinates: 'mars' is no coordinate system", "write wgs84, gcj02"),
    ),
    "layer in another system than declared": case(
        both(points_of_facilities("EPSG:4548"), key("facilities", coordinates="EPSG:4547")),
        CrsError,
        ("facilities.gpkg", "'EPSG:4547' is declared, but the layer says", "correct or remove"),
    ),
    "shifted degrees in a layer of metres": case(
        both(points_of_facilities("EPSG:4547"), key("facilities", coordinates="gcj02")),
        CrsError,
        ("facilities.gpkg", "'gcj02' is declared, but the layer says", "correct or remove"),
    ),
    "shapefile without its table": case(
        shapefile_without(".dbf"),
        InputError,
        ("units.shp", "units.dbf is missing beside it", "copy all files of the shapefile"),
    ),
    "shapefile without its index": case(
        shapefile_without(".shx"),
        InputError,
        ("units.shp", "units.shx is missing beside it", "copy all files of the shapefile"),
    ),
    "polygon of a million vertices": case(
        layer("units.gpkg", million_vertices),
        GeometryError,
        ("units.gpkg", "the polygon of row 2 has 1,000,000 vertices", "simplify it in QGIS"),
    ),
    "empty register": case(
        facilities(), InputError, (REGISTER, "holds no row below its heading", "fill it in")
    ),
    "register with a comma too many": case(
        text(REGISTER, "facility_id,lon,lat\nf1,113,23\nf2,113,23,\n"),
        SchemaError,
        (REGISTER, "row 3: has 4 cells, the heading 3", "add or remove commas"),
    ),
    "register with a heading twice": case(
        text(REGISTER, "facility_id,lon,lat,lon\nf1,113,23,113\n"),
        SchemaError,
        (REGISTER, "row 1: repeats lon", "rename or remove one column"),
    ),
    "xlsx that is none": case(
        both(text("f.xlsx", "not a zip"), key("facilities", source="f.xlsx")),
        InputError,
        ("f.xlsx", "not a table that can be read", "save it again as CSV"),
    ),
    "a sheet that is not there": case(
        xlsx("Sheet1"), NotFoundError, ("facilities.xlsx", "has no sheet 'Sheet1'", "one of 登记")
    ),
    "no place in the extract": case(
        key("facilities", source="osm", amenity=["theatre"]),
        InputError,
        ("streets.osm", "holds no place with amenity = theatre", "name other values"),
    ),
    # people
    "census and total": case(
        key("demand", control="census.csv", total=3.0),
        InputError,
        (STUDY, "give control or total", "not both"),
    ),
    "density in a raster of counts": case(
        raster(500_000.0),
        InputError,
        ("people.tif", "which cannot be", "add density = true"),
    ),
    "census without totals": case(
        both(text("census.csv", "unit_id,people\n01,150\n"), key("demand", control="census.csv")),
        SchemaError,
        ("census.csv", "has no column 'population' (demand.control_population)", COLUMN),
    ),
    "census that a spreadsheet spoilt": case(
        both(
            text("census.csv", "unit_id,population\n4.40106E+11,150\n"),
            key("demand", control="census.csv"),
        ),
        SchemaError,
        ("census.csv", "codes like 4.40106E+11 in row 2", "format the column as text"),
    ),
    "no population column": case(
        key("demand", population="POP_2015"),
        SchemaError,
        (PEOPLE, "has no column 'POP_2015' (demand.population)", f"{COLUMN} lon, lat, population"),
    ),
    "population NaN": case(
        people(3, "population", "NaN"),
        SchemaError,
        (PEOPLE, "'population' (population) is empty or no finite number in row 3", FILL),
    ),
    "population empty": case(
        people(4, "population", ""),
        SchemaError,
        (PEOPLE, "is empty or no finite number in row 4", FILL),
    ),
    "population in words": case(
        people(10, "population", "many"),
        SchemaError,
        (PEOPLE, "is empty or no finite number in row 10", FILL),
    ),
    "population infinite": case(
        people(2, "population", "1e999"),
        SchemaError,
        (PEOPLE, "is empty or no finite number in row 2", FILL),
    ),
    "population negative": case(
        people(5, "population", "-80"),
        SchemaError,
        (PEOPLE, "'population' (population) is negative in row 5", FILL),
    ),
    "population with two kinds of fault": case(
        all_people(lambda row: [*row[:2], "-1" if row[2] > 50 else "?", row[3]]),
        SchemaError,
        (PEOPLE, "is empty or no finite number in row 3, 4, 6, 9, 10", FILL),
        (PEOPLE, "is negative in row 2, 5, 7, 8", FILL),
    ),
    "more older people than people": case(
        both(people(2, "older", "101"), key("demand", older="older")),
        SchemaError,
        (PEOPLE, "more people of 60 and over than people in row 2", "exchange the columns"),
    ),
    "people with lon and lat swapped": case(
        all_people(lambda row: [row[1], row[0], *row[2:]]),
        SchemaError,
        (PEOPLE, "row 2, 3, 4, 5, 6 and 4 more: lon, lat are no longitude and latitude", SWAP),
    ),
    "people with lon and lat swapped where both are latitudes": case(
        all_people(lambda row: [row[1], row[0] - 90.0, *row[2:]]),
        InputError,
        (PEOPLE, "nobody in it lives in a subdistrict", SWAP),
    ),
    "person without position": case(
        people(6, "lat", ""),
        SchemaError,
        (PEOPLE, "row 6: lon, lat are no longitude and latitude in degrees", "fill them in"),
    ),
    "nobody": case(
        all_people(lambda row: [*row[:2], 0, 0]),
        InputError,
        (PEOPLE, "nobody lives in it", "name the right column"),
    ),
    "people that are binary": case(
        text(PEOPLE, b"\xff\xfe\x80\x00\n\x81\x00"),
        InputError,
        (PEOPLE, "not a table that can be read", "save it again as CSV"),
    ),
    "people in crossing polygons": case(
        people_layer({"type": "Polygon", "coordinates": [[degrees(*xy) for xy in BOW_TIE]]}),
        GeometryError,
        ("people.geojson", "row 1: the polygon crosses itself", "Fix geometries"),
    ),
    "people in points and polygons": case(
        people_layer({"type": "Point", "coordinates": degrees(9, 9)}, polygon((0, 0, 90, 90))),
        GeometryError,
        ("people.geojson", "holds Point, Polygon", "points alone or of polygons alone"),
    ),
    "people nowhere and not on Earth": case(
        people_layer(None, {"type": "Point", "coordinates": degrees(9, 9)[::-1]}),
        GeometryError,
        ("people.geojson", "the geometry is empty in row 1", "draw it or delete the row"),
        ("people.geojson", "the coordinates in row 2 are not on Earth", SWAP),
    ),
    "raster without CRS": case(
        raster(crs=None), CrsError, ("people.tif", "says no CRS", "gdal_edit -a_srs")
    ),
    "raster without data": case(
        raster(-9), InputError, ("people.tif", "nobody lives in it", "name the right column")
    ),
    "raster whose nodata nobody declared": case(
        raster(3.4e38),
        SchemaError,
        ("people.tif", "(108 times, first 3.4e+38 at r0c0)", "declare that value as nodata"),
    ),
    "people beyond counting": case(
        people(7, "population", "1e300"),
        SchemaError,
        (PEOPLE, "in one place (1 times, first 1e+300 at 7)", "or correct it"),
    ),
    "raster elsewhere": case(
        raster(east_m=50_000),
        InputError,
        ("people.tif", "lies nowhere near the subdistricts", "name the raster of this district"),
    ),
    "raster of negatives": case(
        raster(-1),
        SchemaError,
        ("people.tif", "108 pixels are negative", "declare that value as nodata"),
    ),
    "raster that is text": case(
        both(raster(), text("people.tif", "hello")),
        InputError,
        ("people.tif", "not a raster that GDAL reads", "save it again as GeoTIFF"),
    ),
    "raster with more older people than people": case(
        raster(5, older=6),
        SchemaError,
        ("older.tif", "more people of 60 and over than people at row 0, column 0", "exchange"),
    ),
}
