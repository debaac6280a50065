"""What a reviewer has at hand: a study that is measured once, for any number of proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from facility_coverage.errors import SchemaError
from facility_coverage.prepared import PreparedStudy
from facility_coverage.proposals.measured import Measured, require_known
from facility_coverage.proposals.place import read_water, require_place
from facility_coverage.proposals.proposal import Proposal
from facility_coverage.proposals.rank import Alternatives
from facility_coverage.proposals.sources import Source, settings_sha256, sources_of
from facility_coverage.travel.access import Access


@dataclass(frozen=True, eq=False)
class Desk:
    """A measured study, and what many reviews ask of it; each is worked out when first asked.

    Attributes
    ----------
    measured
        The study as it stands.
    """

    measured: Measured

    @classmethod
    def of(cls, prepared: PreparedStudy, accesses: Sequence[Access] | None = None) -> Self:
        """Lay a prepared study out.

        Parameters
        ----------
        prepared
            The study.
        accesses
            What ``prepared.measured()`` gave, where that is known already.

        Returns
        -------
        Desk
            For any number of reviews.
        """
        return cls(Measured.of(prepared, accesses))

    @cached_property
    def alternatives(self) -> Alternatives:
        """Return the candidates of the study as it stands."""
        return Alternatives.of(self.measured)

    @cached_property
    def water(self) -> NDArray[np.object_]:
        """Return the water of the street extract."""
        return read_water(self.measured.prepared)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Return the hashes of the study's files."""
        return sources_of(self.measured.prepared.study)

    @cached_property
    def settings_sha256(self) -> str:
        """Return the hash of the study's settings."""
        return settings_sha256(self.measured.prepared.study)

    def after_closing(self, proposals: Sequence[Proposal]) -> Measured:
        """Return the study without what some proposals close; nothing is opened.

        Parameters
        ----------
        proposals
            Any.

        Returns
        -------
        Measured
            The study as it stands where none closes anything.
        """
        closures = [
            one.model_copy(update={"lonlat": None, "parcel": None})
            for one in proposals
            if one.closes
        ]
        if not closures:
            return self.measured
        return self.measured.with_proposals(closures, may_be_none=True)

    def alternatives_after(self, closed: Measured) -> Alternatives:
        """Return the candidates after closures.

        Parameters
        ----------
        closed
            From ``after_closing``.

        Returns
        -------
        Alternatives
            Those of the study as it stands where nothing was closed.
        """
        return self.alternatives if closed is self.measured else Alternatives.of(closed)

    def require(self, *proposals: Proposal) -> None:
        """Refuse proposals that cannot be carried out in this study.

        Parameters
        ----------
        *proposals
            Any number.

        Raises
        ------
        SchemaError
            Two share an id.
        NotFoundError
            One closes a facility that the study does not have.
        GeometryError, UnreachableError
            One stands outside the study, in water or far from any street.
        """
        ids = [one.id for one in proposals]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            msg = "two proposals share the id {id!r}; give each an id of its own"
            raise SchemaError(msg, id=twice[0])
        require_known(self.measured.prepared, proposals)
        for one in proposals:
            require_place(self.measured.prepared, one, self.water)
