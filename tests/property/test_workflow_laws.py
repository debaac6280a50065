"""Whatever is tried in which order: the record stays whole, and nothing leads out of the end."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_coverage.errors import InputError
from facility_coverage.proposals.audit import Audit, audit
from facility_coverage.proposals.events import (
    GENESIS,
    Entry,
    Event,
    TamperedError,
    time_text,
    verify_chain,
)
from facility_coverage.proposals.workflow import (
    FINAL,
    OPEN,
    RULES,
    SERVICE,
    Action,
    Actor,
    Case,
    NotYoursError,
    OutdatedReviewError,
    OwnProposalError,
    Request,
    Sheet,
    Step,
    TransitionError,
    after,
    first_step,
    step,
)

ANN = Actor("ann", "安")
BOB = Actor("bob", "Bob", is_reviewer=True)
EVE = Actor("eve", "Eve", is_reviewer=True)
ACTORS = (ANN, BOB, EVE, SERVICE)
SHEET = Sheet("ab" * 32, "cd" * 32)
CONTENT = {"id": "P1", "title": "东郊中心", "proposer": "", "lonlat": [113.35, 23.13]}


def request_of(action: Action, text: str = "x") -> Request:
    """Return a request that holds what its step needs."""
    return Request(
        action,
        comment=text,
        conditions=(text + ".",) if action == "approve" else (),
        content=CONTENT | {"title": text} if action == "edit" else None,
        sheet=SHEET if action in {"start", "rerun"} else None,
    )


A_REQUEST = st.builds(
    request_of,
    st.sampled_from(list(RULES)),
    st.text("ab中文 \n", min_size=1, max_size=8),
)
SOME_STEPS = st.lists(st.tuples(A_REQUEST, st.sampled_from(ACTORS)), max_size=30)


@dataclass
class Ledger:
    """A record in memory: what the store does, without a store."""

    events: list[Event] = field(default_factory=list)
    cases: dict[int, Case] = field(default_factory=dict)

    def write(self, number: int, taken: Step) -> Case:
        """Write a step."""
        last = self.events[-1].hash if self.events else GENESIS
        at = len(self.events) + 1
        event = Event(at, time_text(at), taken.who, taken.what, number, taken.old, taken.new, last)
        self.events.append(event)
        self.cases[number] = after(self.cases.get(number), event)
        return self.cases[number]

    @property
    def entries(self) -> list[Entry]:
        """Return the record as a store keeps it."""
        return [event.entry for event in self.events]


def ledger_of(tried: list[tuple[Request, Actor]]) -> Ledger:
    """Try steps on a proposal of Ann's and on one of Bob's, in turns."""
    ledger = Ledger()
    for number, actor in enumerate((ANN, BOB), start=1):
        ledger.write(number, first_step("toy", CONTENT | {"id": str(number)}, actor))
    for at, (request, actor) in enumerate(tried):
        number = at % 2 + 1
        before, count = ledger.cases[number], len(ledger.events)
        try:
            changed = ledger.write(number, step(before, request, actor))
        except (TransitionError, NotYoursError, OutdatedReviewError):
            assert (len(ledger.events), ledger.cases[number]) == (count, before)
        else:
            assert before.state not in FINAL
            assert len(ledger.events) == count + 1
            assert changed.version == before.version + 1
            assert ledger.events[-1].who == actor.signature
    return ledger


@settings(max_examples=40, deadline=None)
@given(SOME_STEPS)
def test_every_change_is_one_event_and_the_chain_verifies(
    tried: list[tuple[Request, Actor]],
) -> None:
    ledger = ledger_of(tried)
    found = audit(ledger.entries, ledger.cases.values())
    assert found.faults == ()
    assert (found.chain.count, found.chain.head) == (len(ledger.events), ledger.events[-1].hash)
    assert sum(case.version for case in ledger.cases.values()) == len(ledger.events)
    for event in ledger.events:
        assert Event.read(event.entry) == event
        if event.what in {"start", "rerun", "approve", "reject", "return"}:
            assert event.who != ledger.cases[event.proposal].proposed_by


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(FINAL), A_REQUEST, st.sampled_from(ACTORS))
def test_no_path_leads_from_a_final_state(state: Any, request: Request, actor: Actor) -> None:  # noqa: ANN401
    case = replace(reviewed(), state=state)
    with pytest.raises(TransitionError, match="that is final"):
        step(case, request, actor)


@settings(max_examples=40, deadline=None)
@given(SOME_STEPS, st.data())
def test_any_changed_byte_is_found(tried: list[tuple[Request, Actor]], data: st.DataObject) -> None:
    entries = ledger_of(tried).entries
    at = data.draw(st.integers(0, len(entries) - 1), label="record")
    in_body = data.draw(st.booleans(), label="in the body")
    kept = entries[at]
    content = bytearray((kept.body if in_body else kept.hash).encode())
    place = data.draw(st.integers(0, len(content) - 1), label="byte")
    content[place] ^= data.draw(st.integers(1, 255), label="change")
    changed = bytes(content).decode(errors="surrogateescape")
    entries[at] = replace(kept, body=changed) if in_body else replace(kept, hash=changed)
    fault = verify_chain(entries).fault
    assert fault is not None
    assert fault.number == at + 1


def told(found: Audit) -> list[str]:
    """Return the faults of an audit in English."""
    return [fault.told("en") for fault in found.faults]


@settings(max_examples=30, deadline=None)
@given(SOME_STEPS, st.data())
def test_a_record_that_is_missing_moved_or_written_anew_is_found(
    tried: list[tuple[Request, Actor]], data: st.DataObject
) -> None:
    ledger = ledger_of(tried)
    entries, head = ledger.entries, ledger.events[-1].hash
    at = data.draw(st.integers(0, len(entries) - 2), label="record")
    missing = entries[:at] + entries[at + 1 :]
    swapped = [*entries[:at], entries[at + 1], entries[at], *entries[at + 2 :]]
    # the content changed, and its own hash with it: then the next one does not continue it
    forged = replace(ledger.events[at], who="mallory/Mallory").entry
    anew = [*entries[:at], forged, *entries[at + 1 :]]
    for changed, number in ((missing, at + 1), (swapped, at + 1), (anew, at + 2)):
        fault = verify_chain(changed).fault
        assert fault is not None
        assert fault.number == number
    cut = told(audit(entries[:-1], (), head))
    assert f"record: no event has the hash {head} that was written down" in cut
    assert audit(entries, ledger.cases.values(), head).faults == ()


def reviewed(proposer: Actor = ANN) -> Case:
    """Return a proposal under review, with a sheet."""
    ledger = Ledger()
    case = ledger.write(1, first_step("toy", CONTENT, proposer))
    case = ledger.write(1, step(case, Request("submit"), proposer))
    return ledger.write(1, step(case, Request("start", sheet=SHEET), EVE))


def test_a_proposal_from_draft_to_approved() -> None:
    ledger = Ledger()
    case = ledger.write(7, first_step("toy", CONTENT, ANN))
    assert (case.number, case.state, case.version, case.title) == (7, "draft", 1, "东郊中心")
    signed = Sheet("ef" * 32, SHEET.inputs)
    for request, actor, state in (
        (Request("submit"), ANN, "submitted"),
        (Request("start", sheet=SHEET), BOB, "under_review"),
        (Request("return", "面积?"), BOB, "returned"),
        (Request("edit", content=CONTENT | {"title": "新"}), ANN, "returned"),
        (Request("submit"), ANN, "submitted"),
        (Request("start", sheet=SHEET), BOB, "under_review"),
        (Request("comment", "请补充面积"), ANN, "under_review"),
        (Request("approve", "", ("先开发热门诊",), sheet=signed), BOB, "approved"),
    ):
        case = ledger.write(7, step(case, request, actor))
        assert case.state == state
    assert (case.sheet, case.inputs, case.conditions) == (
        signed.folder,
        SHEET.inputs,
        ("先开发热门诊",),
    )
    returned, edited = ledger.events[3], ledger.events[4]
    assert (returned.old, returned.new) == (
        {"state": "under_review"},
        {"state": "returned", "comment": "面积?"},
    )
    assert edited.new == {
        "content": CONTENT | {"title": "新"},
        "sheet": None,
        "inputs": None,
    }
    assert edited.old["sheet"] == SHEET.folder
    assert ledger.events[-2].old == {}


def test_nobody_decides_on_their_own() -> None:
    for proposer, actor in (
        (BOB, BOB),  # the same key
        (BOB, Actor("bob", "Robert", is_reviewer=True)),  # under another name
        (ANN, Actor("second", " 安 ", is_reviewer=True)),  # the same name with another key
        (Actor("local", "Li", shares_account=True), Actor("local", "LI", True, True)),  # noqa: FBT003
    ):
        for action in ("approve", "reject", "return", "rerun"):
            with pytest.raises(OwnProposalError, match=f"{actor.name.strip()}"):
                step(reviewed(proposer), request_of(action), actor)
    named = replace(reviewed(), content=CONTENT | {"proposer": "Eve"})
    with pytest.raises(OwnProposalError):
        step(named, Request("approve"), EVE)
    assert step(reviewed(), Request("approve"), EVE).new == {"state": "approved"}


def test_who_shares_an_account_is_told_apart_by_name() -> None:
    li = Actor("local", "Li", is_reviewer=True, shares_account=True)
    wang = Actor("local", "Wang", is_reviewer=True, shares_account=True)
    assert step(reviewed(li), Request("approve"), wang).who == "local/Wang"
    with pytest.raises(NotYoursError, match="only its proposer"):
        step(reviewed(li), Request("withdraw"), wang)
    assert step(reviewed(li), Request("withdraw"), li).new == {"state": "withdrawn"}


@pytest.mark.parametrize(
    ("action", "actor", "told"),
    [
        ("approve", Actor("cyd", "Cyd"), "needs a reviewer"),
        ("withdraw", BOB, "only its proposer"),
        ("withdraw", Actor("eve", "安", is_reviewer=True), "only its proposer"),
        ("outdate", BOB, "a step of the program"),
    ],
)
def test_a_step_of_somebody_else(action: Action, actor: Actor, told: str) -> None:
    with pytest.raises(NotYoursError, match=told) as caught:
        step(reviewed(), request_of(action), actor)
    assert type(caught.value) is NotYoursError


def test_an_outdated_review_is_run_again_before_it_is_signed() -> None:
    outdated = replace(reviewed(), is_outdated=True)
    with pytest.raises(OutdatedReviewError, match="'rerun' it first"):
        step(outdated, Request("approve"), BOB)
    again = Sheet("12" * 32, "34" * 32)
    taken = step(outdated, Request("rerun", sheet=again), BOB)
    assert taken.old["is_outdated"] is True
    assert taken.new == {"sheet": again.folder, "inputs": again.inputs, "is_outdated": False}


def test_what_a_step_cannot_be_asked_with() -> None:
    wrongs: tuple[dict[str, Any], ...] = (
        {"action": "comment"},
        {"action": "reject"},
        {"action": "return"},
        {"action": "comment", "comment": "a\0b"},
        {"action": "comment", "comment": "x" * 4001},
        {"action": "submit", "conditions": ("x",)},
        {"action": "approve", "conditions": ("",)},
        {"action": "approve", "conditions": ("x",) * 21},
    )
    for wrong in wrongs:
        with pytest.raises(InputError):
            Request(**wrong)
    for name in ("", " ", "a\nb", "x" * 101, "\ud800"):
        with pytest.raises(InputError, match="write 1 to 100 letters"):
            Actor("a", name)


def test_every_state_but_the_final_ones_can_be_left() -> None:
    left = {state for rule in RULES.values() if rule.target for state in rule.sources}
    assert left == set(OPEN)


def test_a_record_of_something_else() -> None:
    for body in ("[]", "{}", "x", '{"number": 1}'):
        with pytest.raises(TamperedError, match="record 1: not an event"):
            Event.read(Entry(1, body, ""))
    forged = Entry(1, "{}", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
    assert verify_chain([forged]).fault is not None
    begun = Ledger()
    begun.write(1, first_step("toy", CONTENT, ANN))
    other = replace(begun.events[0], number=2).entry
    fault = verify_chain([replace(other, number=1)]).fault
    assert fault is not None
    assert fault.reason.told("en") == "it was written as another number"


def test_rows_that_are_not_what_the_record_says() -> None:
    ledger = ledger_of([])
    one, two = ledger.cases[1], ledger.cases[2]
    changed = replace(one, state="approved")
    assert told(audit(ledger.entries, (changed, two))) == [
        "proposal 1: not what its events say: state",
    ]
    assert told(audit(ledger.entries, (one,))) == [
        "proposal 2: it is gone, and its events are not",
    ]
    assert told(audit(ledger.entries, (one, two, replace(one, number=3)))) == [
        "proposal 3: no event tells of it",
    ]
