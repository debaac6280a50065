"""How a study was computed, from what, and what it cannot say: the sentences of a report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from facility_coverage import __version__
from facility_coverage.result import StudyResult
from facility_coverage.words import Language
from facility_coverage_maps.amounts import percent, threshold_text


@dataclass(frozen=True)
class Method:
    """What a reader must know to trust the figures, and not to trust them too far.

    Attributes
    ----------
    steps
        How it was computed.
    definitions
        Terms and what they mean here.
    data
        What went in: what it is, and the name of the file.
    limits
        What the figures do not say.
    """

    steps: tuple[str, ...]
    definitions: tuple[tuple[str, str], ...]
    data: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]


def method_of(result: StudyResult, language: Language, say: Callable[..., str]) -> Method:
    """Return how a study was computed.

    Parameters
    ----------
    result
        A study's result.
    language
        Of the words.
    say
        Turns a message into words.

    Returns
    -------
    Method
        Sentences.
    """
    return Method(
        _steps(result, language, say),
        _definitions(result, language, say),
        _data(result, say),
        _limits(result, say),
    )


def _steps(result: StudyResult, language: Language, say: Callable[..., str]) -> tuple[str, ...]:
    coverage, network = result.study.coverage, result.network
    limits = ", ".join(threshold_text(threshold, language) for threshold in result.thresholds)
    speed = network.get("speed_kph")
    who = (
        say("Speeds come from the profile {profile}.", profile=network["profile"])
        if speed is None
        else say(
            "People move at {speed} km/h (profile {profile}).",
            speed=f"{speed:g}", profile=network["profile"],
        )
    )  # fmt: skip
    drawn = (
        say("Circles are drawn on a grid of {size} m cells.", size=f"{coverage.cell_size_m:g}")
        if coverage.method == "exact"
        else say(
            "Circles are the reached streets with {size} m on both sides.",
            size=f"{coverage.street_buffer_m:g}",
        )
    )
    return (
        say("Every facility and every place where people live is tied to its nearest street."),
        say("From there the shortest way along streets is measured, with both off-street ways."),
        who,
        say("A place farther than {metres} m from any street is not assessed.",
            metres=f"{coverage.off_street_limit_m:g}"),
        say("Tested limits: {limits}; a way exactly as long as the limit counts.", limits=limits),
        drawn,
        *_checks(result, say),
        say("Computed in {crs} by facility-coverage {version}; equal input gives an equal report.",
            crs=result.crs, version=__version__),
    )  # fmt: skip


def _checks(result: StudyResult, say: Callable[..., str]) -> tuple[str, ...]:
    """Return how the circles stood against times worked out by another route."""
    return tuple(
        say(
            "The circles were checked at {points} places against times worked out by another "
            "route: {failures} failures.",
            points=f"{figures['points']:,}",
            failures=figures["failures"],
        )
        for figures in result.self_check.values()
    )


def _definitions(
    result: StudyResult, language: Language, say: Callable[..., str]
) -> tuple[tuple[str, str], ...]:
    limit = threshold_text(result.target, language)
    share = percent(result.study.coverage.target_share)
    terms = (
        ("Covered", "A resident whose way to the nearest facility is at most {limit}."),
        ("Covered share", "Covered residents over all residents, those not assessed included."),
        ("Target", "{share} of the residents of a subdistrict covered within {limit}."),
        ("Falls short", "No facility, no government-run centre, or below the target."),
        ("Gap", "Residents beyond {limit} who live near each other, taken together."),
        ("Newly covered", "Residents whom a new site covers and nothing built before it does."),
        ("Bound", "No plan with so many sites from these candidates can cover more."),
        ("Gini", "0 where all subdistricts are covered alike, near 1 where one has everything."),
    )
    return tuple((say(term), say(text, limit=limit, share=share)) for term, text in terms)


def _data(result: StudyResult, say: Callable[..., str]) -> tuple[tuple[str, str], ...]:
    study = result.study
    register = Path(study.facilities.source).name
    sources = [
        (say("Streets"), Path(study.network.source).name),
        (say("Subdistricts"), Path(study.boundaries.source).name),
        (
            say("Facilities"),
            say("from the street data") if study.facilities.from_osm else register,
        ),
        (say("Population"), Path(study.demand.source).name),
    ]
    if study.network.elevation is not None:
        sources.append((say("Elevation"), Path(study.network.elevation).name))
    if study.siting.candidates is not None:
        sources.append((say("Candidates"), Path(study.siting.candidates).name))
    return tuple(sources)


def _limits(result: StudyResult, say: Callable[..., str]) -> tuple[str, ...]:
    flat = [] if result.study.network.elevation else [say("All ground is taken as flat.")]
    return (
        say("Streets are as complete as OpenStreetMap; gates and inner paths may be missing."),
        say("People are counted where the population data place them, not at their doors."),
        say("Waiting at crossings, opening hours and whether a facility has room are not counted."),
        *flat,
        say("A suggested site is a place to look at, not a parcel: check ownership and land use."),
    )  # fmt: skip
