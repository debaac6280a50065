"""Demand: where people live, as points with an exact share in each subdistrict."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from facility_coverage.errors import InputError, SchemaError
from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.census import scaled_to_census
from facility_coverage.inputs.people import M2_PER_KM2, read_people
from facility_coverage.inputs.residential import on_residential_land
from facility_coverage.study_file import DemandSection
from facility_coverage.words import Remark

_ROUNDING = 1e-12
"""A share outside below this is the rounding of a cell that lies wholly inside."""

MAX_PEOPLE = 10_000_000.0
"""More people than this at one point are the mark of missing data that nobody declared."""

MAX_PER_KM2 = 200_000.0
"""More people than this on the average square kilometre of a study live nowhere on Earth.

The densest subdistricts of China hold less than half as many; counts of 100 m pixels are a
hundredth of their density.
"""


@dataclass(frozen=True, eq=False)
class Demand:
    """Demand points; a cell or polygon is decided at its own point, and shared out by area.

    Attributes
    ----------
    demand_id
        Length d: row of the source, or row and column of the raster (``r120c45``, from 0); behind
        it the piece of a cell (``.3``), or the subdistrict that its people were scaled for (``@``).
    xy
        Shape (d, 2), metres in the study's CRS.
    population
        Shape (d,), persons.
    older
        Shape (d,), persons of 60 and over; None where the study has none.
    unit_share
        Shape (u + 1, d), sparse: the share of each point's people that lives in each
        subdistrict (rows of ``Boundaries.units``) and, last, outside all. Columns sum to 1.
    spacing_m
        Side of a cell, 0 for points.
    children
        Shape (d,), children up to 6; None where the study has none.
    remarks
        What a reader of the figures must know.
    """

    demand_id: tuple[str, ...]
    xy: NDArray[np.float64]
    population: NDArray[np.float64]
    older: NDArray[np.float64] | None
    unit_share: csr_array
    spacing_m: float
    children: NDArray[np.float64] | None = None
    remarks: tuple[Remark, ...] = ()

    def by_unit(self, persons: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add persons up by subdistrict.

        Parameters
        ----------
        persons
            Shape (d,), persons at each demand point.

        Returns
        -------
        ndarray of float64
            Shape (u + 1,), the last being outside every subdistrict.
        """
        total: NDArray[np.float64] = self.unit_share @ persons
        return total

    @property
    def main_unit(self) -> NDArray[np.int64]:
        """Return the row of ``unit_share`` where most of each point's people live."""
        by_point = self.unit_share.tocsc()
        by_point.sort_indices()
        owner = np.repeat(np.arange(by_point.shape[1]), np.diff(by_point.indptr))
        order = np.lexsort((by_point.indices, -by_point.data, owner))
        first = np.unique(owner[order], return_index=True)[1]
        unit: NDArray[np.int64] = by_point.indices[order][first].astype(np.int64)
        return unit


def read_demand(
    section: DemandSection, boundaries: Boundaries, crs: str, *, extract: Path | None = None
) -> Demand:
    """Read the people of a study.

    Parameters
    ----------
    section
        Where they are: a table or layer of points, cells or polygons, or a raster.
    boundaries
        The subdistricts that they are shared out to.
    crs
        The study's metric CRS.
    extract
        The OSM file of the streets, for ``residential = "osm"``.

    Returns
    -------
    Demand
        Points from west to east, so that nothing depends on the order of the source. Of a
        raster, the pixels with people in the window around all subdistricts.

    Raises
    ------
    NotFoundError, InputError, SchemaError, CrsError, GeometryError
        The source, the residential land or the census cannot be read, lacks a column or CRS, or
        holds a geometry that is not usable or a population that is no non-negative number; or
        nobody in it lives in a subdistrict, or more people than can be.

    Notes
    -----
    Shares are those of shapely's overlay in double precision; the fractions of exactextract, which
    is quicker on large polygons, are single precision and would be off by 1e-7.
    """
    people, dwellings = on_residential_land(
        read_people(section, boundaries, crs), section, crs, extract
    )
    share = (
        _point_shares(shapely.points(people.xy), boundaries)
        if people.ground is None
        else _polygon_shares(people.ground, boundaries.units.geometry.to_numpy())
    )
    people, share, counted = scaled_to_census(people, share, section, boundaries)
    persons = people.persons
    demand = Demand(
        people.place_id,
        people.xy,
        persons["population"],
        persons.get("older"),
        share,
        people.spacing_m,
        persons.get("children"),
        (*dwellings, *counted),
    )
    _require_people(demand, Path(section.source))
    _require_density(demand, section, boundaries)
    return _from_west_to_east(demand)


