"""The proposals of every study: how each stands, and the record of what happened."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from facility_coverage.errors import FacilityCoverageError, NotFoundError
from facility_coverage.proposals.events import Entry, Event, time_text
from facility_coverage.proposals.workflow import (
    OPEN,
    PENDING,
    Actor,
    Case,
    OutdatedReviewError,
    Request,
    Sheet,
    State,
    first_step,
    step,
)
from facility_coverage_api.store.clock import Clock
from facility_coverage_api.store.database import Database
from facility_coverage_api.store.record import case_of, write
from facility_coverage_api.store.studies import ConflictError
from facility_coverage_api.store.tables import EVENTS, PROPOSALS, STUDIES

_ENTRIES_AT_ONCE = 1_000
_LARGEST_NUMBER = 2**31 - 1


class VersionError(FacilityCoverageError):
    """The proposal was changed by somebody else since it was read."""

    code = "version"
    http_status = 412
    exit_code = 2


@dataclass(frozen=True)
class ProposalRegister:
    """The proposals of every study.

    Attributes
    ----------
    database
        Where they are listed.
    clock
        Tells the time.
    """

    database: Database
    clock: Clock

    def add(self, study_id: str, content: Mapping[str, Any], actor: Actor) -> Case:
        """Begin a proposal as a draft.

        Parameters
        ----------
        study_id
            The study that it belongs to.
        content
            The proposal as plain values, with a key ``id``.
        actor
            Who proposes it.

        Returns
        -------
        Case
            The draft.

        Raises
        ------
        ConflictError
            An open proposal of this study has its id.
        """
        with self.database.writing(alone=True) as connection:
            _require_only(connection, study_id, content, None)
            begun = first_step(study_id, content, actor)
            return write(connection, None, begun, self.clock())

    def take(self, number: int, version: int, request: Request, actor: Actor) -> Case:
        """Take a step, if nobody took another one meanwhile.

        Parameters
        ----------
        number
            The proposal.
        version
            The one that the caller has seen.
        request, actor
            What is asked, and by whom.

        Returns
        -------
        Case
            The proposal after it.

        Raises
        ------
        NotFoundError
            There is no such proposal.
        VersionError
            It has another version by now.
        OutdatedReviewError
            The study changed while its review was made.
        FacilityCoverageError
            The step may not be taken (see ``workflow.step``), or an edit gives it the id of another
            open proposal.
        """
        with self.database.writing(alone=True) as connection:
            case = _found(connection, number)
            require_version(case, version)
            taken = step(case, request, actor)
            if request.action in {"start", "rerun"} and request.sheet is not None:
                _require_current(connection, case, request.sheet)
            if request.content is not None:
                _require_only(connection, case.study_id, request.content, number)
            return write(connection, case, taken, self.clock())

    def get(self, number: int) -> Case:
        """Return a proposal.

        Parameters
        ----------
        number
            The proposal.

        Returns
        -------
        Case
            As it stands.

        Raises
        ------
        NotFoundError
            There is none.
        """
        with self.database.reading() as connection:
            return _found(connection, number)

    def page(
        self,
        *,
        study_id: str | None = None,
        states: Collection[State] | None = None,
        limit: int | None = None,
        after: int = 0,
    ) -> tuple[Case, ...]:
        """Return some proposals in the order of their numbers.

        Parameters
        ----------
        study_id, states
            Only of these; None takes all.
        limit
            Most of them; None takes all.
        after
            Only with a larger number: that of the last one of the page before.

        Returns
        -------
        tuple of Case
            The page.
        """
        asked = select(PROPOSALS).where(PROPOSALS.c.number > after).order_by(PROPOSALS.c.number)
        if study_id is not None:
            asked = asked.where(PROPOSALS.c.study_id == study_id)
        if states is not None:
            asked = asked.where(PROPOSALS.c.state.in_(tuple(states)))
        with self.database.reading() as connection:
            return tuple(case_of(row) for row in connection.execute(asked.limit(limit)))

    def versions(self) -> dict[str, list[tuple[int, int]]]:
        """Return number and version of every proposal, which change when anything of it does.

        Returns
        -------
        dict of str to list
            By study, in the order of the numbers.
        """
        asked = select(PROPOSALS.c.study_id, PROPOSALS.c.number, PROPOSALS.c.version)
        found: dict[str, list[tuple[int, int]]] = {}
        with self.database.reading() as connection:
            for row in connection.execute(asked.order_by(PROPOSALS.c.number)):
                found.setdefault(row.study_id, []).append((row.number, row.version))
        return found

    def pending(self, study_id: str) -> tuple[Case, ...]:
        """Return the proposals that may be built: submitted, and not decided yet.

        Parameters
        ----------
        study_id
            The study.

        Returns
        -------
        tuple of Case
            Sorted by number.
        """
        return self.page(study_id=study_id, states=PENDING)

    def events(self, number: int) -> tuple[Event, ...]:
        """Return what happened to a proposal.

        Parameters
        ----------
        number
            The proposal.

        Returns
        -------
        tuple of Event
            From the first to the last.

        Raises
        ------
        NotFoundError
            There is no such proposal.
        TamperedError
            An event was changed into something else.
        """
        asked = select(EVENTS).where(EVENTS.c.proposal == number).order_by(EVENTS.c.number)
        with self.database.reading() as connection:
            _found(connection, number)
            return tuple(Event.read(_entry(row)) for row in connection.execute(asked))

    def now(self) -> str:
        """Return the time as the record writes it."""
        return time_text(self.clock())

    @contextmanager
    def whole_record(self) -> Iterator[tuple[Iterator[Entry], Iterator[Case]]]:
        """Open everything that can be audited, as it is at one moment.

        Yields
        ------
        entries, cases
            The whole chain, and every proposal; read as they are asked for.
        """
        with self.database.reading() as connection:
            if self.database.is_postgresql:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield _all_entries(connection), _all_cases(connection)


def require_version(case: Case, version: int) -> None:
    """Refuse to change what the caller has not seen.

    Parameters
    ----------
    case
        As it stands.
    version
        The one that the caller has seen.

    Raises
    ------
    VersionError
        It is another one.
    """
    if case.version != version:
        msg = (
            "proposal {number} has version {version}, and you saw {seen}; read it again, then "
            "decide"
        )
        raise VersionError(msg, number=case.number, version=case.version, seen=version)


def _require_current(connection: Connection, case: Case, sheet: Sheet) -> None:
    """Refuse a review of a study that changed while it was made."""
    asked = select(STUDIES.c.digest).where(STUDIES.c.id == case.study_id)
    if connection.execute(asked).scalar_one_or_none() != sheet.inputs:
        msg = "the study {study!r} changed while the review was made; ask again"
        raise OutdatedReviewError(msg, study=case.study_id)


def _found(connection: Connection, number: int) -> Case:
    row = None
    if 0 < number <= _LARGEST_NUMBER:  # no database is asked for what cannot be a number
        asked = select(PROPOSALS).where(PROPOSALS.c.number == number)
        row = connection.execute(asked).one_or_none()
    if row is None:
        msg = "there is no proposal {number}; 'proposal list' or GET /v1/proposals shows all"
        raise NotFoundError(msg, number=number)
    return case_of(row)


def _require_only(
    connection: Connection, study_id: str, content: Mapping[str, Any], number: int | None
) -> None:
    """Refuse an id that another open proposal of the study has: they are reviewed together."""
    asked = select(PROPOSALS).where(PROPOSALS.c.study_id == study_id, PROPOSALS.c.state.in_(OPEN))
    for row in connection.execute(asked):
        if row.number != number and row.content["id"] == content["id"]:
            msg = (
                "proposal {number} of {study!r} has the id {id!r} too; choose another id, or edit "
                "or withdraw that one"
            )
            raise ConflictError(msg, number=row.number, study=study_id, id=content["id"])


def _all_entries(connection: Connection) -> Iterator[Entry]:
    last = 0
    while True:
        asked = (
            select(EVENTS)
            .where(EVENTS.c.number > last)
            .order_by(EVENTS.c.number)
            .limit(_ENTRIES_AT_ONCE)
        )
        rows = connection.execute(asked).all()
        if not rows:
            return
        yield from map(_entry, rows)
        last = rows[-1].number


def _all_cases(connection: Connection) -> Iterator[Case]:
    for row in connection.execute(select(PROPOSALS).order_by(PROPOSALS.c.number)):
        yield case_of(row)


def _entry(row: Any) -> Entry:  # noqa: ANN401  (a row of SQLAlchemy)
    return Entry(row.number, row.body, row.hash)
