"""``doctor``: whether this installation has all that it needs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from platform import python_version
from tempfile import TemporaryDirectory
from typing import Literal

import typer

from facility_coverage import __version__
from facility_coverage.errors import FacilityCoverageError, SourceError, one_line
from facility_coverage.registers import register_path
from facility_coverage.words import Remark, Told
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


_STATE_WORDS = {"ok": Remark("ok"), "note": Remark("note"), "fault": Remark("fault")}


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

    name: Remark
    state: Literal["ok", "note", "fault"]
    detail: Told


def doctor(*, cache: Cache = None, quiet: Quiet = False, json: Json = False) -> None:
    """Look whether the installation is complete.

    A line that starts "fault" tells how to mend what is wrong; the exit code is then 1.
    """
    checks = list(_checks(cache))
    healthy = all(check.state != "fault" for check in checks)
    if json:
        found = [
            {"name": one.name.told("en"), "state": one.state, "detail": one.detail.told("en")}
            for one in checks
        ]
        say_json({"healthy": healthy, "checks": found})
    elif not quiet:
        for check in checks:
            message = "{state:5}  {name}: {detail}"
            state = _STATE_WORDS[check.state]
            say(Remark(message, state=state, name=check.name, detail=check.detail))
    if not healthy:
        raise typer.Exit(1)


def _checks(cache: Path | None) -> Iterator[Check]:
    yield Check(_as_is("facility-coverage"), "ok", _as_is(__version__))
    yield Check(_as_is("python"), "ok", _as_is(python_version()))
    yield from map(_package, PACKAGES)
    yield _attempt(Remark("GDAL"), _gdal)
    yield _attempt(
        Remark("registers"), lambda: _as_is(len([register_path(*each) for each in REGISTERS]))
    )
    yield _attempt(Remark("map without internet"), _map_assets)
    yield _attempt(
        Remark("cache folder"), lambda: _as_is(open_cache_folder(cache or default_cache_folder()))
    )
    yield _chinese_font()
    yield _paper()
    yield _attempt(Remark("self-test"), _self_test)


def _as_is(text: object) -> Remark:
    """Return a name or a version, which is the same in every language."""
    return Remark("{text}", text=text)


def _attempt(name: Remark, look: Callable[[], Remark]) -> Check:
    """Carry out one check."""
    try:
        return Check(name, "ok", look())
    except FacilityCoverageError as error:
        return Check(name, "fault", error)
    except Exception as error:  # noqa: BLE001  (whatever goes wrong is what doctor is to tell)
        return Check(name, "fault", _as_is(one_line(error) or type(error).__name__))


def _package(name: str) -> Check:
    try:
        return Check(_as_is(name), "ok", _as_is(version(name)))
    except PackageNotFoundError:
        detail = Remark("is not installed; install facility-coverage again")
        return Check(_as_is(name), "fault", detail)


def _gdal() -> Remark:
    import pyogrio

    writable = {name for name, mode in pyogrio.list_drivers().items() if "w" in mode}
    lacking = [name for name in DRIVERS if name not in writable]
    found = pyogrio.__gdal_version_string__
    if lacking:
        msg = "{version} cannot write {drivers}"
        raise SourceError(msg, version=found, drivers=", ".join(lacking))
    return Remark("{version}, writes {drivers}", version=found, drivers=", ".join(DRIVERS))


def _map_assets() -> Remark:
    vendor = Path(str(files("facility_coverage_maps"))) / "vendor"
    found = {path.name for path in vendor.rglob("*")}
    lacking = [name for name in MAP_ASSETS if name not in found]
    if lacking:
        msg = "{folder}: lacks {files}; install facility-coverage again"
        raise SourceError(msg, folder=vendor, files=", ".join(lacking))
    return _as_is(vendor)


def _chinese_font() -> Check:
    """Look for a font with Chinese letters; a map opened on another computer uses that one's."""
    from facility_coverage_maps.fonts import INSTALL_FONT, chinese_font

    name, font = Remark("chinese font"), chinese_font()
    if font is not None:
        return Check(name, "ok", _as_is(font))
    message = "none found: no report in Chinese, and boxes for Chinese names; {command}"
    return Check(name, "note", Remark(message, command=INSTALL_FONT))


def _paper() -> Check:
    """Look whether reports can be printed; all else works without."""
    from facility_coverage_maps.paper import require_pango

    name = Remark("reports as PDF")
    try:
        return Check(name, "ok", _as_is(f"WeasyPrint {require_pango()}"))
    except SourceError as error:
        return Check(name, "note", error)


def _self_test() -> Remark:
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
        msg = "five minutes around a street came to {area_m2:,.0f} m2, not {expected_m2:,.0f}"
        raise SourceError(msg, area_m2=area_m2, expected_m2=STREET_AREA_M2)
    return Remark("five minutes around a street: {area_m2:,.0f} m2", area_m2=area_m2)
