"""A clock that a test turns by hand."""

from dataclasses import dataclass


@dataclass
class HandClock:
    """Returns what it was set to; may be handed over as a store's clock."""

    now_s: float = 1_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds
