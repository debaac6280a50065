"""A prepared study, measured; and the same study with proposals carried out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from facility_coverage.district_coverage import DistrictCoverage, district_coverage
from facility_coverage.errors import NotFoundError
from facility_coverage.inputs.facilities import Facilities
from facility_coverage.network.snapping import joined
from facility_coverage.prepared import PreparedStudy
from facility_coverage.proposals.proposal import Proposal
from facility_coverage.standards.studied import reached_circles, study_findings
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import Access, measure_access, nearest_facility
from facility_coverage.travel.times import Nearest, Reach, each_alone, least_by_column
from facility_coverage.words import Language


@dataclass(frozen=True, eq=False)
class Measured:
    """A prepared study and what its facilities reach.

    Attributes
    ----------
    prepared
        The study.
    accesses
        One per kind of threshold, over the facilities that have a street.
    nearest
        The nearest of those to each demand point, however far, in seconds.
    """

    prepared: PreparedStudy
    accesses: tuple[Access, ...]
    nearest: Nearest

    @classmethod
    def of(cls, prepared: PreparedStudy, accesses: Sequence[Access] | None = None) -> Self:
        """Measure a prepared study.

        Parameters
        ----------
        prepared
            The study.
        accesses
            What ``prepared.measured()`` gave, where that is known already.

        Returns
        -------
        Measured
            What its facilities reach.
        """
        found = prepared.measured() if accesses is None else accesses
        nearest = nearest_facility(prepared.network, prepared.served, prepared.homes)
        return cls(prepared, tuple(found), nearest)

    @property
    def target(self) -> Threshold:
        """Return the study's target."""
        return self.prepared.study.coverage.target

    @cached_property
    def district(self) -> DistrictCoverage:
        """Return who is covered in each subdistrict; people alone are counted."""
        return district_coverage(self.prepared, list(self.accesses), None)

    @cached_property
    def findings(self) -> gpd.GeoDataFrame:
        """Return what the study's standards say, see ``StudyResult.findings``."""
        return self.findings_with(self.prepared.facilities)

    def findings_with(self, facilities: Facilities) -> gpd.GeoDataFrame:
        """Judge the study by its standards, with other cells in its register.

        Parameters
        ----------
        facilities
            The same facilities in the same order.

        Returns
        -------
        geopandas.GeoDataFrame
            See ``StudyResult.findings``.
        """
        own = self.prepared
        circles = reached_circles(
            own.study, own.standards, own.network, list(self.accesses), own.sites, own.demand
        )
        return study_findings(
            own.study, own.standards, own.boundaries, facilities, self.district.unit_id, circles
        )

    def in_language(self, language: Language) -> "Measured":
        """Return the same with findings in another language.

        Parameters
        ----------
        language
            Of their reasons.

        Returns
        -------
        Measured
            Itself where that is the study's own language.
        """
        study = self.prepared.study
        if study.study.language == language:
            return self
        section = study.study.model_copy(update={"language": language})
        told = study.model_copy(update={"study": section})
        copy = replace(self, prepared=replace(self.prepared, study=told))
        vars(copy)["district"] = self.district
        return copy

    @property
    def served_ids(self) -> NDArray[np.object_]:
        """Return the ids of the facilities that have a street, in the order of every cost."""
        own = self.prepared
        ids: NDArray[np.object_] = own.facilities.table["facility_id"].to_numpy(dtype=object)
        return ids[own.sites.found]

    def access_to(self, threshold: Threshold) -> Access:
        """Return the costs in which a threshold is stated.

        Parameters
        ----------
        threshold
            One of the study's.

        Returns
        -------
        Access
            Of all facilities.
        """
        return next(each for each in self.accesses if each.thresholds[0].kind == threshold.kind)

    def with_proposals(
        self, proposals: Sequence[Proposal], *, may_be_none: bool = False
    ) -> "Measured":
        """Carry proposals out: only what they open is searched anew.

        Parameters
        ----------
        proposals
            Any number; what two of them close closes once.
        may_be_none
            Whether it may be that no facility with a street is left.

        Returns
        -------
        Measured
            To the last bit what ``Measured.of`` gives for the changed register; but of two
            facilities at equal time the one that was the nearest before stays it.

        Raises
        ------
        NotFoundError
            One closes a facility that the study does not have.
        InputError, UnreachableError
            See ``PreparedStudy.with_facilities``.
        """
        require_known(self.prepared, proposals)
        own = self.prepared
        opened = [new for proposal in proposals for new in proposal.facilities]
        closed = {name for proposal in proposals for name in proposal.closes}
        after = own.with_facilities(opened, closed, may_be_none=may_be_none)
        before_id = {name: row for row, name in enumerate(self.served_ids.tolist())}
        ids = after.facilities.table["facility_id"].to_numpy(dtype=object)[after.sites.found]
        row = np.array([before_id.get(name, -1) for name in ids.tolist()], dtype=np.int64)
        is_new = row < 0
        row[is_new] = len(before_id) + np.arange(int(is_new.sum()))
        places = after.served.take(is_new)
        accesses = [
            _stacked(each, measure_access(own.network, places, own.homes, each.thresholds), row)
            for each in self.accesses
        ]
        changed = Measured.of(after, accesses)
        return replace(changed, nearest=_staying(self.nearest, changed.nearest, row))


