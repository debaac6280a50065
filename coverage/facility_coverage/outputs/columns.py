"""The columns of our tables as people read them: heading, unit, meaning, form of the numbers."""

from dataclasses import dataclass, replace

from facility_coverage.siting.notes import MODEL_NAMES, STATUS_WORDS
from facility_coverage.thresholds import Threshold
from facility_coverage.words import Language, catalogue, say

WHOLE, ONE, TWO, SHARE, DEGREES, TEXT = "#,##0", "#,##0.0", "0.00", "0.0%", "0.000000", "General"
"""How spreadsheets show numbers."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    heading
        Its words, a message of the catalogue; ``{limit}`` stands for the threshold.
    unit
        Its unit, a message of the catalogue; empty for none.
    meaning
        What stands in it, a message of the catalogue; empty where the heading says it all.
    form
        How a spreadsheet shows its numbers.
    limit
        The threshold in words, where it is there once per threshold.
    """

    heading: str
    unit: str = ""
    meaning: str = ""
    form: str = TEXT
    limit: str = ""

    def title(self, language: Language) -> str:
        """Return the heading with its unit.

        Parameters
        ----------
        language
            Of the words.

        Returns
        -------
        str
            Such as ``Floor area (m²)``. A column that the program does not know keeps its name.
        """
        words = catalogue(language).get(self.heading, self.heading).replace("{limit}", self.limit)
        return f"{words} ({say(self.unit, language)})" if self.unit else words

    def definition(self, language: Language) -> str:
        """Return what stands in it.

        Parameters
        ----------
        language
            Of the words.

        Returns
        -------
        str
            A sentence, or nothing.
        """
        text = say(self.meaning, language) if self.meaning else ""
        return text.replace("{limit}", self.limit)


