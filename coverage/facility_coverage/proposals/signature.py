"""A signature under a review sheet: who decided, when, and what was asked for."""

from facility_coverage.proposals.proposal import Frozen


class Signature(Frozen):
    """What a reviewer put under a sheet."""

    name: str
    account: str
    """By which key the reviewer was known."""
    when: str
    """UTC, ISO 8601."""
    conditions: tuple[str, ...] = ()
    comment: str = ""
    record: str = ""
    """Hash of the event of the record that it follows."""
