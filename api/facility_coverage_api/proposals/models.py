"""What proposals look like in requests and answers."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from facility_coverage.coordinates.systems import WGS84
from facility_coverage.errors import InputError
from facility_coverage.proposals.events import Event
from facility_coverage.proposals.workflow import (
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_CONDITIONS,
    RULES,
    Case,
    Request,
    State,
)
from facility_coverage_api.jobs.kinds import StudyId
from facility_coverage_api.jobs.status import Link

FEATURE: dict[str, Any] = {
    "type": "Feature",
    "id": "east-1",
    "geometry": {"type": "Point", "coordinates": [113.3612, 23.1246]},
    "properties": {
        "title": "东郊社区卫生服务中心",
        "proposer": "Tianhe health bureau",
        "kind": "centre",
        "floor_area_m2": 2200,
        "cost": 1800,
        "opening_year": 2027,
    },
}

Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_NAME,
        description="Who takes the step, as it is to stand in the record; by default the name of "
        "the key. Without keys it tells people apart: nobody decides on their own.",
        examples=["Li Wei"],
    ),
]
AskedAction = Literal[
    "submit", "start", "rerun", "comment", "approve", "reject", "return", "withdraw"
]


class AskedProposal(BaseModel):
    """A proposal, as GeoJSON or as plain fields."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"proposal": FEATURE, "name": "An"}]}
    )

    proposal: dict[str, Any] = Field(
        description="A GeoJSON feature (a point or a parcel), or the fields of a proposal: id, "
        "title, proposer, kind, lon and lat or geometry, coordinates (the system of the place, "
        "WGS 84 by default), ownership, floor_area_m2, beds, older_care, capacity, cost, "
        "opening_year, closes (ids of facilities), documents (name and sha256)."
    )
    name: Name | None = None

    @property
    def values(self) -> Mapping[str, Any]:
        """Return the fields; of a feature its properties, beside its geometry."""
        if self.proposal.get("type") != "Feature":
            parcel = self.proposal.get("parcel")
            land = {"geometry": {"type": "MultiPolygon", "coordinates": parcel}} if parcel else {}
            return self.proposal | land
        properties = self.proposal.get("properties") or {}
        if not isinstance(properties, Mapping):
            msg = "proposal.properties: not an object; write what is known of the proposal into it"
            raise InputError(msg)
        own = {"id": self.proposal.get("id"), "geometry": self.proposal.get("geometry")}
        return {**own, **properties}


class NewProposal(AskedProposal):
    """A proposal for a study."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"study": "tianhe", "proposal": FEATURE, "name": "An"}]},
    )

    study: StudyId = Field(description="Id of a registered study.")


class NewEvent(BaseModel):
    """A step of a proposal."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"action": "submit", "name": "An"},
                {"action": "return", "comment": "How large is the parcel?", "name": "Li Wei"},
                {
                    "action": "approve",
                    "conditions": ["a fever clinic first"],
                    "name": "Li Wei",
                },
            ]
        },
    )

    action: AskedAction = Field(
        description="`submit` and `withdraw` are the proposer's; `start` (makes the review), "
        "`rerun` (makes it anew), `approve`, `reject` and `return` a reviewer's; anybody comments."
    )
    comment: Annotated[str, Field(max_length=LONGEST_TEXT)] = Field(
        "", description="Needed to comment, to reject and to return."
    )
    conditions: Annotated[list[str], Field(max_length=MOST_CONDITIONS)] = Field(
        [], description="Under which it is approved."
    )
    name: Name | None = None

    @property
    def request(self) -> Request:
        """Return what is asked."""
        return Request(self.action, self.comment, tuple(self.conditions))


class ProposalInfo(BaseModel):
    """A proposal as it stands; its ETag is what a change has to name in `If-Match`."""

    number: int = Field(description="Its name in addresses.")
    study: str
    title: str
    state: State
    version: int = Field(description="How many events it has.")
    proposed_by: str = Field(description="Key and name.", examples=["district-office/An"])
    created: str
    updated: str
    conditions: list[str] = Field(description="Under which it was approved.")
    outdated: bool = Field(description="Whether the study changed since the review was made.")
    sheet: str | None = Field(
        description="SHA-256 of the manifest of its review; of an approved proposal the signed one."
    )
    handed_over_in: str = Field(description="The system in which its place was handed over.")
    proposal: dict[str, Any] = Field(description="Its fields; the place is in WGS 84.")
    actions: list[str] = Field(description="Steps that lead on from here.")
    links: list[Link]


class ProposalList(BaseModel):
    """A page of proposals, in the order of their numbers."""

    proposals: list[ProposalInfo]
    links: list[Link]


class EventInfo(BaseModel):
    """Something that happened to a proposal."""

    number: int = Field(description="Its place in the record of all proposals.")
    when: str = Field(examples=["2026-03-01T08:30:00.000000Z"])
    who: str = Field(description="Key and name.", examples=["health-bureau/Li Wei"])
    what: str = Field(examples=["submit"])
    old: dict[str, Any] = Field(description="The fields before.")
    new: dict[str, Any] = Field(description="The fields after.")
    previous: str = Field(description="Hash of the event before, of whatever proposal.")
    hash: str = Field(description="SHA-256 of its canonical JSON.")


class EventList(BaseModel):
    """What happened to a proposal, from the first to the last."""

    events: list[EventInfo]


class AuditInfo(BaseModel):
    """Whether the record is whole."""

    intact: bool
    events: int = Field(description="How many are as they were written.")
    head: str = Field(description="Hash of the last of them: write it down elsewhere.")
    faults: list[str] = Field(description="What is not as it was written.")


def proposal_info(case: Case, base: str) -> ProposalInfo:
    """Return a proposal as it is answered.

    Parameters
    ----------
    case
        The proposal.
    base
        What links start with.

    Returns
    -------
    ProposalInfo
        What can be sent back as it is: its place is in the system that it names.
    """
    address = f"{base}/v1/proposals/{case.number}"
    return ProposalInfo(
        number=case.number,
        study=case.study_id,
        title=case.title,
        state=case.state,
        version=case.version,
        proposed_by=case.proposed_by,
        created=case.created,
        updated=case.updated,
        conditions=list(case.conditions),
        outdated=case.is_outdated,
        sheet=case.sheet,
        handed_over_in=case.content["coordinates"],
        proposal={**case.content, "coordinates": WGS84},
        actions=[name for name, rule in RULES.items() if _leads_on(case, rule.sources, rule.party)],
        links=[
            Link(href=address, rel="self", title="This proposal"),
            Link(href=f"{address}/events", rel="history", title="What happened to it"),
            Link(href=f"{address}/review", rel="describedby", title="Its review"),
        ],
    )


def event_info(event: Event) -> EventInfo:
    """Return an event as it is answered.

    Parameters
    ----------
    event
        The event.

    Returns
    -------
    EventInfo
        With its hash.
    """
    told = {name: value for name, value in vars(event).items() if name != "proposal"}
    return EventInfo(**told, hash=event.hash)


def _leads_on(case: Case, sources: tuple[State, ...], party: str) -> bool:
    return case.state in sources and party != "service"