_COLUMNS = {
    "unit_id": Column("Subdistrict code"),
    "unit_name": Column("Subdistrict"),
    "other_unit_id": Column("Other subdistrict"),
    "population": Column("Population", "people", form=WHOLE),
    "assessed_population": Column(
        "Assessed", "people", "People with a street near enough to be assessed.", WHOLE
    ),
    "unassessed_population": Column(
        "Not assessed", "people", "People with no street within the off-street limit.", WHOLE
    ),
    "older_population": Column("Older people", "people", form=WHOLE),
    "facilities": Column(
        "Facilities", meaning="Facilities that stand in the subdistrict.", form=WHOLE
    ),
    "government_facilities": Column("Government-run", form=WHOLE),
    "flags": Column("Falls short because", meaning="Empty where nothing is missing."),
    "notes": Column("Notes", meaning="Why a value is missing or a test could not be made."),
    "facility_id": Column("Facility code"),
    "facility_name": Column("Facility"),
    "kind": Column("Kind"),
    "ownership": Column("Run by"),
    "floor_area_m2": Column("Floor area", "m²", form=WHOLE),
    "beds": Column("Beds", form=WHOLE),
    "status": Column("Status"),
    "reason": Column("Reason"),
    "access_m": Column(
        "Way to the street", "m", "Straight way from the facility to its street.", ONE
    ),
    "standard_id": Column("Standard"),
    "clause_id": Column("Clause"),
    "scope": Column("About"),
    "quantity": Column("What is measured"),
    "verdict": Column(
        "Verdict",
        meaning="A clause that is only a preference or known from memory advises and fails nobody.",
    ),
    "measured": Column("Measured", form=TWO),
    "required": Column("Required"),
    "evidence": Column("Evidence", meaning="Codes of the facilities that the finding rests on."),
    "strength": Column("Strength"),
    "confidence": Column("How the clause is known"),
    "quote": Column("Wording", meaning="The sentence of the source, word for word."),
    "facility_kind": Column("Kinds of facilities"),
    "standard_at_least": Column("Standard that asks for more"),
    "clause_at_least": Column("Clause that asks for more"),
    "standard_at_most": Column("Standard that asks for less"),
    "clause_at_most": Column("Clause that asks for less"),
    "least": Column("At least"),
    "most": Column("At most"),
    "subjects": Column("Codes"),
    "names": Column("Names"),
    "quote_at_least": Column("Wording of the one"),
    "quote_at_most": Column("Wording of the other"),
    "gap_id": Column("Gap"),
    "rank": Column("Rank", form=WHOLE),
    "demand_points": Column(
        "Demand points", meaning="Cells or rows of the population data in it.", form=WHOLE
    ),
    "mean_travel_time_s": Column(
        "Mean time to the nearest facility", "s", "Empty where none can be reached.", WHOLE
    ),
    "site_id": Column("Site"),
    "candidate_id": Column("Candidate"),
    "candidate_name": Column("Name"),
    "gain_population": Column(
        "Newly covered",
        "people",
        "Residents whom this site covers and neither a facility nor a site of a better rank does.",
        WHOLE,
    ),
    "alone_population": Column(
        "Newly covered if built alone", "people", "If no other site were built.", WHOLE
    ),
    "last_population": Column(
        "Lost without it", "people", "If all the other sites stood and this one did not.", WHOLE
    ),
    "mean_population": Column(
        "Share of the gain", "people", "Mean over every order of building the sites.", WHOLE
    ),
    "cumulative_population": Column(
        "Covered with all up to this rank", "people", form=WHOLE
    ),
    "cumulative_share": Column(
        "Covered share with all up to this rank", meaning="Of all residents.", form=SHARE
    ),
    "lon": Column("Longitude", "°", "WGS84.", DEGREES),
    "lat": Column("Latitude", "°", "WGS84.", DEGREES),
    "street_lon": Column("Longitude on the street", "°", "WGS84.", DEGREES),
    "street_lat": Column("Latitude on the street", "°", "WGS84.", DEGREES),
    "way_id": Column("Way in OpenStreetMap", form="0"),
    "street_class": Column("Class of street"),
    "rules": Column("Allowed because"),
    "cost": Column("Cost", form=WHOLE),
    "earliest_year": Column("Earliest year", form="0"),
    "capacity": Column("Capacity", "people", form=WHOLE),
    "served_population": Column("Served", "people", form=WHOLE),
    "stays_share": Column(
        "Chosen again in trials",
        meaning="Share of the trials in which this site, or one at most 300 m away, was chosen "
        "again.",
        form=SHARE,
    ),
    "method": Column("Model"),
    "objective": Column("Objective of the plan", form=WHOLE),
    "bound": Column("Bound", meaning="No plan from these candidates is better.", form=WHOLE),
    "gap": Column(
        "Gap to the bound", meaning="How far the plan can be from the best at most.", form="0.00%"
    ),
    "fronts_street": Column("Fronts a street"),
    "cause": Column("Cause"),
    "row": Column("Row of the list", form="0"),
    "sites": Column("New sites", form=WHOLE),
    "covered_population": Column("Covered", "people", form=WHOLE),
    "bound_population": Column(
        "Covered at most", "people", "No plan with so many sites covers more.", WHOLE
    ),
    "covered_share": Column("Covered share", meaning="Of all residents.", form=SHARE),
    "bound_share": Column(
        "Covered share at most", meaning="No plan with so many sites covers more.", form=SHARE
    ),
    "trial": Column("Trial", meaning="What was assumed in place of the study's own figures."),
    "value": Column(
        "Value",
        meaning="The speed or population as a multiple, or the number of the draw.",
        form=TWO,
    ),
    "covered_before": Column("Covered without new sites", "people", form=WHOLE),
    "loss_population": Column("Lost without it", "people", form=WHOLE),
    "best_population": Column(
        "Covered by the best plan of the trial", "people", form=WHOLE
    ),
    "staying_sites": Column("Sites chosen again", form=WHOLE),
    "staying_nearby": Column("Sites chosen again within 300 m", form=WHOLE),
    "stays": Column("Sites that stay"),
    "layer": Column("Layer"),
    "id": Column("Id"),
    "edge_id": Column("Street piece", form="0"),
    "distance_m": Column("Distance to the street", "m", form=ONE),
    "component": Column(
        "Part of the network",
        meaning="0 is the main network; others are cut off from it.",
        form="0",
    ),
    "fault": Column("Fault"),
    "area_m2": Column("Area", "m²", form=WHOLE),
}  # fmt: skip

