"""A study folder made of what OpenStreetMap knows of a district."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import geopandas as gpd
import pandas as pd
import shapely

from facility_coverage import __version__
from facility_coverage.errors import NotFoundError
from facility_coverage.files import MANIFEST_NAME, PROGRAM, sha256_of
from facility_coverage.inputs.admin_areas import WHOLE, AdminArea, subdistricts_of, whole_district
from facility_coverage.inputs.fetch_area import area_around
from facility_coverage.inputs.health_places import health_places
from facility_coverage.inputs.raw_osm import RawOsm, write_raw
from facility_coverage.outputs.layers import write_layer
from facility_coverage.outputs.study_text import readme, study_toml
from facility_coverage.outputs.tables import write_table
from facility_coverage.progress import Progress, silent
from facility_coverage.study_file import Study
from facility_coverage.units import (
    DEFAULT_OFF_STREET_LIMIT_M,
    DEFAULT_WALK_SPEED_KPH,
    SECONDS_PER_MINUTE,
    metres_per_second,
)

LICENCE = "© OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright"
STREETS, SUBDISTRICTS, FACILITIES = "streets.osm.pbf", "subdistricts.gpkg", "facilities.csv"
POPULATION, AREA = "population.csv", "area.geojson"


class Source(Protocol):
    """Where OpenStreetMap is taken from: ``Overpass`` or ``RegionalExtract``."""

    @property
    def origin(self) -> dict[str, str]:
        """Where its data are from."""

    def admin_areas(self, area: shapely.Geometry, level: int) -> list[AdminArea]:
        """Return the administrative areas of a level that touch an area."""

    def streets_and_health_places(self, area: shapely.Geometry) -> RawOsm:
        """Return the streets and health places that touch an area."""


@dataclass(frozen=True)
class Wish:
    """What a fetched study is to hold.

    Attributes
    ----------
    level
        ``admin_level`` of its subdistricts; 0 takes the district as the only one.
    minutes
        Walking times to test; streets are fetched as far around as the longest reaches.
    facilities
        ``community``: places named 社区卫生服务中心, 分中心 or 站; ``all``: every place with
        ``amenity`` clinic, doctors or hospital, or ``healthcare``.
    population
        Raster, table or layer of people; None leaves an empty table to be filled in.
    language
        In which the map opens.
    """

    level: int = 8
    minutes: tuple[float, ...] = (5.0, 10.0, 15.0)
    facilities: Literal["community", "all"] = "community"
    population: Path | None = None
    language: Literal["en", "zh"] = "zh"

    @property
    def reach_m(self) -> float:
        """Return how far around the district streets are needed, metres."""
        walk_m = max(self.minutes) * SECONDS_PER_MINUTE * metres_per_second(DEFAULT_WALK_SPEED_KPH)
        return walk_m + DEFAULT_OFF_STREET_LIMIT_M


def write_fetched_study(
    source: Source, district: AdminArea, wish: Wish, folder: Path, progress: Progress = silent
) -> dict[str, Any]:
    """Fetch a district and write it as a study.

    Parameters
    ----------
    source
        Where OpenStreetMap is taken from.
    district
        What is fetched.
    wish
        What the study is to hold.
    folder
        An empty folder that exists; the caller makes the writing atomic.
    progress
        Told where the work stands.

    Returns
    -------
    dict
        Its manifest: plain values for JSON.

    Raises
    ------
    FacilityCoverageError
        The source cannot be used, or does not know the subdistricts or facilities.
    """
    progress("Looking for subdistricts", 0.0)
    area = area_around(district.shape, wish.reach_m)
    units = _units(source, district, area, wish.level)
    progress("Fetching streets and health places", 0.2)
    raw = source.streets_and_health_places(area)
    _require_streets(raw, district)
    progress("Writing the study", 0.9)
    write_raw(raw, folder / STREETS)
    write_layer(units, folder / SUBDISTRICTS)
    outlines = {"part": ["district", "fetched"], "name": [district.name, ""]}
    both = gpd.GeoDataFrame(
        outlines, geometry=shapely.normalize([district.shape, area]), crs=units.crs
    )
    write_layer(both, folder / AREA)
    places = _facilities(folder / STREETS, wish)
    write_table(places, folder / FACILITIES)
    if wish.population is None:
        write_table(pd.DataFrame(columns=["lon", "lat", "population"]), folder / POPULATION)
    people = POPULATION if wish.population is None else str(wish.population.resolve())
    (folder / "study.toml").write_text(
        study_toml(district.name, wish.language, people, wish.minutes), encoding="utf-8"
    )
    Study.load(folder / "study.toml")
    return _sealed(folder, source, district, wish, _counts(raw, units, places))


def _units(
    source: Source, district: AdminArea, area: shapely.Geometry, level: int
) -> gpd.GeoDataFrame:
    if level == WHOLE:
        return whole_district(district.name, shapely.normalize(district.shape))
    return subdistricts_of(source.admin_areas(area, level), district.shape, level)


def _require_streets(raw: RawOsm, district: AdminArea) -> None:
    """Refuse an area without a street, such as one that the extract does not hold."""
    if any("highway" in tags for _, tags in raw.ways.values()):
        return
    msg = "{district}: no street lies there; name the extract or the place of this district"
    raise NotFoundError(msg, district=district.name)


def _facilities(streets: Path, wish: Wish) -> pd.DataFrame:
    """Return the health places that count as facilities."""
    places = health_places(streets)
    community = places["kind"].astype(str).str.startswith("社区卫生服务")
    chosen = places if wish.facilities == "all" else places[community]
    if chosen.empty:
        msg = (
            "OpenStreetMap names {community} 社区卫生服务中心 or 站 and {places} health places "
            "there; add --facilities all, or make a study with your own register"
        )
        raise NotFoundError(msg, community=int(community.sum()), places=len(places))
    return chosen


def _counts(raw: RawOsm, units: gpd.GeoDataFrame, places: pd.DataFrame) -> dict[str, int]:
    return {
        "streets": sum("highway" in tags for _, tags in raw.ways.values()),
        "nodes": len(raw.place),
        "subdistricts": len(units),
        "facilities": len(places),
    }


def _sealed(
    folder: Path, source: Source, district: AdminArea, wish: Wish, counts: dict[str, int]
) -> dict[str, Any]:
    """Write what was fetched from where: for people, and for programs."""
    origin = source.origin
    about = {
        "district": f"{district.name} ({district.osm_id})",
        "reach_m": round(wish.reach_m),
        "complete": wish.population is not None,
        "licence": LICENCE,
    }
    (folder / "README.md").write_text(readme(about, origin, counts), encoding="utf-8")
    manifest = {
        "program": {"name": PROGRAM, "version": __version__},
        "made_by": "fetch",
        **about,
        "origin": origin,
        "counts": counts,
        "files": _digests(sorted(folder.iterdir())),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (folder / MANIFEST_NAME).write_text(f"{text}\n", encoding="utf-8")
    return manifest


def _digests(paths: Sequence[Path]) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in paths}


def foreign_files(folder: Path) -> list[str]:
    """Return the files of a fetched study that people have added or changed since.

    Parameters
    ----------
    folder
        A folder that ``write_fetched_study`` wrote.

    Returns
    -------
    list of str
        Their names, sorted; replacing the folder would lose them.
    """
    manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    written = manifest.get("files", {})
    return [
        path.name
        for path in sorted(folder.iterdir())
        if path.name != MANIFEST_NAME
        and (not path.is_file() or written.get(path.name) != sha256_of(path))
    ]
