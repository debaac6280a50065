"""A regional extract and a table of districts become one study folder a district."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import tomli_w
from numpy.typing import NDArray

from facility_coverage.batch.studies import STUDY_NAME, require_file_name
from facility_coverage.crs import WGS84
from facility_coverage.errors import FacilityCoverageError
from facility_coverage.files import atomic_folder
from facility_coverage.inputs.division_codes import code_column
from facility_coverage.inputs.fetch_area import area_around
from facility_coverage.inputs.placed_rows import PlacedRows, placed_rows
from facility_coverage.inputs.raw_osm import RawOsm, write_raw
from facility_coverage.inputs.region import cut
from facility_coverage.inputs.tables import (
    placed_polygons,
    placed_shapes,
    plain_text,
    read_layer,
    require_columns,
    text_ids,
)
from facility_coverage.network.profiles import Profile, chosen_profile
from facility_coverage.outputs.layers import write_layer
from facility_coverage.progress import Progress, silent
from facility_coverage.study_file import Study
from facility_coverage.units import SECONDS_PER_MINUTE, metres_per_second
from facility_coverage.words import Remark, Told

STREETS, SUBDISTRICTS, FACILITIES, DEMAND = (
    "streets.osm.pbf", "subdistricts.gpkg", "facilities.gpkg", "demand.gpkg",
)  # fmt: skip
_FASTEST_SIGN_KPH = 130.0
"""No speed limit on a sign is higher in China or Spain; profiles that follow signs reach as far."""
_DOWNHILL = 1.2
"""Tobler's walker is a fifth faster on a gentle slope down than on the flat."""


@dataclass(frozen=True, eq=False)
class Districts:
    """The districts of a region, sorted by id.

    Attributes
    ----------
    district_id, name
        How each is called.
    shape
        Polygons in degrees.
    """

    district_id: tuple[str, ...]
    name: tuple[str, ...]
    shape: NDArray[np.object_]


@dataclass(frozen=True)
class Planned:
    """What became of a district.

    Attributes
    ----------
    district_id
        Its id.
    streets
        How many streets its file holds.
    reason
        Why no study was made, in one line; None where one was.
    """

    district_id: str
    streets: int
    reason: Told | None = None


def read_districts(path: Path, id_column: str, name_column: str | None) -> Districts:
    """Read the districts of a region.

    Parameters
    ----------
    path
        A layer of polygons.
    id_column, name_column
        Its columns; without a name the id stands for it.

    Returns
    -------
    Districts
        Each of them.

    Raises
    ------
    NotFoundError, InputError, SchemaError, CrsError, GeometryError
        The layer cannot be read, lacks a column, repeats an id, has one that cannot name a
        folder, or holds something else than polygons.
    """
    layer = read_layer(path)
    given = {"--id": id_column} | ({} if name_column is None else {"--name": name_column})
    require_columns(layer, given, path)
    ids = text_ids(layer, id_column, path)
    shapes = placed_polygons(layer, WGS84, path)
    for district_id in ids:
        require_file_name(district_id)
    names = ids if name_column is None else layer[name_column].astype(str)
    order = np.argsort(ids.to_numpy(dtype=str), kind="stable")
    return Districts(
        tuple(ids.iloc[order]), tuple(names.iloc[order]), shapes.to_numpy(dtype=object)[order]
    )


def plan_districts(
    region: Path, districts: Districts, template: Study, out: Path, progress: Progress = silent
) -> Iterator[Planned]:
    """Write a study folder for each district, in one pass over the region's streets.

    Parameters
    ----------
    region
        An OSM file of the region.
    districts
        Its districts.
    template
        A study of the whole region with absolute paths: its subdistricts, register and people.
    out
        Folder of the studies.
    progress
        Told where the work stands.

    Yields
    ------
    Planned
        One a district, by id. A district that cannot be one is told and the others go on.

    Raises
    ------
    FacilityCoverageError
        The region or an input of the template cannot be used.
    """
    reach = reach_m(template)
    shared = _Shared.read(template)
    areas: dict[str, shapely.Geometry] = {}
    for district_id, shape in zip(districts.district_id, districts.shape, strict=True):
        try:
            areas[district_id] = area_around(shape, reach)
        except FacilityCoverageError as error:
            yield Planned(district_id, 0, error)
    place = {name: at for at, name in enumerate(districts.district_id)}
    for done, (district_id, raw) in enumerate(cut(region, areas)):
        progress(f"Cutting {district_id}", done / len(areas))
        at = place[district_id]
        streets = sum("highway" in tags for _, tags in raw.ways.values())
        if not streets:
            reason = Remark("no street of {file} lies there", file=region.name)
            yield Planned(district_id, 0, reason)
            continue
        own = _Own(district_id, districts.name[at], districts.shape[at], areas[district_id])
        _write(own, raw, template, shared, out / district_id)
        yield Planned(district_id, streets)


