"""How a step of a proposal is written: its event and its row, in one transaction."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from facility_coverage.proposals.events import GENESIS, Event, time_text
from facility_coverage.proposals.workflow import SERVICE, Case, Request, Step, after, step
from facility_coverage_api.store.tables import EVENTS, PROPOSALS


def write(connection: Connection, case: Case | None, taken: Step, now_s: float) -> Case:
    """Write a step into the record, and what it makes of the proposal.

    Parameters
    ----------
    connection
        A transaction that writes alone: nobody else continues the chain meanwhile.
    case
        The proposal as it stands in the same transaction; None begins one.
    taken
        The step.
    now_s
        Seconds since 1970.

    Returns
    -------
    Case
        The proposal after it.
    """
    if case is None:
        number = (
            connection.execute(select(func.coalesce(func.max(PROPOSALS.c.number), 0))).scalar_one()
            + 1
        )
    else:
        number = case.number
    last = connection.execute(
        select(EVENTS.c.number, EVENTS.c.hash).order_by(EVENTS.c.number.desc()).limit(1)
    ).one_or_none()
    event = Event(
        number=1 if last is None else last.number + 1,
        when=time_text(now_s),
        who=taken.who,
        what=taken.what,
        proposal=number,
        old=taken.old,
        new=taken.new,
        previous=GENESIS if last is None else last.hash,
    )
    changed = after(case, event)
    values = asdict(changed)
    if case is None:
        connection.execute(insert(PROPOSALS).values(values))
    else:
        own = PROPOSALS.c.number == number
        connection.execute(update(PROPOSALS).where(own).values(values))
    entry = asdict(event.entry)
    connection.execute(insert(EVENTS).values(entry | {"proposal": number}))
    return changed


def outdate(connection: Connection, study_id: str, digest: str, now_s: float) -> None:
    """Mark the open reviews of a study that were made of other inputs.

    Parameters
    ----------
    connection
        A transaction that writes alone.
    study_id
        The study.
    digest
        Of its inputs now.
    now_s
        Seconds since 1970.
    """
    held = (
        (PROPOSALS.c.study_id == study_id)
        & (PROPOSALS.c.state == "under_review")
        & (PROPOSALS.c.inputs != digest)
        & PROPOSALS.c.is_outdated.is_(False)
    )
    found = connection.execute(select(PROPOSALS).where(held).order_by(PROPOSALS.c.number)).all()
    for row in found:
        case = case_of(row)
        write(connection, case, step(case, Request("outdate"), SERVICE), now_s)


def case_of(row: Row[Any]) -> Case:
    """Return a proposal as its row has it.

    Parameters
    ----------
    row
        Every column of ``proposals``.

    Returns
    -------
    Case
        The proposal.
    """
    values = dict(row._mapping)  # noqa: SLF001  (SQLAlchemy's public name for a row as a mapping)
    return Case(**values | {"conditions": tuple(values["conditions"])})
