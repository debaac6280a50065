"""The warm half of a study: all that is read and tied to streets before anything is measured."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from facility_coverage.assessment.street_shares import pieces_by_unit, street_lengths
from facility_coverage.coordinates.systems import WGS84
from facility_coverage.crs import WGS84 as DEGREES
from facility_coverage.crs import project, require_true_lengths
from facility_coverage.errors import DoubtError, InputError, UnreachableError
from facility_coverage.inputs.boundaries import Boundaries, read_boundaries
from facility_coverage.inputs.demand import Demand, read_demand
from facility_coverage.inputs.facilities import (
    Facilities,
    NewFacility,
    changed_facilities,
    read_facilities,
)
from facility_coverage.inputs.premises import read_premises
from facility_coverage.network.cache import street_network
from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.profiles import chosen_profile
from facility_coverage.network.shift import Landmarks, find_shift, readings
from facility_coverage.network.snapping import Snaps, joined, snap
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.progress import Progress, silent
from facility_coverage.standards.rules import Standard, load_standards
from facility_coverage.study_file import CoverageSection, Study
from facility_coverage.thresholds import by_kind
from facility_coverage.travel.access import Access, measure_access
from facility_coverage.travel.isochrones import Canvas
from facility_coverage.travel.service_areas import StreetPieces
from facility_coverage.words import Remark

ELSEWHERE_M = 10_000.0
"""A register whose nearest facility lies this far from all subdistricts is another city's."""


