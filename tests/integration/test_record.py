"""Proposals and their record, the same on SQLite and on PostgreSQL."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, text
from toy_study import toy_sections

from facility_coverage.errors import NotFoundError
from facility_coverage.proposals.audit import Audit, audit
from facility_coverage.proposals.events import TamperedError
from facility_coverage.proposals.workflow import (
    Actor,
    Case,
    OutdatedReviewError,
    OwnProposalError,
    Request,
    Sheet,
    TransitionError,
)
from facility_coverage.study_file import Study
from facility_coverage_api.store.database import StoreError
from facility_coverage_api.store.proposals import VersionError
from facility_coverage_api.store.store import Store
from facility_coverage_api.store.studies import ConflictError, StoredStudy

ANN = Actor("ann", "安")
BOB = Actor("bob", "Bob", is_reviewer=True)
CONTENT = {
    "id": "P1",
    "title": "东郊中心 <b>",
    "lonlat": [113.35, 23.130000000000003],
    "beds": None,
}
SHEET = Sheet("ab" * 32, "cd" * 32)


def register(store: Store, **more: Any) -> StoredStudy:  # noqa: ANN401  (sections of a study)
    stored = store.files.put(io.BytesIO(b"x"))
    upload = store.uploads.add("ann", "streets.osm", {"streets.osm": stored})
    sections = toy_sections()
    for name in ("network", "boundaries", "facilities", "demand"):
        sections[name]["source"] = upload.reference
    return store.studies.add("ann", Study.model_validate(sections | more), "tianhe")[0]


def add(store: Store, proposal_id: str = "P1", study_id: str = "tianhe") -> Case:
    return store.proposals.add(study_id, CONTENT | {"id": proposal_id}, ANN)


def under_review(store: Store) -> Case:
    sheet = replace(SHEET, inputs=register(store).digest)
    case = store.proposals.take(add(store).number, 1, Request("submit"), ANN)
    return store.proposals.take(case.number, 2, Request("start", sheet=sheet), BOB)


def audited(store: Store, noted: str | None = None) -> Audit:
    with store.proposals.whole_record() as (entries, cases):
        return audit(entries, cases, noted)


@contextmanager
def by_hand(store: Store) -> Iterator[Connection]:
    """Change the database as somebody would who may do everything with it."""
    with store.database.writing() as connection:
        if store.database.is_postgresql:
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER events_are_kept"))
        else:
            for change in ("UPDATE", "DELETE"):
                connection.execute(text(f"DROP TRIGGER events_are_kept_on_{change}"))
        yield connection
        if store.database.is_postgresql:
            connection.execute(text("ALTER TABLE events ENABLE TRIGGER events_are_kept"))


def test_a_proposal_and_its_record(store: Store) -> None:
    assert audited(store).faults == ()
    case = under_review(store)
    assert store.proposals.get(case.number) == case
    assert (case.state, case.version, case.sheet) == ("under_review", 3, SHEET.folder)
    approved = store.proposals.take(
        case.number, 3, Request("approve", "好", ("先开门诊", "≥ 2000 m²")), BOB
    )
    assert store.proposals.get(case.number) == approved
    assert approved.conditions == ("先开门诊", "≥ 2000 m²")
    events = store.proposals.events(case.number)
    assert [(event.number, event.what, event.who) for event in events] == [
        (1, "add", "ann/安"),
        (2, "submit", "ann/安"),
        (3, "start", "bob/Bob"),
        (4, "approve", "bob/Bob"),
    ]
    assert events[0].new["content"] == CONTENT
    found = audited(store, events[1].hash)
    assert (found.faults, found.chain.count) == ((), 4)
    for twice in ("approve", "submit", "withdraw"):
        with pytest.raises(TransitionError, match=r"is approved: .* that is final"):
            store.proposals.take(case.number, 4, Request(twice), BOB)
    assert audited(store).chain.count == 4


def test_what_is_refused_leaves_no_trace(store: Store) -> None:
    case = store.proposals.add("tianhe", CONTENT, BOB)
    store.proposals.take(case.number, 1, Request("submit"), BOB)
    with pytest.raises(OwnProposalError):
        store.proposals.take(case.number, 2, Request("start", sheet=SHEET), BOB)
    with pytest.raises(VersionError, match="has version 2, and you saw 1"):
        store.proposals.take(case.number, 1, Request("comment", "x"), BOB)
    with pytest.raises(ConflictError, match=f"proposal {case.number} of 'tianhe' has the id 'P1'"):
        add(store)
    other = add(store, "P2")
    with pytest.raises(ConflictError, match="choose another id"):
        store.proposals.take(other.number, 1, Request("edit", content=CONTENT), ANN)
    for number in (0, -1, 99, 2**31, 2**70):
        for call in (store.proposals.get, store.proposals.events):
            with pytest.raises(NotFoundError, match=f"there is no proposal {number}"):
                call(number)
    assert audited(store).chain.count == 3
    store.proposals.take(case.number, 2, Request("withdraw"), BOB)
    assert add(store).number == other.number + 1  # its id is free again


def test_pages_and_pending_ones(store: Store) -> None:
    numbers = [add(store, f"P{at}").number for at in range(4)]
    elsewhere = add(store, study_id="other").number
    for number in numbers[:3]:
        store.proposals.take(number, 1, Request("submit"), ANN)
    page = store.proposals.page
    assert [case.number for case in page()] == [*numbers, elsewhere]
    some = page(study_id="tianhe", limit=2, after=numbers[0])
    assert [case.number for case in some] == numbers[1:3]
    drafts = page(states=["draft"])
    assert [case.number for case in drafts] == [numbers[3], elsewhere]
    assert [case.number for case in store.proposals.pending("tianhe")] == numbers[:3]


def test_open_reviews_of_a_study_that_changed_are_outdated(store: Store) -> None:
    case = under_review(store)
    draft = add(store, "P2")
    store.studies.delete("tianhe")
    register(store)
    assert not store.proposals.get(case.number).is_outdated  # the same study again
    store.studies.delete("tianhe")
    register(store, siting={"sites": 3})
    outdated = store.proposals.get(case.number)
    assert (outdated.is_outdated, outdated.version) == (True, case.version + 1)
    assert store.proposals.events(case.number)[-1].who == "service/service"
    assert store.proposals.get(draft.number) == draft
    store.studies.delete("tianhe")
    newest = register(store, siting={"sites": 4})
    again = store.proposals.get(case.number)
    assert again == outdated  # told once
    sheet = Sheet("12" * 32, newest.digest)
    old = Request("rerun", sheet=SHEET)
    with pytest.raises(OutdatedReviewError, match="changed while the review was made"):
        store.proposals.take(case.number, again.version, old, BOB)
    rerun = store.proposals.take(case.number, again.version, Request("rerun", sheet=sheet), BOB)
    assert not rerun.is_outdated
    assert audited(store).faults == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET body = 'x'",
        "UPDATE events SET number = 9",
        "DELETE FROM events",
    ],
)
def test_events_are_only_ever_added(store: Store, statement: str) -> None:
    add(store)
    with (
        pytest.raises(StoreError, match="events are only ever added"),
        store.database.writing() as connection,
    ):
        connection.execute(text(statement))
    assert audited(store).chain.count == 1


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            "UPDATE events SET body = REPLACE(body, 'submitted', 'submitteD') WHERE number = 2",
            "record 2: its content and its hash do not belong together",
        ),
        (
            "UPDATE events SET hash = REPLACE(hash, SUBSTR(hash, 1, 1), 'x') WHERE number = 3",
            "record 3: its content and its hash do not belong together",
        ),
        ("DELETE FROM events WHERE number = 2", "record 2: it is missing, or its number was"),
        ("DELETE FROM events WHERE number = 3", "proposal 1: not what its events say: updated, s"),
        (
            "UPDATE proposals SET state = 'approved' WHERE number = 1",
            "proposal 1: not what its events say: state",
        ),
        (
            'UPDATE proposals SET content = \'{"id": "P1"}\' WHERE number = 1',
            "proposal 1: not what its events say: content",
        ),
    ],
)
def test_a_hand_in_the_database_is_found(store: Store, statement: str, fault: str) -> None:
    under_review(store)
    with by_hand(store) as connection:
        connection.exec_driver_sql(statement)
    (found,) = audited(store).faults
    assert found.told("en").startswith(fault)


def test_an_event_that_became_something_else_cannot_be_read(store: Store) -> None:
    case = add(store)
    with by_hand(store) as connection:
        connection.execute(text("UPDATE events SET body = 'x'"))
    with pytest.raises(TamperedError, match="record 1: not an event"):
        store.proposals.events(case.number)


def test_no_change_is_lost_between_clients(store: Store, tmp_path: Path, database_url: str) -> None:
    clients, each = 8, 25
    case = add(store)
    all_have_read = Barrier(clients)

    def change(client: int) -> int:
        """Comment so often, each time on what was read last; return how often it was too late."""
        own = Store.open(database_url, tmp_path / "service")
        late = 0
        for at in range(each):
            while True:
                seen = own.proposals.get(case.number)
                if at == late == 0:
                    all_have_read.wait()
                asked = Request("comment", f"{client}: {at}")
                try:
                    own.proposals.take(case.number, seen.version, asked, ANN)
                except VersionError:
                    late += 1
                else:
                    break
        own.close()
        return late

    with ThreadPoolExecutor(clients) as pool:
        assert sum(pool.map(change, range(clients))) >= clients - 1
    told = [event.new["comment"] for event in store.proposals.events(case.number)[1:]]
    assert len(told) == len(set(told)) == clients * each
    assert store.proposals.get(case.number).version == clients * each + 1
    found = audited(store)
    assert (found.faults, found.chain.count) == ((), clients * each + 1)
