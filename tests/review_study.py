"""The toy study laid out for reviews: a register that states all, a standard, older people."""

from pathlib import Path

from toy_study import Sections, degrees, toy_sections, write_toy_study

from facility_coverage.prepared import prepare
from facility_coverage.proposals.desk import Desk
from facility_coverage.proposals.fields import proposal_of
from facility_coverage.proposals.proposal import Proposal
from facility_coverage.study_file import Study

RULES = """
id = "toy"
title = "Toy rules"
issuing_body = "Nobody"
source = "made up"
applies_to = "440106"

[[clause]]
id = "one-each"
scope = "subdistrict"
quantity = "presence"
facility_kind = ["centre"]
min = 1
strength = "must"
confidence = "plan"
quote = "each has a centre"

[[clause]]
id = "large"
scope = "facility"
quantity = "floor_area_m2"
facility_kind = ["centre"]
min = 1000
strength = "must"
confidence = "plan"
quote = "no centre below 1,000 m2"

[[clause]]
id = "planned-large"
scope = "proposal"
quantity = "floor_area_m2"
facility_kind = ["centre"]
min = 2000
strength = "must"
confidence = "plan"
quote = "no new centre below 2,000 m2"

[[clause]]
id = "stations-only"
scope = "facility"
quantity = "beds"
facility_kind = ["station"]
max = 5
strength = "preference"
confidence = "plan"
quote = "few beds in stations"

[[clause]]
id = "weigh"
scope = "proposal"
quantity = "guidance"
strength = "must"
confidence = "plan"
quote = "think about it"
"""


def review_sections() -> Sections:
    """Return the sections of the toy study with older people, metres and a standard."""
    sections = toy_sections()
    sections["demand"]["older"] = "older"
    sections["coverage"]["distance_m"] = [300]
    sections["standards"] = {"use": ["rules.toml"]}
    return sections


def write_review_study(folder: Path, sections: Sections | None = None) -> Path:
    """Write the study and its rules into a folder and return its ``study.toml``."""
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    return write_toy_study(folder, sections or review_sections())


def review_desk(folder: Path, sections: Sections | None = None) -> Desk:
    """Write the study into a folder and lay it out."""
    return Desk.of(prepare(Study.load(write_review_study(folder, sections))))


def proposed(proposal_id: str, place: tuple[float, float] | None, **values: object) -> Proposal:
    """Return a proposal at a place of the toy study, metres."""
    position: dict[str, float] = (
        {} if place is None else dict(zip(("lon", "lat"), degrees(*place), strict=True))
    )
    return proposal_of({"id": proposal_id, **position, **values})
