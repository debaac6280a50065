"""What carries districts out side by side: any engine answers each of them exactly once."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from facility_coverage.batch.district import District, Outcome
from facility_coverage.words import Remark

Carry = Callable[[District], Outcome]
"""Carries one district out. It raises nothing that is the district's own fault."""

MAX_TRIES = 3
"""How often a district is begun whose worker died under it."""


class Engine(Protocol):
    """Carries districts out, on this machine or on others."""

    def run(self, districts: Sequence[District], carry: Carry) -> Iterator[Outcome]:
        """Carry districts out.

        Parameters
        ----------
        districts
            In the order in which they are best begun.
        carry
            Carries one out; a function that other processes can import.

        Yields
        ------
        Outcome
            One a district, as they are done.
        """


def died(tries: int) -> Remark:
    """Return the reason of a district whose workers died.

    Parameters
    ----------
    tries
        How often it was begun.

    Returns
    -------
    Remark
        One line.
    """
    message = (
        "its worker died {tries} times, perhaps for want of memory; run it alone, or with fewer "
        "workers"
    )
    return Remark(message, tries=tries)
