"""A review sheet as one page of A4, in one language."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

import jinja2
from markupsafe import Markup

from facility_coverage.facility_words import ownership_word
from facility_coverage.outputs.columns import value_words
from facility_coverage.proposals.overlap import Overlap
from facility_coverage.proposals.robustness import Trial
from facility_coverage.proposals.rules import RuleVerdict
from facility_coverage.proposals.sheet import ReviewSheet
from facility_coverage.proposals.signature import Signature
from facility_coverage.siting.site_rules import CAUSES
from facility_coverage.thresholds import Threshold
from facility_coverage.words import LANGUAGE_TAGS, Language, say
from facility_coverage_maps import amounts
from facility_coverage_maps.paper import CONTENT_POLICY, print_style
from facility_coverage_maps.review import picture

LANGUAGES: tuple[Language, ...] = ("en", "zh")
MOST_RULES = 4
MOST_UNITS = 4
MOST_RELIEVED = 4
MOST_FLIPS = 3
MOST_OTHERS = 6
MOST_IDS = 3

_FOLDER = Path(__file__).parent
_FIRST = ("fail", "advice", "pass", "not_assessable")
"""What a reviewer has to see first."""


def review_html(
    sheet: ReviewSheet,
    maps: Mapping[str, Markup],
    language: Language,
    signature: Signature | None = None,
) -> str:
    """Return a review sheet as a page that loads nothing.

    Parameters
    ----------
    sheet
        The review.
    maps
        From ``picture.pictures``, in the same language.
    language
        Of the page; titles and names stay as they were written.
    signature
        Who decided; None leaves the line empty.

    Returns
    -------
    str
        HTML for the screen and for one page of A4. Equal input gives equal text.
    """
    stated = sheet.proposal.ownership
    return rendered(
        "page.html.j2",
        language,
        policy=CONTENT_POLICY,
        sheet=sheet,
        proposal=sheet.proposal,
        signature=signature,
        maps=maps,
        colours=picture,
        owner=value_words("ownership", ownership_word(stated) or stated, language),
        **_content(sheet, language),
    )


def rendered(template: str, language: Language, **content: Any) -> str:  # noqa: ANN401  (what templates show)
    """Fill a template of this folder.

    Parameters
    ----------
    template
        Its name.
    language
        Of its words.
    **content
        What it shows.

    Returns
    -------
    str
        HTML, everything in it escaped.
    """
    return (
        _environment()
        .get_template(template)
        .render(
            language=language,
            tag=LANGUAGE_TAGS[language],
            style=print_style() + Markup(_asset("page.css")),  # noqa: S704  (our own file)
            say=partial(_say, language),
            people=amounts.people,
            signed=_signed,
            percent=amounts.percent,
            minutes=amounts.minutes,
            number=_number,
            told=lambda name, text: value_words(name, text, language),
            limit=partial(_limit, language),
            **content,
        )
    )


def _say(language: Language, message: str, **values: object) -> str:
    """Return a message with its values."""
    text = say(message, language)
    return text.format(**values) if values else text


def _content(sheet: ReviewSheet, language: Language) -> dict[str, Any]:
    """Return what the template shows beside the sheet itself."""
    target = next(one for one in sheet.change.total if one.threshold == sheet.study.target)
    moved = [
        one
        for one in sheet.change.units
        if one.threshold == sheet.study.target and (one.people.gained or one.people.lost)
    ]
    moved.sort(key=lambda one: (-(one.people.gained + one.people.lost), one.unit_id))
    verdicts = {word: sum(one.verdict == word for one in sheet.rules) for word in _FIRST}
    guidance = [one.clause_id for one in sheet.rules if one.quantity == "guidance"]
    judged = [one for one in sheet.rules if one.quantity != "guidance"]
    rules = sorted(judged, key=lambda one: _FIRST.index(one.verdict))
    return {
        "target": target,
        "older": any(one.older is not None for one in sheet.change.total),
        "units": moved[:MOST_UNITS],
        "more_units": len(moved) - MOST_UNITS,
        "flips": [_flip(one, language) for one in sheet.change.flips[:MOST_FLIPS]],
        "more_flips": len(sheet.change.flips) - MOST_FLIPS,
        "verdicts": {word: count for word, count in verdicts.items() if count},
        "rules": [_rule(one, language) for one in rules[:MOST_RULES]],
        "more_rules": len(rules) - MOST_RULES,
        "guidance": guidance,
        "relieved": sheet.overlap.relieved[:MOST_RELIEVED],
        "more_relieved": len(sheet.overlap.relieved) - MOST_RELIEVED,
        "goes": _goes(sheet.overlap, sheet.proposal.closes),
        "trials": _trials(sheet, language),
        "held": [say(CAUSES[cause], language) for cause in sheet.held],
        "beside": _beside(sheet),
    }


def _flip(flip: Any, language: Language) -> dict[str, str]:  # noqa: ANN401  (a Flip)
    """Return a changed verdict in words."""
    if flip.what == "flag":
        name = value_words("flags", flip.name, language)
        was, is_ = (say(word, language) for word in (flip.before, flip.after))
    else:
        name = flip.name
        was, is_ = (value_words("verdict", word, language) for word in (flip.before, flip.after))
    return {"unit": flip.unit_name or flip.unit_id, "name": name, "before": was, "after": is_}


def _rule(rule: RuleVerdict, language: Language) -> dict[str, str]:
    """Return what a clause says in words."""
    return {
        "clause": f"{rule.standard_id}: {rule.clause_id}",
        "about": rule.subject_name or say("the whole district", language),
        "quantity": value_words("quantity", rule.quantity, language),
        "verdict": rule.verdict,
        "before": (
            "" if rule.verdict_before in {None, rule.verdict}
            else value_words("verdict", str(rule.verdict_before), language)
        ),
        "measured": _number(rule.measured),
        "required": rule.required,
        "reason": getattr(rule.reason, language),
        "evidence": ", ".join(rule.evidence[:MOST_IDS])
        + (" …" if len(rule.evidence) > MOST_IDS else ""),
    }  # fmt: skip


def _goes(overlap: Overlap, closes: tuple[str, ...]) -> list[Any]:
    """Return where the residents of what closes go, the most first."""
    return [flow for flow in overlap.flows if flow.from_id in closes][:MOST_RELIEVED]


def _trials(sheet: ReviewSheet, language: Language) -> list[tuple[str, str]]:
    """Return what is gained at the target under each assumption."""
    return [
        (_trial(one, sheet.study.speed_kph, language), _signed(one.gain))
        for one in sheet.trials
        if one.threshold == sheet.study.target
    ]


def _trial(trial: Trial, speed_kph: float, language: Language) -> str:
    value = trial.value or 0.0
    if trial.name == "speed":
        return _say(language, "at {speed} km/h", speed=f"{speed_kph * value:.3g}")
    if trial.name == "population":
        return _say(language, "with {percent} of the people", percent=f"{value:.0%}")
    if trial.name == "next street":
        message = "from the next street, {value} m away"
        return _say(language, message, value=f"{value:.0f}")
    return say("as planned", language)


def _beside(sheet: ReviewSheet) -> list[dict[str, Any]]:
    """Return what each pending proposal adds, this one first."""
    names = {one.id: one.name for one in (sheet.proposal, *sheet.others)}
    own = sheet.proposal.id
    ids = [own, *(name for name in sheet.standing.ids if name != own)][:MOST_OTHERS]
    columns = ("alone", "last", "mean")
    return [
        {"name": names[name], **dict(zip(columns, sheet.standing.of(name), strict=True))}
        for name in ids
    ]


def _limit(language: Language, label: str) -> str:
    """Return a threshold by its label in words."""
    kind: Literal["minutes", "metres"] = "minutes" if label.endswith("min") else "metres"
    value = float(label.removesuffix("min").removesuffix("m"))
    return amounts.threshold_text(Threshold(kind, value), language)


def _signed(value: float) -> str:
    """Return a number of people with its sign."""
    return f"{round(value):+,d}" if round(value) else "0"


def _number(value: float | None) -> str:
    """Return a figure as it was measured, without needless digits."""
    return amounts.NOTHING if value is None else f"{value:,.6g}"


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
