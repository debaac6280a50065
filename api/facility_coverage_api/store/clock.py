"""What time it is; an argument of everything that keeps time."""

from collections.abc import Callable

Clock = Callable[[], float]
"""Returns seconds since 1970. Machines that share a database keep theirs in step (NTP)."""
