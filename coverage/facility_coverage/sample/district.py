"""Writes the embedded study: the files that a user would bring, made without any download."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.errors import InputError
from facility_coverage.registers import register_path
from facility_coverage.sample.borders import cells, outline
from facility_coverage.sample.centres import Facility, place_facilities
from facility_coverage.sample.extract import write_extract
from facility_coverage.sample.lattice import Ground
from facility_coverage.sample.people import People, settle
from facility_coverage.sample.plane import DEGREE_DECIMALS, to_degrees, to_metres
from facility_coverage.sample.streets import draw_streets
from facility_coverage.sample.terrain import hills, old_town, unbend

_SEED = 20_201_101
"""The day of the census; any number would do."""

_REACH_M = 1200.0
"""Streets go on this far beyond the district, so that walks along its edge are not cut off."""

_VALLEY = ("440106017", "440106018", "440106019")
"""Subdistricts among the hills, 长兴 龙洞 凤凰: the valley that is built up joins them."""


def write_sample_study(folder: Path) -> Path:
    """Write the embedded study: real subdistricts of Tianhe on synthetic ground.

    Names, codes, 2020 populations and centre status are those of the registers. Streets,
    borders, population cells and positions are synthetic. Every run writes the same bytes.

    Parameters
    ----------
    folder
        An empty folder that exists.

    Returns
    -------
    Path
        The ``study.toml`` in it.

    Raises
    ------
    InputError
        The folder holds something, or is none.
    """
    if not folder.is_dir() or any(folder.iterdir()):
        msg = "{folder}: not an empty folder; name one for the sample study"
        raise InputError(msg, folder=folder)
    units = _register("boundaries")
    labels_m = to_metres(
        np.array([(float(row["label_lon"]), float(row["label_lat"])) for row in units])
    )
    ids = [row["unit_id"] for row in units]
    borders = cells(unbend(labels_m))
    units_m = [shapely.transform(border, to_metres) for border in borders]
    ground = _ground(ids, unbend(labels_m))
    drawing, settling, placing = np.random.default_rng(_SEED).spawn(3)
    streets = draw_streets(drawing, ground)
    populations = [int(row["population"]) for row in units]
    people = settle(settling, units_m, populations, streets, ground.old_town)
    facilities = place_facilities(
        placing,
        _register("facilities"),
        dict(zip(ids, units_m, strict=True)),
        dict(zip(ids, labels_m, strict=True)),
        streets,
    )
    write_extract(folder / "streets.osm.pbf", streets)
    _write_borders(folder / "subdistricts.geojson", units, borders)
    _write_facilities(folder / "facilities.csv", facilities)
    _write_people(folder / "population.csv", people)
    study = folder / "study.toml"
    study.write_bytes(Path(__file__).with_name("study.toml").read_bytes())
    return study


def _register(folder: str) -> list[dict[str, str]]:
    """Read a register of Tianhe."""
    with register_path(folder, "tianhe.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _ground(ids: list[str], labels_draft_m: NDArray[np.float64]) -> Ground:
    """Say where streets may be drawn."""
    district = outline(labels_draft_m)
    valley = labels_draft_m[[ids.index(unit_id) for unit_id in _VALLEY]]
    return Ground(district, district.buffer(_REACH_M), hills(valley), old_town())


def _write_borders(
    path: Path, units: Sequence[dict[str, str]], borders: Sequence[shapely.Polygon]
) -> None:
    """Write the subdistricts, a line each."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "unit_id": row["unit_id"],
                "unit_name": row["unit_name"],
                "border": "synthetic",
            },
            "geometry": shapely.geometry.mapping(border),
        }
        for row, border in zip(units, borders, strict=True)
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    crs = '{"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}'
    text = f'{{"type": "FeatureCollection", "crs": {crs}, "features": [\n{lines}\n]}}\n'
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_facilities(path: Path, facilities: Sequence[Facility]) -> None:
    """Write the facilities; floor area and beds are blank, as in the register."""
    header = "facility_id,name,kind,ownership,floor_area_m2,beds,lon,lat,position"
    positions = to_degrees(np.array([facility.xy_m for facility in facilities]))
    rows = (
        (one.facility_id, one.name, one.kind, one.ownership, "", "", *_texts(place), "synthetic")
        for one, place in zip(facilities, positions, strict=True)
    )
    _write_table(path, header, rows)


def _write_people(path: Path, people: People) -> None:
    """Write the population cells by their centres."""
    positions = to_degrees(people.centre_xy_m)
    rows = (
        (*_texts(place), str(residents), str(older))
        for place, residents, older in zip(
            positions, people.population.tolist(), people.older.tolist(), strict=True
        )
    )
    _write_table(path, "lon,lat,population,population_60plus", rows)


def _texts(position_deg: NDArray[np.float64]) -> list[str]:
    """Return longitude and latitude as they stand in the files."""
    return [f"{value:.{DEGREE_DECIMALS}f}" for value in position_deg.tolist()]


def _write_table(path: Path, header: str, rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV table in UTF-8 with LF."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)
