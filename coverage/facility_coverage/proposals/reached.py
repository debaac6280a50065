"""Who is within a threshold of what, with any of some proposals carried out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from facility_coverage.network.snapping import Snaps
from facility_coverage.proposals.measured import Measured, marks_within
from facility_coverage.proposals.proposal import Proposal
from facility_coverage.thresholds import Threshold


@dataclass(frozen=True, eq=False)
class Reached:
    """Whom facilities and proposals reach within one threshold.

    Attributes
    ----------
    people
        Shape (d,), persons.
    opened
        Shape (n, d), ones: whom what each proposal opens reaches; an empty row of a closure.
    existing
        Shape (f, d), ones: whom each facility with a street reaches.
    closers
        Length f: the rows of the proposals that close each facility.
    """

    people: NDArray[np.float64]
    opened: csr_array
    existing: csr_array
    closers: tuple[frozenset[int], ...]

    @property
    def uncovered(self) -> NDArray[np.float64]:
        """Return the persons whom no facility covers as it stands, shape (d,)."""
        return np.where(marked(self.existing), 0.0, self.people)

    def value(self, chosen: Iterable[int]) -> float:
        """Return the people covered with some of the proposals, less those without any.

        Parameters
        ----------
        chosen
            Rows of the proposals.

        Returns
        -------
        float
            Negative where closures lose more than is gained.
        """
        done = set(chosen)
        stays = np.array([not (closers & done) for closers in self.closers], dtype=bool)
        covered = marked(self.existing[stays]) | marked(self.opened[sorted(done)])
        return float(self.people[covered].sum() - self.people[marked(self.existing)].sum())


def reached_of(
    before: Measured, proposals: Sequence[Proposal]
) -> tuple[dict[Threshold, Reached], dict[str, Snaps]]:
    """Search what proposals would reach, all at once.

    Parameters
    ----------
    before
        The study without them.
    proposals
        With ids that differ, each with a street; what they close is known.

    Returns
    -------
    reached, places
        For each threshold of the study; and for each id of a proposal that opens a facility its
        one place, tied to its street.
    """
    openings = [one.model_copy(update={"closes": ()}) for one in proposals if one.lonlat]
    after = before.with_proposals(openings)
    row = {name: at for at, name in enumerate(after.served_ids.tolist())}
    own = [row[one.facility_id] if one.lonlat else -1 for one in proposals]
    ids = before.served_ids.tolist()
    closers = tuple(
        frozenset(at for at, one in enumerate(proposals) if name in one.closes) for name in ids
    )
    reached: dict[Threshold, Reached] = {}
    for access in after.accesses:
        nobody = csr_array((1, access.od.shape[1]))
        both = csr_array(vstack([access.od, nobody], format="csr"))
        for threshold in access.thresholds:
            within = marks_within(both, threshold.limit)
            reached[threshold] = Reached(
                before.prepared.demand.population,
                csr_array(within[own]),
                csr_array(within[[row[name] for name in ids]]),
                closers,
            )
    served = after.prepared.served
    places = {
        one.id: served.take(np.array([at]))
        for one, at in zip(proposals, own, strict=True)
        if at >= 0
    }
    return reached, places


def marked(marks: csr_array) -> NDArray[np.bool_]:
    """Tell which columns hold a mark.

    Parameters
    ----------
    marks
        Shape (places, demand points).

    Returns
    -------
    ndarray of bool
        Shape (demand points,).
    """
    return np.bincount(marks.indices, minlength=marks.shape[1]) > 0