@dataclass(frozen=True, eq=False)
class PreparedStudy:
    """A study whose inputs are read, and whose places are tied to streets.

    Nothing in it depends on the circles that are asked for; what depends on the facilities can be
    exchanged (``with_facilities``) without reading anything again.

    Attributes
    ----------
    study
        What is asked, with absolute paths.
    standards
        By which rules the district is judged.
    index
        The network's segments.
    boundaries, facilities, demand
        The inputs, in the network's CRS.
    sites, homes
        All facilities, and all demand points, tied to streets.
    pieces
        The streets of each subdistrict.
    street_m
        Shape (u,), their length, metres.
    """

    study: Study
    standards: tuple[Standard, ...]
    index: StreetIndex
    boundaries: Boundaries
    facilities: Facilities
    demand: Demand
    sites: Snaps
    homes: Snaps
    pieces: tuple[StreetPieces, ...]
    street_m: NDArray[np.float64]

    @property
    def network(self) -> StreetNetwork:
        """Return the street network."""
        return self.index.network

    @cached_property
    def served(self) -> Snaps:
        """Return the facilities that have a street."""
        return self.sites.take(self.sites.found)

    @cached_property
    def doubts(self) -> tuple[Remark, ...]:
        """Return why the inputs may not be what the study says; ``run --strict`` stops at one."""
        study, network = self.study, self.network
        layers: list[tuple[str, str, str | None, NDArray[np.float64]]] = []
        register, people, siting = study.facilities, study.demand, study.siting
        if not register.from_osm:
            layers.append(("facilities", register.source, register.coordinates, self.facilities.xy))
        if not people.from_raster and people.cell_size_m is None:
            layers.append(("demand", people.source, people.coordinates, self.demand.xy))
        if siting.candidates is not None:
            premises = read_premises(siting, network.crs)
            layers.append(("siting", siting.candidates, siting.coordinates, premises.xy))
        landmarks = Landmarks.of_streets(self.index)
        told = []
        for name, source, coordinates, xy in layers:
            declared = coordinates or WGS84
            shift = find_shift(xy, declared, readings(xy, network.crs, declared), landmarks)
            if shift is not None:
                told.append(shift.remark(Path(source).name, f"{name}.coordinates"))
        return tuple(told)

    def require_no_doubt(self) -> None:
        """Refuse to go on with inputs that may not be what the study says.

        Raises
        ------
        DoubtError
            There is some doubt; the message has a line for each.
        """
        if self.doubts:
            raise DoubtError(*self.doubts)

    @cached_property
    def canvas(self) -> Canvas:
        """Return a grid over all streets, on which circles of any place can be drawn."""
        section = self.study.coverage
        (west, south), (east, north) = self.network.corners_xy[[0, 3]].tolist()
        limit_m = section.off_street_limit_m
        box = (west - limit_m, south - limit_m, east + limit_m, north + limit_m)
        grid = CellGrid.over(
            self.index, box, size_m=section.cell_size_m, off_street_limit_m=limit_m
        )
        return Canvas.of(self.network, grid)

    def measured(self) -> list[Access]:
        """Measure what the facilities reach within the study's circles.

        Returns
        -------
        list of Access
            One per kind of threshold.
        """
        groups = by_kind(self.study.coverage.thresholds)
        return [measure_access(self.network, self.served, self.homes, group) for group in groups]

    def within(self, section: CoverageSection) -> Self:
        """Return the same study with other circles.

        Parameters
        ----------
        section
            The circles; the longest off-street leg and the cell size stay as they are.

        Returns
        -------
        PreparedStudy
            Ready to be answered.
        """
        own = self.study.coverage
        kept = {key: getattr(own, key) for key in ("off_street_limit_m", "cell_size_m")}
        coverage = section.model_copy(update=kept)
        return self._with(study=self.study.model_copy(update={"coverage": coverage}))

    def with_facilities(
        self,
        added: Collection[NewFacility],
        removed: Collection[str] = (),
        *,
        may_be_none: bool = False,
    ) -> Self:
        """Return the same study with other facilities, as if some were built and some closed.

        Parameters
        ----------
        added
            Facilities that the register does not have.
        removed
            Ids of facilities that it has.
        may_be_none
            Whether it may be that no facility with a street is left.

        Returns
        -------
        PreparedStudy
            As if the register had been written so.

        Raises
        ------
        InputError
            An added facility has the id of another.
        NotFoundError
            A removed facility is not in the register.
        UnreachableError
            No facility with a street is left.
        """
        facilities, row = changed_facilities(self.facilities, added, removed, self.network.crs)
        limit_m = self.study.coverage.off_street_limit_m
        is_new = row >= len(self.sites.edge)
        new = snap(self.index, facilities.xy[is_new], off_street_limit_m=limit_m)
        row[is_new] = len(self.sites.edge) + np.arange(len(new.edge))
        sites = joined(self.sites, new).take(row)
        if not may_be_none:
            require_some_street(facilities, sites, limit_m, self.study.facilities.source)
        return self._with(facilities=facilities, sites=sites)

    def _with(self, **changes: object) -> Self:
        """Return a changed copy that keeps the canvas, which no change touches."""
        copy = replace(self, **changes)  # type: ignore[arg-type]  # fields of this class
        if "canvas" in vars(self):
            vars(copy)["canvas"] = self.canvas
        return copy


def prepare(
    study: Study, *, progress: Progress = silent, cache_folder: Path | None = None
) -> PreparedStudy:
    """Read a study's inputs and tie its places to streets.

    Parameters
    ----------
    study
        What to do, with absolute paths.
    progress
        Told where the work stands.
    cache_folder
        Where built networks are kept; None keeps none.

    Returns
    -------
    PreparedStudy
        Ready to be answered, also with other circles or facilities.

    Raises
    ------
    FacilityCoverageError
        An input cannot be used (see the readers), or no facility at all lies near a street.
    """
    standards = load_standards(study.standards.use)
    progress("Reading streets", 0.0)
    source = Path(study.network.source)
    network = street_network(
        source,
        chosen_profile(study.network),
        crs=study.study.crs,
        elevation=study.network.elevation_file,
        corrections=study.network.corrections_file,
        year=study.network.year,
        cache_folder=cache_folder,
    )

    progress("Reading subdistricts, facilities and people", 0.35)
    boundaries = read_boundaries(study.boundaries, network.crs)
    west, south, east, north = boundaries.units.total_bounds
    corners = np.array([(west, south), (west, north), (east, south), (east, north)])
    require_true_lengths(network.crs, corners, study.boundaries.source)
    facilities = read_facilities(study.facilities, network.crs, extract=source)
    require_this_district(facilities, boundaries, study.facilities.source)
    demand = read_demand(study.demand, boundaries, network.crs, extract=source)

    progress("Tying places to streets", 0.45)
    limit_m = study.coverage.off_street_limit_m
    index = StreetIndex.of(network)
    sites = snap(index, facilities.xy, off_street_limit_m=limit_m)
    homes = snap(index, demand.xy, off_street_limit_m=limit_m)
    require_some_street(facilities, sites, limit_m, study.facilities.source)
    pieces = pieces_by_unit(network, boundaries)
    street_m = street_lengths(network, pieces)
    require_streets_inside(street_m, study)
    return PreparedStudy(
        study, standards, index, boundaries, facilities, demand, sites, homes, pieces, street_m
    )


