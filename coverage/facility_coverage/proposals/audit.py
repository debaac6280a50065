"""The audit: whether the record is whole, and whether every proposal is what its events say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from facility_coverage.proposals.events import Chain, Entry, Event, verify_chain
from facility_coverage.proposals.workflow import Case, after
from facility_coverage.words import Remark


@dataclass(frozen=True)
class Audit:
    """What came of an audit.

    Attributes
    ----------
    chain
        How far the chain holds.
    faults
        What is not as it was written, one line each; empty where all is well.
    """

    chain: Chain
    faults: tuple[Remark, ...]


def audit(entries: Iterable[Entry], cases: Iterable[Case], noted: str | None = None) -> Audit:
    """Hold the record against its hashes, and the proposals against the record.

    Parameters
    ----------
    entries
        The whole record in the order of its numbers.
    cases
        Every proposal as its row has it.
    noted
        A hash that was written down when it was the head of the chain, such as on a signed sheet;
        only with it a record that was cut off, or written anew as a whole, is found.

    Returns
    -------
    Audit
        The first broken record; where the chain is whole, every proposal that differs from it.
    """
    told: dict[int, Case] = {}
    is_known = noted is None

    def verified() -> Iterator[Entry]:
        nonlocal is_known
        for entry in entries:
            yield entry  # comes back only when the chain holds so far
            is_known = is_known or entry.hash == noted
            event = Event.read(entry)
            told[event.proposal] = after(told.get(event.proposal), event)

    chain = verify_chain(verified())
    if (fault := chain.fault) is not None:
        told_fault = Remark("record {number}: {reason}", number=fault.number, reason=fault.reason)
        return Audit(chain, (told_fault,))
    faults = list(_differences(told, cases))
    if not is_known:
        message = "record: no event has the hash {hash} that was written down"
        faults.append(Remark(message, hash=noted))
    return Audit(chain, tuple(faults))


def _differences(told: dict[int, Case], cases: Iterable[Case]) -> Iterator[Remark]:
    rows = {case.number: case for case in cases}
    for number in sorted(told.keys() | rows.keys()):
        case, row = told.get(number), rows.get(number)
        if case is None:
            yield Remark("proposal {number}: no event tells of it", number=number)
        elif row is None:
            yield Remark("proposal {number}: it is gone, and its events are not", number=number)
        elif case != row:
            names = ", ".join(
                name for name, value in vars(case).items() if value != getattr(row, name)
            )
            message = "proposal {number}: not what its events say: {names}"
            yield Remark(message, number=number, names=names)
