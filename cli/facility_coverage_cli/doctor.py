"""``doctor``: whether this installation has all that it needs."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from platform import python_version
from tempfile import TemporaryDirectory
from typing import Literal

import typer

from facility_coverage import __version__
from facility_coverage.errors import SourceError
from facility_coverage.registers import register_path
from facility_coverage_cli.folders import default_cache_folder, open_cache_folder
from facility_coverage_cli.options import Cache, Json, Quiet
from facility_coverage_cli.terminal import say, say_json

PACKAGES = (
    "numpy", "pandas", "geopandas", "shapely", "pyproj", "pyogrio",
    "rasterio", "numba", "osmium", "folium", "fastapi",
)  # fmt: skip
DRIVERS = ("GeoJSON", "GPKG", "FlatGeobuf")
MAP_ASSETS = ("leaflet.js", "leaflet.css")
"""Files without which a map would need the internet."""
REGISTERS = (("boundaries", "tianhe.csv"), ("facilities", "tianhe.csv"))

STREET_OSM = """<osm version="0.6">
<node id="1" lat="28.0" lon="-15.42"/><node id="2" lat="28.0" lon="-15.40"/>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
</osm>"""
STREET_CENTRE = "facility_id,name,lon,lat\n1,middle,-15.41,28.0\n"
STREET_AREA_M2 = 208_333.0
"""What 5 minutes at 4 km/h reach around the middle of one long straight street: a diamond of
2 x 333.3 m squared, less its two tips beyond 250 m off the street, 2 x 83.3 m squared."""
AREA_TOLERANCE = 0.03


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name
        What.
    state
        ``ok``, ``note`` (works, but a person should know) or ``fault``.
    detail
        What was found, or how to mend it.
    """

    name: str
    state: Literal["ok", "note", "fault"]
    detail: str


def doctor(*, cache: Cache = None, quiet: Quiet = False, json: Json = False) -> None:
    """Look whether the installation is complete.

    A line that starts "fault" tells how to mend what is wrong; the exit code is then 1.
    """
    checks = list(_checks(cache))
    healthy = all(check.state != "fault" for check in checks)
    if json:
        say_json({"healthy": healthy, "checks": [asdict(check) for check in checks]})
    elif not quiet:
        for check in checks:
            say(f"{check.state:5}  {check.name}: {check.detail}")
    if not healthy:
        raise typer.Exit(1)


def _checks(cache: Path | None) -> Iterator[Check]:
    yield Check("facility-coverage", "ok", __version__)
    yield Check("python", "ok", python_version())
    yield from map(_package, PACKAGES)
    yield _attempt("GDAL", _gdal)
    yield _attempt("registers", lambda: str(len([register_path(*each) for each in REGISTERS])))
    yield _attempt("map without internet", _map_assets)
    yield _attempt("cache folder", lambda: str(open_cache_folder(cache or default_cache_folder())))
    yield _chinese_font()
    yield _paper()
    yield _attempt("self-test", _self_test)


def _attempt(name: str, look: Callable[[], str]) -> Check:
    """Carry out one check."""
    try:
        return Check(name, "ok", look())
    except Exception as error:  # noqa: BLE001  (whatever goes wrong is what doctor is to tell)
        return Check(name, "fault", " ".join(str(error).split()) or type(error).__name__)


def _package(name: str) -> Check:
    try:
        return Check(name, "ok", version(name))
    except PackageNotFoundError:
        return Check(name, "fault", "is not installed; install facility-coverage again")


def _gdal() -> str:
    import pyogrio

    writable = {name for name, mode in pyogrio.list_drivers().items() if "w" in mode}
    lacking = [name for name in DRIVERS if name not in writable]
    if lacking:
        msg = f"{pyogrio.__gdal_version_string__} cannot write {', '.join(lacking)}"
        raise RuntimeError(msg)
    return f"{pyogrio.__gdal_version_string__}, writes {', '.join(DRIVERS)}"


def _map_assets() -> str:
    vendor = Path(str(files("facility_coverage_maps"))) / "vendor"
    found = {path.name for path in vendor.rglob("*")}
    lacking = [name for name in MAP_ASSETS if name not in found]
    if lacking:
        msg = f"{vendor}: lacks {', '.join(lacking)}; install facility-coverage again"
        raise RuntimeError(msg)
    return str(vendor)


def _chinese_font() -> Check:
    """Look for a font with Chinese letters; a map opened on another computer uses that one's."""
    from facility_coverage_maps.fonts import INSTALL_FONT, chinese_font

    font = chinese_font()
    if font is not None:
        return Check("chinese font", "ok", str(font))
    detail = f"none found: no report in Chinese, and boxes for Chinese names; {INSTALL_FONT}"
    return Check("chinese font", "note", detail)


def _paper() -> Check:
    """Look whether reports can be printed; all else works without."""
    from facility_coverage_maps.paper import require_pango

    try:
        return Check("reports as PDF", "ok", f"WeasyPrint {require_pango()}")
    except SourceError as error:
        return Check("reports as PDF", "note", str(error))


def _self_test() -> str:
    """Draw five minutes around the middle of one street, whose area is known."""
    from facility_coverage.network.cache import street_network
    from facility_coverage.network.profiles import walk
    from facility_coverage.study import facility_isochrones
    from facility_coverage.study_file import CoverageSection, FacilitiesSection
    from facility_coverage.travel.circles import Drawing

    coverage = CoverageSection(minutes=[5.0])
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "street.osm").write_text(STREET_OSM, encoding="utf-8")
        (folder / "centre.csv").write_text(STREET_CENTRE, encoding="utf-8")
        layer = facility_isochrones(
            street_network(folder / "street.osm", walk(4.0)),
            FacilitiesSection.model_construct(source=str(folder / "centre.csv")),
            coverage.thresholds,
            off_street_limit_m=coverage.off_street_limit_m,
            drawing=Drawing.of(coverage),
        )
    area_m2 = float(layer["area_m2"].sum())
    if abs(area_m2 / STREET_AREA_M2 - 1.0) > AREA_TOLERANCE:
        msg = f"five minutes around a street came to {area_m2:,.0f} m2, not {STREET_AREA_M2:,.0f}"
        raise RuntimeError(msg)
    return f"five minutes around a street: {area_m2:,.0f} m2"