def require_streets_inside(street_m: NDArray[np.float64], study: Study) -> None:
    """Refuse to judge subdistricts of another place than the streets'.

    Parameters
    ----------
    street_m
        Shape (u,), street length of each subdistrict, metres.
    study
        The study, for the message.

    Raises
    ------
    UnreachableError
        Not one subdistrict holds a street.
    """
    if street_m.sum() > 0:
        return
    msg = (
        "{boundaries}: no street of {streets} lies in any subdistrict; name the extract of this "
        "district"
    )
    raise UnreachableError(msg, boundaries=study.boundaries.source, streets=study.network.source)


def require_this_district(facilities: Facilities, boundaries: Boundaries, source: str) -> None:
    """Refuse a register of another city.

    Parameters
    ----------
    facilities
        The register.
    boundaries
        The subdistricts.
    source
        Where the register stands, for the message.

    Raises
    ------
    InputError
        Every facility lies ``ELSEWHERE_M`` or more beyond all subdistricts.
    """
    placed = np.isfinite(facilities.xy).all(axis=1)
    west, south, east, north = boundaries.units.total_bounds
    low = np.array([west - ELSEWHERE_M, south - ELSEWHERE_M])
    high = np.array([east + ELSEWHERE_M, north + ELSEWHERE_M])
    near = ((facilities.xy >= low) & (facilities.xy <= high)).all(axis=1)
    if near.any() or not placed.any():
        return
    first = int(np.flatnonzero(placed)[0])
    crs = str(boundaries.units.crs)
    lon, lat = project(facilities.xy[[first]], crs, DEGREES)[0].tolist()
    msg = (
        "{source}: 0 of {count} facilities lie in or near the subdistricts (first: {facility_id} "
        "at {lon:.5f}, {lat:.5f}); name the register of this district, or say its system in "
        "facilities.coordinates"
    )
    facility_id = facilities.table["facility_id"].iloc[first]
    raise InputError(
        msg, source=source, count=int(placed.sum()), facility_id=facility_id, lon=lon, lat=lat
    )


def require_some_street(facilities: Facilities, sites: Snaps, limit_m: float, source: str) -> None:
    """Refuse to go on when not one facility lies near a street.

    Parameters
    ----------
    facilities
        The register.
    sites
        Its facilities, tied to streets.
    limit_m
        Longest off-street leg.
    source
        Where the register stands, for the message.

    Raises
    ------
    UnreachableError
        None has a street within the limit.
    """
    if sites.found.any():
        return
    if facilities.table.empty:
        msg = "{source}: no facility is left; leave one, or add one"
        raise UnreachableError(msg, source=source)
    first = facilities.table.iloc[0]
    msg = (
        "{source}: none of the {count} facilities lies on the street network (first: "
        "{facility_id}: {reason}); check their coordinates and the extract"
    )
    raise UnreachableError(
        msg,
        source=source,
        count=len(facilities.table),
        facility_id=first["facility_id"],
        reason=first["reason"] or Remark("no street within {limit_m:g} m", limit_m=limit_m),
    )
