"""The record: events that are only ever added, each chained to the one before by its hash."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from facility_coverage.errors import FacilityCoverageError
from facility_coverage.words import Remark

GENESIS = "0" * 64
"""What stands as the hash before the first event."""


class TamperedError(FacilityCoverageError):
    """The record was changed after it was written."""

    code = "tampered"
    http_status = 409
    exit_code = 9


@dataclass(frozen=True)
class Entry:
    """An event as a store keeps it: the very text that its hash is of.

    Attributes
    ----------
    number
        Counts from 1, without a gap.
    body
        Canonical JSON of all fields of the event.
    hash
        SHA-256 of the body.
    """

    number: int
    body: str
    hash: str


@dataclass(frozen=True)
class Event:
    """Something that happened to a proposal.

    Attributes
    ----------
    number
        Its place in the chain of all proposals, from 1.
    when
        ISO 8601 in UTC, to the microsecond.
    who
        ``account/name``.
    what
        The action.
    proposal
        Number of the proposal.
    old, new
        What it changed: the fields before and after, as plain JSON values.
    previous
        Hash of the event before.
    """

    number: int
    when: str
    who: str
    what: str
    proposal: int
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    previous: str

    @classmethod
    def read(cls, entry: Entry) -> Self:
        """Read an event that a store kept.

        Parameters
        ----------
        entry
            As it was kept.

        Returns
        -------
        Event
            The event.

        Raises
        ------
        TamperedError
            It is no event of ours.
        """
        try:
            return cls(**json.loads(entry.body))
        except (ValueError, TypeError) as error:
            msg = "record {number}: not an event of this program; it was changed by hand"
            raise TamperedError(msg, number=entry.number) from error

    @property
    def body(self) -> str:
        """Return the text that the hash is of."""
        return canonical(vars(self))

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the body."""
        return digest_of(self.body)

    @property
    def entry(self) -> Entry:
        """Return the event as a store keeps it."""
        body = self.body
        return Entry(self.number, body, digest_of(body))


@dataclass(frozen=True)
class Fault:
    """The first record that is not what was written.

    Attributes
    ----------
    number
        Number of the record.
    reason
        What is wrong with it.
    """

    number: int
    reason: Remark


@dataclass(frozen=True)
class Chain:
    """What came of verifying a chain.

    Attributes
    ----------
    count
        Events that are as they were written.
    head
        Hash of the last of them.
    fault
        The first record that is broken; None where all are whole.
    """

    count: int
    head: str
    fault: Fault | None


def verify_chain(entries: Iterable[Entry]) -> Chain:
    """Verify that every event is as it was written, and that none is missing between two.

    What was cut off at the end leaves no trace in the chain itself: who wrote a head down
    elsewhere, such as on a signed sheet, finds it missing.

    Parameters
    ----------
    entries
        The whole record in the order of its numbers.

    Returns
    -------
    Chain
        How far it holds.
    """
    count, head = 0, GENESIS
    for entry in entries:
        fault = _fault(entry, count + 1, head)
        if fault is not None:
            return Chain(count, head, fault)
        count, head = count + 1, entry.hash
    return Chain(count, head, None)


def _fault(entry: Entry, number: int, previous: str) -> Fault | None:
    """Return what is wrong with an entry that should have this number and this predecessor."""
    if entry.number != number:
        return Fault(number, Remark("it is missing, or its number was changed"))
    if digest_of(entry.body) != entry.hash:
        return Fault(number, Remark("its content and its hash do not belong together"))
    try:
        event = Event.read(entry)
    except TamperedError:
        return Fault(number, Remark("it is not an event of this program"))
    if event.number != number:
        return Fault(number, Remark("it was written as another number"))
    if event.previous != previous:
        return Fault(number, Remark("it does not continue the record before it"))
    return None


def canonical(value: Mapping[str, Any]) -> str:
    """Return the one JSON text of a value.

    Parameters
    ----------
    value
        Plain values for JSON.

    Returns
    -------
    str
        Keys sorted, no spaces, every letter as it is.
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def time_text(now_s: float) -> str:
    """Return a time as the record has it.

    Parameters
    ----------
    now_s
        Seconds since 1970.

    Returns
    -------
    str
        Such as ``2026-03-01T08:30:00.000000Z``.
    """
    return datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