_PER_THRESHOLD = {
    "covered_population": Column(
        "Covered within {limit}",
        "people",
        "People whose way along the streets to the nearest facility is no longer than {limit}.",
        WHOLE,
    ),
    "covered_share": Column(
        "Covered share within {limit}", "", "Of the subdistrict's residents.", SHARE
    ),
    "covered_area_share": Column(
        "Share of area within {limit}", "", "Of the subdistrict's area.", SHARE
    ),
    "covered_street_share": Column(
        "Share of streets within {limit}", "", "Of the length of its walkable streets.", SHARE
    ),
    "older_covered_population": Column("Older people covered within {limit}", "people", "", WHOLE),
    "people_reached": Column(
        "People within {limit}", "people", "All who live within {limit} of the facility.", WHOLE
    ),
    "people_reached_only": Column(
        "People within {limit} of no other", "people", "They would lose cover without it.", WHOLE
    ),
}

_VALUES = {
    "flags": {
        "no_facility": "No facility in the subdistrict",
        "no_government_centre": "No government-run centre",
        "below_target": "Below the target",
    },
    "verdict": {
        "fail": "Fail", "advice": "Advice", "not_assessable": "Not assessable", "pass": "Pass",
    },
    "scope": {
        "subdistrict": "a subdistrict", "district": "the district", "facility": "a facility",
        "proposal": "a proposal",
    },
    "quantity": {
        "presence": "number of facilities", "residents_per_facility": "residents per facility",
        "floor_area_m2": "floor area in m²", "beds": "beds",
        "observation_beds": "observation beds", "gps": "general practitioners",
        "nurses": "nurses", "residents_served": "residents served",
        "floor_area_m2_per_bed": "floor area per bed in m²",
        "walk_minutes": "residents within the walking time",
        "drive_minutes": "residents within the driving time",
        "network_m": "residents within the distance", "siting": "where it stands",
        "per_1000": "per 1,000 residents", "per_10000": "per 10,000 residents",
        "guidance": "guidance",
    },
    "strength": {
        "must": "must", "in_principle": "in principle", "preference": "preference",
    },
    "confidence": {
        "plan": "text of the plan", "sourced": "stored source", "secondhand": "second hand",
        "recall": "from memory",
    },
    "status": {
        "assessed": "assessed", "refused": "refused", "unassessed": "not assessed",
        "chosen": "chosen", "allowed": "allowed", **STATUS_WORDS,
    },
    "method": MODEL_NAMES,
    "layer": {"facility": "facility", "demand": "demand"},
    "fault": {"overlap": "overlap", "gap": "gap between subdistricts"},
    "trial": {
        "as planned": "as planned", "speed": "another speed", "population": "another population",
        "population drawn": "population drawn anew", "struck out": "one site struck out",
    },
}  # fmt: skip
"""Words of the program that stand in cells, and the messages that tell them to people."""

_FREE_VALUES = frozenset({"kind", "ownership", "reason", "notes", "unit_name"})
"""Columns whose texts are told in the reader's language where the catalogue has them."""


def column(name: str, thresholds: tuple[Threshold, ...], language: Language) -> Column:
    """Return a column as people read it.

    Parameters
    ----------
    name
        Its name in the tables.
    thresholds
        The study's tests.
    language
        Of the words for a threshold.

    Returns
    -------
    Column
        A column that is not known keeps its name as heading.
    """
    for threshold in thresholds:
        measure = name.removesuffix(f"_{threshold.label}")
        if measure != name and measure in _PER_THRESHOLD:
            unit = "{value} min" if threshold.kind == "minutes" else "{value} m"
            limit = say(unit, language).format(value=f"{threshold.value:g}")
            return replace(_PER_THRESHOLD[measure], limit=limit)
    return _COLUMNS.get(name, Column(name))


def value_words(name: str, text: str, language: Language) -> str:
    """Return the content of a cell in words.

    Parameters
    ----------
    name
        The column.
    text
        What stands in it; several words of the program are joined by ``;``.
    language
        Of the words.

    Returns
    -------
    str
        Words of the program in the reader's language; every other text as it is.
    """
    if name in _VALUES:
        known = _VALUES[name]
        told = [say(known[w], language) if w in known else w for w in text.split(";")]
        return "; ".join(told)
    if name in _FREE_VALUES:
        words = catalogue(language)
        return "; ".join(words.get(part, part) for part in text.split("; "))
    return text
