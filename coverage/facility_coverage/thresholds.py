"""Coverage standards: how far is near enough, in walking minutes or in metres along the network."""

from dataclasses import dataclass
from typing import Literal

from facility_coverage.units import SECONDS_PER_MINUTE


@dataclass(frozen=True, order=True)
class Threshold:
    """The largest acceptable travel time or network distance; the bound is inclusive.

    Minutes and metres are tests of their own: the standards' metres and minutes imply different
    walking speeds, so neither is derived from the other.

    Parameters
    ----------
    kind
        ``"minutes"`` (travel time) or ``"metres"`` (distance along the network). Both include
        the off-street legs at either end.
    value
        The bound in that unit, positive.
    """

    kind: Literal["minutes", "metres"]
    value: float

    @property
    def label(self) -> str:
        """Return the suffix used in column names: ``15min`` or ``1250m``; no two share one."""
        return f"{float(self.value)!r}".removesuffix(".0") + (
            "min" if self.kind == "minutes" else "m"
        )

    @property
    def limit(self) -> float:
        """Return the bound in the kernel's unit: seconds for minutes, metres for metres."""
        return self.value * SECONDS_PER_MINUTE if self.kind == "minutes" else self.value


def by_kind(thresholds: tuple[Threshold, ...]) -> list[tuple[Threshold, ...]]:
    """Group thresholds by what they count: minutes, metres.

    Parameters
    ----------
    thresholds
        Rising, minutes first.

    Returns
    -------
    list of tuple of Threshold
        One group for each kind that occurs.
    """
    kinds = dict.fromkeys(threshold.kind for threshold in thresholds)
    return [tuple(t for t in thresholds if t.kind == kind) for kind in kinds]