def _require_people(demand: Demand, path: Path) -> None:
    """Refuse demand without people, or with more of them than can be."""
    if (crowd := demand.population > MAX_PEOPLE).any():
        first = int(np.argmax(crowd))
        msg = (
            "{path}: more than {most:,.0f} people in one place ({count} times, first {people:g} at "
            "{place}); declare that value as nodata, or correct it"
        )
        people, place = demand.population[first], demand.demand_id[first]
        count = int(crowd.sum())
        raise SchemaError(msg, path=path, most=MAX_PEOPLE, count=count, people=people, place=place)
    if not demand.population.sum() > 0:
        msg = "{path}: nobody lives in it (the populations add up to 0); name the right column"
        raise InputError(msg, path=path)
    if not demand.by_unit(demand.population)[:-1].sum() > 0:
        msg = (
            "{path}: nobody in it lives in a subdistrict; exchange longitude and latitude if they "
            "are swapped, or name the people of this district"
        )
        raise InputError(msg, path=path)


def _require_density(demand: Demand, section: DemandSection, boundaries: Boundaries) -> None:
    """Refuse a raster of densities that is read as one of counts, and the other way round."""
    if not section.from_raster or section.density is False or section.control or section.total:
        return
    inside = float(demand.by_unit(demand.population)[:-1].sum())
    per_km2 = inside / float(boundaries.units.geometry.area.sum()) * M2_PER_KM2
    least = 1.0 if section.density else 0.0
    if least <= per_km2 <= MAX_PER_KM2:
        return
    msg = (
        "{path}: its pixels make {people:,.0f} people, {per_km2:,.3g} to the km² of the "
        "subdistricts, which cannot be; leave density out if they are counts"
        if section.density
        else "{path}: its pixels make {people:,.0f} people, {per_km2:,.3g} to the km² of the "
        "subdistricts, which cannot be; add density = true if they are people per km², density = "
        "false if they are counts"
    )
    raise InputError(msg, path=section.source, people=inside, per_km2=per_km2)


def _from_west_to_east(demand: Demand) -> Demand:
    older = demand.population if demand.older is None else demand.older
    order = np.lexsort((older, demand.population, demand.xy[:, 1], demand.xy[:, 0]))
    return Demand(
        tuple(demand.demand_id[row] for row in order.tolist()),
        demand.xy[order],
        demand.population[order],
        None if demand.older is None else demand.older[order],
        csr_array(demand.unit_share.tocsc()[:, order]),
        demand.spacing_m,
        None if demand.children is None else demand.children[order],
        demand.remarks,
    )


def _point_shares(points: NDArray[np.object_], boundaries: Boundaries) -> csr_array:
    """Give every point wholly to the subdistrict that it lies in."""
    n_units = len(boundaries.units)
    unit = boundaries.unit_of(points)
    row = np.where(unit < 0, n_units, unit)
    ones = np.ones(len(points))
    return csr_array((ones, (row, np.arange(len(points)))), shape=(n_units + 1, len(points)))


def _polygon_shares(cells: NDArray[np.object_], units: NDArray[np.object_]) -> csr_array:
    """Return the fraction of each cell's area in each unit, and outside all."""
    shapely.prepare(units)
    tree = shapely.STRtree(cells)
    unit, cell = tree.query(units, predicate="intersects")
    inside = shapely.contains(units[unit], cells[cell])
    fraction = np.ones(len(unit))
    cut = ~inside
    common = shapely.intersection(units[unit[cut]], cells[cell[cut]])
    fraction[cut] = shapely.area(common) / shapely.area(cells[cell[cut]])
    return _with_outside(csr_array((fraction, (unit, cell)), shape=(len(units), len(cells))))


def _with_outside(share: csr_array) -> csr_array:
    """Add the row of what lies outside, so that every column sums to 1."""
    share.eliminate_zeros()
    total = np.asarray(share.sum(axis=0)).ravel()
    scale = np.where(total > 1.0, 1.0 / np.where(total > 0, total, 1.0), 1.0)
    share = csr_array(share.multiply(scale[None, :]))
    outside = np.maximum(1.0 - np.minimum(total, 1.0), 0.0)
    outside[outside < _ROUNDING] = 0.0
    rest = csr_array(outside[None, :])
    rest.eliminate_zeros()
    return csr_array(vstack([share, rest]))
