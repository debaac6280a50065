"""The way of a proposal: which step leads from which state to which, and who may take it.

draft ──submit──> submitted ──start──> under_review ──approve──> approved
  ^ edit             ^                    │  ├───────reject───> rejected
                     └──submit── returned <─return──┘
                                   ^ edit           withdraw: from any open state ──> withdrawn

A case is what its events say, one after the other: ``after`` is the only way it changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from facility_coverage.errors import FacilityCoverageError, InputError
from facility_coverage.proposals.events import Event

State = Literal[
    "draft", "submitted", "under_review", "returned", "approved", "rejected", "withdrawn"
]
Action = Literal[
    "add", "edit", "submit", "start", "rerun", "comment", "approve", "reject", "return",
    "withdraw", "outdate",
]  # fmt: skip
STATES: tuple[State, ...] = get_args(State)
FINAL: tuple[State, ...] = ("approved", "rejected", "withdrawn")
OPEN: tuple[State, ...] = tuple(state for state in STATES if state not in FINAL)
PENDING: tuple[State, ...] = ("submitted", "under_review")
"""Proposals that count beside another one: whoever reviews it may see them built too."""

MOST_CONDITIONS = 20
LONGEST_TEXT = 4_000
LONGEST_NAME = 100


class TransitionError(FacilityCoverageError):
    """No such step leads away from the state that the proposal is in."""

    code = "transition"
    http_status = 409
    exit_code = 2


class OutdatedReviewError(FacilityCoverageError):
    """The study changed after the review; it has to be run again before anybody signs it."""

    code = "outdated-review"
    http_status = 409
    exit_code = 2


class NotYoursError(FacilityCoverageError):
    """Only a reviewer, or only the proposer, may take this step."""

    code = "not-yours"
    http_status = 403
    exit_code = 2


class OwnProposalError(NotYoursError):
    """Nobody decides on their own proposal."""

    code = "own-proposal"


@dataclass(frozen=True)
class Actor:
    """Who takes a step.

    Attributes
    ----------
    account
        The key or the machine that the step comes from.
    name
        The name of the person, which stands under what is signed.
    is_reviewer
        Whether they may decide.
    shares_account
        Whether several people use the account, so that only their names tell them apart: on a
        machine of its own, without keys.
    """

    account: str
    name: str
    is_reviewer: bool = False
    shares_account: bool = False

    def __post_init__(self) -> None:
        """Refuse a name that nobody could read."""
        if not self.name.strip() or not self.name.isprintable() or len(self.name) > LONGEST_NAME:
            msg = "name {name!r}: write 1 to {most} letters, such as a person's"
            raise InputError(msg, name=self.name[:40], most=LONGEST_NAME)

    @property
    def signature(self) -> str:
        """Return how the record calls them."""
        return f"{self.account}/{self.name}"

    def may_change(self, case: "Case") -> bool:
        """Tell whether a proposal is theirs to change.

        Parameters
        ----------
        case
            The proposal.

        Returns
        -------
        bool
            Whether it came from their account, and where they share that, under their name.
        """
        account, _, name = case.proposed_by.partition("/")
        same_name = _folded(name) == _folded(self.name)
        return account == self.account and (same_name or not self.shares_account)

    def has_part_in(self, case: "Case") -> bool:
        """Tell whether they are too near to a proposal to decide on it.

        Parameters
        ----------
        case
            The proposal.

        Returns
        -------
        bool
            Whether it is theirs, or their name is that of its proposer, whatever the account.
        """
        name = case.proposed_by.partition("/")[2]
        names = {_folded(name), _folded(str(case.content.get("proposer") or name))}
        return self.may_change(case) or _folded(self.name) in names


SERVICE = Actor("service", "service")
"""The program itself, which notices that a study changed."""


@dataclass(frozen=True)
class Sheet:
    """A review that is kept.

    Attributes
    ----------
    folder
        Name of its folder of files: SHA-256 of the manifest.
    inputs
        Digest of the study that it was made of.
    """

    folder: str
    inputs: str


@dataclass(frozen=True)
class Request:
    """A step that somebody wants to take.

    Attributes
    ----------
    action
        Which one.
    comment
        Why, or what else is to be said.
    conditions
        Under which a proposal is approved.
    content
        The proposal as plain values, for ``add`` and ``edit``.
    sheet
        The review that ``start`` or ``rerun`` made, or that ``approve`` signs.
    """

    action: Action
    comment: str = ""
    conditions: tuple[str, ...] = ()
    content: Mapping[str, Any] | None = None
    sheet: Sheet | None = None

    def __post_init__(self) -> None:
        """Refuse what the step does not take, or lacks."""
        _require_text("comment", self.comment)
        for number, condition in enumerate(self.conditions):
            _require_text(f"conditions.{number}", condition, is_needed=True)
        if len(self.conditions) > MOST_CONDITIONS:
            msg = "conditions: {count} of them; at most {most}"
            raise InputError(msg, count=len(self.conditions), most=MOST_CONDITIONS)
        if self.conditions and self.action != "approve":
            msg = "conditions: only 'approve' has any, and this is {action!r}"
            raise InputError(msg, action=self.action)
        if self.action in _WITH_REASON and not self.comment:
            msg = "comment: {action!r} needs one; say what has to be known"
            raise InputError(msg, action=self.action)


@dataclass(frozen=True)
class Case:
    """A proposal on its way.

    Attributes
    ----------
    number
        Its name in addresses.
    study_id
        The study that it belongs to.
    proposed_by
        ``account/name``.
    created, updated
        Times of its first and last event.
    state
        Where it stands.
    version
        How many events it has.
    content
        The proposal as plain values.
    conditions
        Under which it was approved.
    sheet
        Folder of the last review; of an approved one it is the signed sheet.
    inputs
        Digest of the study that the review was made of.
    is_outdated
        Whether the study changed since.
    """

    number: int
    study_id: str
    proposed_by: str
    created: str
    updated: str
    state: State
    version: int
    content: Mapping[str, Any]
    conditions: tuple[str, ...] = ()
    sheet: str | None = None
    inputs: str | None = None
    is_outdated: bool = False

    @property
    def title(self) -> str:
        """Return what it is called, by its own id where it has no title."""
        return str(self.content.get("title") or self.content["id"])


@dataclass(frozen=True)
class Step:
    """What a request changes.

    Attributes
    ----------
    what
        The action.
    who
        ``account/name``.
    old, new
        Fields before and after.
    """

    what: Action
    who: str
    old: Mapping[str, Any] = field(default_factory=dict)
    new: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """Who may take a step from where to where.

    Attributes
    ----------
    sources
        States in which it may be taken.
    target
        State after it; None leaves the state.
    party
        Who may take it.
    """

    sources: tuple[State, ...]
    target: State | None
    party: Literal["proposer", "reviewer", "anybody", "service"]


RULES: Mapping[Action, Rule] = {
    "edit": Rule(("draft", "returned"), None, "proposer"),
    "submit": Rule(("draft", "returned"), "submitted", "proposer"),
    "start": Rule(("submitted",), "under_review", "reviewer"),
    "rerun": Rule(("under_review",), None, "reviewer"),
    "comment": Rule(OPEN, None, "anybody"),
    "approve": Rule(("under_review",), "approved", "reviewer"),
    "reject": Rule(("under_review",), "rejected", "reviewer"),
    "return": Rule(("under_review",), "returned", "reviewer"),
    "withdraw": Rule(OPEN, "withdrawn", "proposer"),
    "outdate": Rule(("under_review",), None, "service"),
}
"""Every step but ``add``, which begins a case."""

_WITH_REASON: tuple[Action, ...] = ("comment", "reject", "return")


def step(case: Case, request: Request, actor: Actor) -> Step:
    """Return what a step changes, if it may be taken.

    Parameters
    ----------
    case
        The proposal as it stands.
    request
        What is asked.
    actor
        Who asks.

    Returns
    -------
    Step
        For the record.

    Raises
    ------
    TransitionError
        The step does not lead away from this state.
    NotYoursError
        It is not theirs to take.
    OutdatedReviewError
        The review to be signed is of a study that has changed since.
    """
    require_allowed(case, request.action, actor)
    target = RULES[request.action].target or case.state
    new: dict[str, Any] = {} if target == case.state else {"state": target}
    if request.content is not None:
        new |= {"content": dict(request.content), "sheet": None, "inputs": None}
    if request.sheet is not None:
        new |= {"sheet": request.sheet.folder, "inputs": request.sheet.inputs}
        new |= {"is_outdated": False}
    if request.action == "outdate":
        new |= {"is_outdated": True}
    if request.conditions:
        new |= {"conditions": list(request.conditions)}
    before = {name: getattr(case, name) for name in new}
    old = {name: _plain(value) for name, value in before.items() if _plain(value) != new[name]}
    new = {name: value for name, value in new.items() if name in old}
    if request.comment:
        new["comment"] = request.comment
    return Step(request.action, actor.signature, old, new)


def first_step(study_id: str, content: Mapping[str, Any], actor: Actor) -> Step:
    """Return the step that begins a case.

    Parameters
    ----------
    study_id
        The study.
    content
        The proposal as plain values.
    actor
        Who proposes it.

    Returns
    -------
    Step
        For the record.
    """
    new = {"state": "draft", "study_id": study_id, "content": dict(content)}
    return Step("add", actor.signature, {}, new)


def require_allowed(case: Case, action: Action, actor: Actor) -> None:
    """Refuse a step before anything is worked out for it.

    Parameters
    ----------
    case
        The proposal as it stands.
    action
        The step.
    actor
        Who asks.

    Raises
    ------
    TransitionError
        The step does not lead away from this state.
    NotYoursError
        It is not theirs to take.
    OutdatedReviewError
        The review to be signed is of a study that has changed since.
    """
    rule = RULES.get(action)
    if rule is None or case.state not in rule.sources:
        steps = [name for name, own in RULES.items() if case.state in own.sources]
        msg = (
            "proposal {number} is {state}: {action!r} is no step from there; possible: {steps}"
            if steps
            else "proposal {number} is {state}: {action!r} is no step from there; that is final"
        )
        told = {"number": case.number, "state": case.state, "action": action}
        raise TransitionError(msg, **told, steps=", ".join(steps))
    _require_party(case, action, rule, actor)
    if action == "approve" and case.is_outdated:
        msg = "proposal {number}: the study changed since the review; 'rerun' it first"
        raise OutdatedReviewError(msg, number=case.number)


def after(case: Case | None, event: Event) -> Case:
    """Return a case after an event.

    Parameters
    ----------
    case
        Before it; None before the first.
    event
        What happened.

    Returns
    -------
    Case
        What its row in the store has to say.
    """
    if case is None:
        return Case(
            number=event.proposal,
            study_id=event.new["study_id"],
            proposed_by=event.who,
            created=event.when,
            updated=event.when,
            state=event.new["state"],
            version=1,
            content=event.new["content"],
        )
    changes = {name: value for name, value in event.new.items() if name != "comment"}
    if "conditions" in changes:
        changes["conditions"] = tuple(changes["conditions"])
    return replace(case, version=case.version + 1, updated=event.when, **changes)


def _require_party(case: Case, action: Action, rule: Rule, actor: Actor) -> None:
    if rule.party == "service" and actor != SERVICE:
        msg = "proposal {number}: {action!r} is a step of the program itself"
        raise NotYoursError(msg, number=case.number, action=action)
    if rule.party == "proposer" and not actor.may_change(case):
        msg = "proposal {number}: only its proposer may take the step {action!r}"
        raise NotYoursError(msg, number=case.number, action=action)
    if rule.party == "reviewer" and not actor.is_reviewer:
        msg = "proposal {number}: {action!r} needs a reviewer"
        raise NotYoursError(msg, number=case.number, action=action)
    if rule.party == "reviewer" and actor.has_part_in(case):
        msg = (
            "proposal {number}: {name!r} proposed it; {action!r} is for another reviewer, who has "
            "another key, or another name where there are no keys"
        )
        raise OwnProposalError(msg, number=case.number, name=actor.name, action=action)


def _require_text(place: str, text: str, *, is_needed: bool = False) -> None:
    is_readable = all(letter.isprintable() or letter == "\n" for letter in text)
    if len(text) > LONGEST_TEXT or not is_readable or (is_needed and not text.strip()):
        msg = "{place}: write up to {most:,} letters, without control characters"
        raise InputError(msg, place=place, most=LONGEST_TEXT)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