def reach_m(study: Study) -> float:
    """Return how far around a district streets matter: no way within a circle leads farther.

    Parameters
    ----------
    study
        Its circles and its profile.

    Returns
    -------
    float
        Metres.
    """
    profile = chosen_profile(study.network)
    speed_m_per_s = metres_per_second(_fastest_kph(profile))
    if study.network.elevation_file is not None and profile.slope is not None:
        speed_m_per_s *= _DOWNHILL
    minutes = max(study.coverage.minutes, default=0.0)
    farthest_m = max([minutes * SECONDS_PER_MINUTE * speed_m_per_s, *study.coverage.distance_m])
    return farthest_m + 2.0 * study.coverage.off_street_limit_m


def _fastest_kph(profile: Profile) -> float:
    speed = profile.speed_kph
    speeds = list(speed.values()) if isinstance(speed, dict) else [speed]
    if profile.maxspeed_kph is not None:
        speeds += [_FASTEST_SIGN_KPH, *profile.maxspeed_kph.values()]
    return max([*speeds, profile.off_street_speed_kph or 0.0])


@dataclass(frozen=True, eq=False)
class _Own:
    """A district that is being written: its outline, and the area of its streets."""

    district_id: str
    name: str
    shape: shapely.Geometry
    area: shapely.Geometry


@dataclass(frozen=True, eq=False)
class _Shared:
    """What all districts share: subdistricts, the register and the people, with their places."""

    subdistricts: gpd.GeoDataFrame
    unit_id: str
    inner: NDArray[np.object_]
    facilities: PlacedRows | None
    demand: PlacedRows | None

    @classmethod
    def read(cls, study: Study) -> "_Shared":
        """Read them once; a raster and a polygon layer are shared by their path instead."""
        section = study.boundaries
        path = Path(section.source)
        layer = read_layer(path, section.layer)
        unit_id = section.id or code_column(layer, path)
        require_columns(layer, {"boundaries.id": unit_id}, path)
        shapes = placed_shapes(layer, WGS84, path)
        inner = np.asarray(shapely.point_on_surface(shapes.to_numpy()), dtype=object)
        register = study.facilities
        facilities = None if register.from_osm else _rows(study, "facilities")
        people = None if _is_shared(study) else _rows(study, "demand")
        return cls(layer.set_geometry(shapes), unit_id, inner, facilities, people)


def _is_shared(study: Study) -> bool:
    """Tell whether every district reads the people where they are: no table of places."""
    return study.demand.from_raster or Path(study.demand.source).suffix.lower() not in {
        ".csv", ".xlsx",
    }  # fmt: skip


def _rows(study: Study, name: str) -> PlacedRows:
    """Read a table or layer of places with their degrees."""
    section: Any = getattr(study, name)
    columns = {f"{name}.lon": section.lon, f"{name}.lat": section.lat}
    return placed_rows(Path(section.source), section.layer, columns, WGS84, section.coordinates)


def _write(own: _Own, raw: RawOsm, template: Study, shared: _Shared, folder: Path) -> None:
    """Write one study folder."""
    with atomic_folder(folder, overwrite=False) as partial:
        write_raw(raw, partial / STREETS)
        section = template.boundaries
        inside = shapely.intersects(own.shape, shared.inner)
        units = shared.subdistricts[inside]
        if units.empty:
            row = {shared.unit_id: own.district_id}
            if section.name is not None:
                row[section.name] = own.name
            units = gpd.GeoDataFrame([row], geometry=[own.shape], crs=WGS84)
        write_layer(units.reset_index(drop=True), partial / SUBDISTRICTS)
        changed: dict[str, dict[str, Any]] = {
            "study": {"name": own.name},
            "network": {"source": STREETS},
            "boundaries": {"source": SUBDISTRICTS, "layer": None, "id": shared.unit_id},
        }
        for name, rows, file, area in (
            ("facilities", shared.facilities, FACILITIES, own.area),
            ("demand", shared.demand, DEMAND, _with_cells(own, template)),
        ):
            if rows is not None:
                changed[name] = _placed(rows, area, partial / file)
        text = tomli_w.dumps(_sections(template, changed))
        (partial / STUDY_NAME).write_text(text, encoding="utf-8")


def _with_cells(own: _Own, template: Study) -> shapely.Geometry:
    """Return the district with as much around it as a cell that touches it may reach out."""
    cell_m = template.demand.cell_size_m or 0.0
    return area_around(own.shape, 2.0 * cell_m)


def _placed(rows: PlacedRows, area: shapely.Geometry, path: Path) -> dict[str, Any]:
    """Write the rows that lie in an area as a layer of points, all cells as text."""
    lon, lat = rows.xy.T
    inside = shapely.contains_xy(area, lon, lat)
    cells = pd.DataFrame(rows.frame[inside]).drop(columns="geometry", errors="ignore")
    texts = cells.map(plain_text).reset_index(drop=True)
    points = shapely.points(rows.xy[inside])
    write_layer(gpd.GeoDataFrame(texts, geometry=points, crs=WGS84), path)
    return {"source": path.name, "layer": None, "coordinates": None}


def _sections(template: Study, changed: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the sections of a study file: what the template says, with the changes."""
    sections = template.model_dump(mode="json", exclude_defaults=True)
    for name, values in changed.items():
        sections[name] = sections.get(name, {}) | values
    return {
        name: {key: value for key, value in section.items() if value is not None}
        for name, section in sections.items()
        if section
    }
