"""The coordinate reference systems of layers, named and ordered as OGC API Features Part 2 has it.

``bbox``, ``bbox-crs``, ``crs`` and the header ``Content-Crs`` follow the axis order that the
register of each system gives: EPSG:4326, EPSG:4490 and the Gauss-Kruger zones of CGCS2000 put north
first, CRS84, EPSG:3857 and UTM put east first. Files (GeoPackage and its like) always hold east
first, as their formats have it.
"""

from dataclasses import dataclass
from functools import lru_cache

from pyproj import CRS

from facility_coverage.crs import WGS84, known_crs
from facility_coverage.words import Remark

CRS84_URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

_EPSG_URI = "http://www.opengis.net/def/crs/EPSG/0/"
_ALWAYS = (4326, 4490, 3857)
_DECIMALS_DEG, _DECIMALS_M = 7, 3
_WORLD_DEG = (180.0, 90.0)


@dataclass(frozen=True)
class ServedCrs:
    """A system that coordinates can be asked in.

    Attributes
    ----------
    uri
        Its name in requests and answers.
    name
        Its name for PROJ, east first.
    north_first
        Whether its register puts north before east.
    is_geographic
        Whether it counts in degrees.
    """

    uri: str
    name: str
    north_first: bool
    is_geographic: bool

    @property
    def decimals(self) -> int:
        """Return how many decimals its coordinates have: a centimetre in degrees, a millimetre."""
        return _DECIMALS_DEG if self.is_geographic else _DECIMALS_M

    @property
    def world(self) -> tuple[float, float] | None:
        """Return the largest longitude and latitude; None where it counts in metres."""
        return _WORLD_DEG if self.is_geographic else None


CRS84 = ServedCrs(CRS84_URI, WGS84, north_first=False, is_geographic=True)
"""Longitude and latitude of WGS 84: what is answered where nothing is asked."""
WEB_MERCATOR = ServedCrs(f"{_EPSG_URI}3857", "EPSG:3857", north_first=False, is_geographic=False)
"""The plane of web maps and their tiles."""


@lru_cache(maxsize=64)
def served_crs(own: str) -> dict[str, ServedCrs]:
    """Return the systems that a layer is served in.

    Parameters
    ----------
    own
        The study's own; without a number in the EPSG register it has no name to ask for.

    Returns
    -------
    dict of str to ServedCrs
        By name; CRS84 first.
    """
    codes = [*_ALWAYS]
    number = known_crs(own, Remark("the study's CRS")).to_epsg()
    if number is not None and number not in codes:
        codes.append(number)
    return {CRS84_URI: CRS84} | {f"{_EPSG_URI}{code}": _of_epsg(code) for code in codes}


def storage_uri(own: str) -> str | None:
    """Return the name of the system that a layer is stored in.

    Parameters
    ----------
    own
        The study's own.

    Returns
    -------
    str or None
        None where the EPSG register has no number for it.
    """
    number = known_crs(own, Remark("the study's CRS")).to_epsg()
    return None if number is None else f"{_EPSG_URI}{number}"


def _of_epsg(code: int) -> ServedCrs:
    crs = CRS.from_epsg(code)
    return ServedCrs(
        uri=f"{_EPSG_URI}{code}",
        name=f"EPSG:{code}",
        north_first=crs.axis_info[0].direction == "north",
        is_geographic=crs.is_geographic,
    )