def require_known(prepared: PreparedStudy, proposals: Sequence[Proposal]) -> None:
    """Refuse proposals that close what is not there.

    Parameters
    ----------
    prepared
        The study.
    proposals
        The proposals.

    Raises
    ------
    NotFoundError
        One closes a facility that the study does not have.
    """
    known = set(prepared.facilities.table["facility_id"])
    for proposal in proposals:
        if missing := [name for name in proposal.closes if name not in known]:
            msg = (
                "proposal {id!r}: closes {facility!r}, but the study has no such facility; name "
                "an id of its register"
            )
            raise NotFoundError(msg, id=proposal.id, facility=missing[0])


def marks_within(od: csr_array, limit: float) -> csr_array:
    """Return ones where a stored cost is within a limit, and nothing elsewhere.

    Parameters
    ----------
    od
        Shape (places, demand points); a stored zero is a cost too.
    limit
        Inclusive.

    Returns
    -------
    csr_array
        Of the same shape.
    """
    keep = od.data <= limit
    row = np.repeat(np.arange(od.shape[0]), np.diff(od.indptr))[keep]
    offset = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=od.shape[0]))])
    return csr_array((np.ones(int(keep.sum())), od.indices[keep], offset), shape=od.shape)


def _staying(before: Nearest, after: Nearest, row: NDArray[np.int64]) -> Nearest:
    """Leave people where they were, unless another facility is nearer or theirs closes."""
    place = np.full(max(int(before.origin.max(initial=-1)), int(row.max(initial=-1))) + 2, -1)
    place[row] = np.arange(len(row))
    kept = place[before.origin]  # of nobody's facility, -1, it is the last: -1 too
    stay = (kept >= 0) & (before.cost == after.cost)
    return Nearest(after.cost, np.where(stay, kept, after.origin).astype(np.int32))


def _stacked(one: Access, other: Access, row: NDArray[np.int64]) -> Access:
    """Return some facilities of two measurements, in another order."""
    snaps = joined(one.origins.snaps, other.origins.snaps).take(row)
    od = csr_array(vstack([one.od, other.od], format="csr")[row])
    found = _reach_of(one.found, other.found, row)
    return Access(one.thresholds, one.impedance, each_alone(snaps), found, od, least_by_column(od))


def _reach_of(one: Reach, other: Reach, row: NDArray[np.int64]) -> Reach:
    """Return some groups of two searches, in another order; each has one origin, its own."""
    start = np.concatenate([one.offset[:-1], other.offset[:-1] + one.offset[-1]])[row]
    size = np.concatenate([np.diff(one.offset), np.diff(other.offset)])[row]
    offset = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    own = np.repeat(np.arange(len(row)), size)
    at = np.arange(offset[-1]) + np.repeat(start - offset[:-1], size)
    node = np.concatenate([one.node, other.node])[at]
    cost = np.concatenate([one.cost, other.cost])[at]
    return Reach(offset, node, cost, own.astype(np.int32))
