"""A made town as an OSM file: a district of two subdistricts, its streets, its health places.

Metres are those of ``toy_study``. Streets run every 100 m from -2000 to 3200 east and from -2000 to
2600 north, so that far more is there than a fetch should take.
"""

from pathlib import Path

from toy_osm import Relation, Way, write_osm
from toy_study import degrees

DISTRICT, WEST, EAST, NEIGHBOUR = 500, 501, 502, 503
"""Relations: 测试区 (level 6), 西街道 and 东街道 in it, 邻街道 beside it (level 8)."""

HOSPITAL = 600
"""A relation: grounds with a courtyard."""

STEP_M = 100
COLUMNS = range(-2000, 3201, STEP_M)
ROWS = range(-2000, 2601, STEP_M)
_CORNERS = {
    1: (0, 0), 2: (600, 0), 3: (1200, 0), 4: (1200, 600), 5: (600, 600), 6: (0, 600),
    7: (1800, 0), 8: (1800, 600),
    20: (1410, 310), 21: (1490, 310), 22: (1490, 390), 23: (1410, 390),
    30: (1430, 330), 31: (1470, 330), 32: (1470, 370), 33: (1430, 370),
}  # fmt: skip
_HEALTH = {
    40: ((150, 10), {"amenity": "clinic", "name": "西街道社区卫生服务中心"}),
    41: (
        (650, 590),
        {"healthcare": "centre", "name": "东社区卫生服务站", "operator:type": "public"},
    ),
    42: ((900, 310), {"amenity": "pharmacy", "healthcare": "pharmacy", "name": "=cmd()"}),
    43: ((950, 310), {"amenity": "doctors"}),
    44: ((-900, 10), {"amenity": "clinic", "name": "邻社区卫生服务分中心"}),
    45: ((2900, 10), {"amenity": "clinic", "name": "远社区卫生服务中心"}),
    46: ((300, 310), {"amenity": "restaurant", "name": "no health place"}),
}
STREETS_FROM = 1000


def write_town(path: Path) -> Path:
    """Write the town as OSM XML."""
    nodes = {number: degrees(*place) for number, place in _CORNERS.items()}
    nodes |= {number: degrees(*place) for number, (place, _) in _HEALTH.items()}
    lattice = {
        (x, y): STREETS_FROM + row * len(COLUMNS) + column
        for row, y in enumerate(ROWS)
        for column, x in enumerate(COLUMNS)
    }
    nodes |= {number: degrees(*place) for place, number in lattice.items()}
    lines = [[lattice[x, y] for x in COLUMNS] for y in ROWS]
    lines += [[lattice[x, y] for y in ROWS] for x in COLUMNS]
    ways = {
        # borders: of both subdistricts, of one, of the neighbour
        101: Way([1, 2], {"boundary": "administrative"}), 102: Way([2, 3]), 103: Way([3, 4]),
        104: Way([4, 5]), 105: Way([5, 6]), 106: Way([6, 1]), 107: Way([2, 5]),
        108: Way([3, 7, 8, 4]), 120: Way([20, 21, 22, 23, 20]), 130: Way([30, 31, 32, 33, 30]),
        # streets come in pieces of 500 m, so that a cut can go between them
        **{
            1000 + 100 * at + start // 5: Way(line[start : start + 6], _street(at))
            for at, line in enumerate(lines)
            for start in range(0, len(line) - 1, 5)
        },
    }  # fmt: skip
    admin = {"type": "boundary", "boundary": "administrative"}
    relations = {
        DISTRICT: Relation(
            [("outer", way) for way in (101, 102, 103, 104, 105, 106)],
            admin | {"admin_level": "6", "name": "测试区"},
        ),
        WEST: Relation(
            [("outer", way) for way in (101, 107, 105, 106)],
            admin | {"admin_level": "8", "name": "西街道"},
        ),
        EAST: Relation(
            [("outer", way) for way in (102, 103, 104, 107)],
            admin | {"admin_level": "8", "name": "东街道"},
        ),
        NEIGHBOUR: Relation(
            [("outer", way) for way in (103, 108)],
            admin | {"admin_level": "8", "name": "邻街道"},
        ),
        HOSPITAL: Relation(
            [("outer", 120), ("inner", 130)],
            {"type": "multipolygon", "amenity": "hospital", "name": "医院"},
        ),
    }
    tags = {number: tags for number, (_, tags) in _HEALTH.items()}
    tags[lattice[400, 300]] = {"natural": "tree"}
    tags[lattice[500, 300]] = {"highway": "crossing", "crossing": "zebra"}
    return write_osm(path, nodes, ways, node_tags=tags, relations=relations)


def _street(at: int) -> dict[str, str]:
    """Return the tags of a street; every seventh is one that nobody walks."""
    street_class = "motorway" if at % 7 == 3 else "residential"
    return {"highway": street_class, "name": f"第{at}街", "surface": "asphalt"}
