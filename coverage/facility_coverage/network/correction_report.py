"""What corrections did to a street network: before and after, and every row with its fate."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from facility_coverage.inputs.correction import Outcome


@dataclass(frozen=True)
class CorrectionReport:
    """What a file of corrections did to a network.

    Attributes
    ----------
    sha256
        Of the file.
    year
        Up to which year rows count; None counts rows without a year alone.
    edges_before, edges
        Of the network without them, and with them.
    length_km_before, length_km
        Street length likewise.
    outcomes
        Every row, in the order of the file.
    """

    sha256: str
    year: int | None
    edges_before: int
    edges: int
    length_km_before: float
    length_km: float
    outcomes: tuple[Outcome, ...]

    def plain(self) -> dict[str, Any]:
        """Return all of it as plain values for JSON.

        Returns
        -------
        dict
            Field to value.
        """
        return asdict(self)

    @classmethod
    def of_plain(cls, values: dict[str, Any]) -> Self:
        """Read what ``plain`` returned.

        Parameters
        ----------
        values
            Field to value.

        Returns
        -------
        CorrectionReport
            The same.
        """
        outcomes = tuple(Outcome(**outcome) for outcome in values["outcomes"])
        return cls(**values | {"outcomes": outcomes})

    def summary(self) -> dict[str, Any]:
        """Return the figures and what became of each row, in English.

        Returns
        -------
        dict
            ``year, edges_before, edges, length_km_before, length_km, applied, not_yet,
            not_applicable`` (counts) and ``rows`` (``row, kind, name, status, told``).
        """
        status = [outcome.status for outcome in self.outcomes]
        return {
            "year": self.year,
            "edges_before": self.edges_before,
            "edges": self.edges,
            "length_km_before": self.length_km_before,
            "length_km": self.length_km,
            "applied": status.count("applied"),
            "not_yet": status.count("not_yet"),
            "not_applicable": status.count("not_applicable"),
            "rows": [
                {
                    "row": outcome.row,
                    "kind": outcome.kind,
                    "name": outcome.name,
                    "status": outcome.status,
                    "told": outcome.told("en"),
                }
                for outcome in self.outcomes
            ],
        }
