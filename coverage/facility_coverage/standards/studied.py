"""A study held against standards: its layers as registers, and what its facilities reach."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.demand import Demand
from facility_coverage.inputs.facilities import Facilities, facility_points
from facility_coverage.network.snapping import Snaps
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.standards.checker import check
from facility_coverage.standards.circles import Circles
from facility_coverage.standards.registers import (
    FacilityRegister,
    UnitRegister,
    facility_register,
)
from facility_coverage.standards.rules import SitingClause, Standard
from facility_coverage.standards.stated import read_stated
from facility_coverage.study_file import Study
from facility_coverage.travel.access import Access
from facility_coverage.travel.times import PointsOnEdges, od_matrix


def study_findings(
    study: Study,
    standards: tuple[Standard, ...],
    boundaries: Boundaries,
    facilities: Facilities,
    unit_id: NDArray[np.object_],
    circles: Circles,
) -> gpd.GeoDataFrame:
    """Judge a study's district by the standards that it names.

    Parameters
    ----------
    study
        What was asked.
    standards
        Its standards.
    boundaries
        The subdistricts.
    facilities
        The facilities.
    unit_id
        Shape (f,), the subdistrict that each facility lies in.
    circles
        From ``reached_circles``.

    Returns
    -------
    geopandas.GeoDataFrame
        See ``StudyResult.findings``.
    """
    units, register = _registers(study, boundaries, facilities, unit_id, circles.demand)
    findings = check(standards, units, register, circles, study.study.language)
    inside = boundaries.units.geometry.representative_point()
    places = dict(zip(boundaries.units["unit_id"], inside, strict=True)) | {"": shapely.Point()}
    points = dict(zip(facilities.table["facility_id"], facility_points(facilities), strict=True))
    geometry = [
        points[facility] if facility else places[unit]
        for facility, unit in zip(findings["facility_id"], findings["unit_id"], strict=True)
    ]
    return gpd.GeoDataFrame(findings, geometry=geometry, crs=boundaries.units.crs)


def reached_circles(
    study: Study,
    standards: tuple[Standard, ...],
    network: StreetNetwork,
    accesses: list[Access],
    sites: Snaps,
    demand: Demand,
) -> Circles:
    """Gather what the facilities of a study reach: people, and each other.

    Parameters
    ----------
    study
        What was asked.
    standards
        Its standards; only a clause on who stands beyond a circle asks what facilities lie in it.
    network
        The street network.
    accesses
        One per kind of threshold, over the facilities that have a street.
    sites
        All facilities, tied to streets.
    demand
        The people.

    Returns
    -------
    Circles
        What clauses on circles are measured by.
    """
    points = PointsOnEdges.of(network, sites)
    asked = any(
        isinstance(clause, SitingClause) and clause.beyond is not None
        for standard in standards
        for clause in standard.clauses
    )
    to_facilities = tuple(
        od_matrix(
            network,
            access.origins,
            access.found,
            points,
            access.impedance,
            access.thresholds[-1].limit,
        )
        for access in accesses
        if asked
    )
    return Circles(
        mode=network.profile.mode,
        target_share=study.coverage.target_share,
        demand=demand,
        served=sites.found,
        to_people=tuple(accesses),
        to_facilities=to_facilities,
    )


def _registers(
    study: Study,
    boundaries: Boundaries,
    facilities: Facilities,
    unit_id: NDArray[np.object_],
    demand: Demand,
) -> tuple[UnitRegister, FacilityRegister]:
    """Return the layers of a study as registers."""
    source = Path(study.boundaries.source)
    units = pd.DataFrame(
        {
            "unit_id": boundaries.units["unit_id"],
            "unit_name": boundaries.units["unit_name"],
            "population": demand.by_unit(demand.population)[:-1],
            "unit_kind": "",
            "complete_kinds": "",
        }
    )
    unit_columns = frozenset({"unit_id", "unit_name", "population"})
    path = Path(study.facilities.source)
    own = facilities.table[["facility_id", "facility_name", "kind", "ownership"]]
    cells = facilities.cells.drop(columns=[*own.columns, "unit_id"], errors="ignore")
    cells = pd.concat([own, cells], axis=1).assign(unit_id=unit_id)
    stated = () if study.facilities.from_osm else read_stated(path)
    lacking = frozenset({"kind", "ownership"}) - {*facilities.cells.columns}
    register = facility_register(path.name, cells, stated, lacking=lacking)
    return UnitRegister(source.name, unit_columns, units), register
