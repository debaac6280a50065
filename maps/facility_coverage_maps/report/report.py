"""The report of a study as one page, and the same page on paper."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from facility_coverage.files import atomic_path
from facility_coverage.outputs.columns import value_words
from facility_coverage.outputs.workbook import NAME as WORKBOOK_NAME
from facility_coverage.result import StudyResult
from facility_coverage.siting.notes import MODEL_NAMES, STATUS_WORDS
from facility_coverage.words import LANGUAGE_TAGS, Language, say
from facility_coverage_maps import amounts, charts
from facility_coverage_maps.paper import CONTENT_POLICY, pdf_bytes, print_style
from facility_coverage_maps.report.clauses import VERDICT_WORDS, clauses_of, findings_of
from facility_coverage_maps.report.drawing import (
    FACILITY_COLOUR,
    OTHER_COLOUR,
    SITE_COLOUR,
    Drawing,
)
from facility_coverage_maps.report.method import method_of
from facility_coverage_maps.report.subdistricts import (
    MOST_FACILITIES,
    MOST_FINDINGS,
    MOST_GAPS,
    subdistricts_of,
)
from facility_coverage_maps.report.tables import report_tables
from facility_coverage_maps.theme import COVERAGE_COLOURS, GAP_COLOUR, share_classes

_TEMPLATES = Path(__file__).parent / "templates"
_FIRST_CLAUSES = 3
"""Clauses, of those that something fails, whose wording the first page gives."""
_FIRST_SITES = 3
"""New sites that the first page tells of."""
_WORST = 7
"""Subdistricts that the first page names, those with most uncovered residents first."""


@dataclass(frozen=True)
class Words:
    """What templates and view functions say things with, in one language.

    Attributes
    ----------
    language
        Of all of it.
    """

    language: Language

    def __call__(self, message: str, **values: object) -> str:
        """Return a message with its values, as plain text."""
        text = say(message, self.language)
        return text.format(**values) if values else text

    def html(self, message: str, **values: object) -> Markup:
        """Return a message with its values, some of which may be markup such as links."""
        return escape(say(message, self.language)).format(**values)


def write_report(result: StudyResult, folder: Path, name: str = "report") -> None:
    """Write the report of a study: ``.html`` and ``.pdf``, in the language of the study.

    Equal results give equal bytes.

    Parameters
    ----------
    result
        A study's result.
    folder
        An existing folder.
    name
        Name of both files, without ending.

    Raises
    ------
    SourceError
        Pango or a font with Chinese letters is missing, or the disk refused.
    """
    page = report_html(result)
    paper = pdf_bytes(page)
    for ending, content in ((".html", page.encode("utf-8", "backslashreplace")), (".pdf", paper)):
        with atomic_path(folder / f"{name}{ending}") as temporary:
            temporary.write_bytes(content)


def report_html(result: StudyResult) -> str:
    """Return the report of a study as one page that loads nothing.

    Parameters
    ----------
    result
        A study's result.

    Returns
    -------
    str
        HTML in the language of the study, made for the screen and for paper.
    """
    language = result.study.study.language
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = Words(language)
    environment.globals |= {
        "say": words,
        "say_html": words.html,
        "link": _link,
        "people": amounts.people,
        "percent": amounts.percent,
        "minutes": amounts.minutes,
        "legends": _legends(result, words),
        "told": lambda name, text: value_words(name, text, language),
        "workbook": WORKBOOK_NAME,
    }
    template = environment.get_template("report.html.j2")
    return template.render(_content(result, language, words))


def _content(result: StudyResult, language: Language, words: Words) -> dict[str, Any]:
    """Return everything that the templates show."""
    study = result.study
    clauses = clauses_of(result, language)
    findings = findings_of(result, clauses, words)
    units = subdistricts_of(result, findings, language, words)
    short = sorted(
        (unit for unit in units if unit.causes), key=lambda unit: (-unit.uncovered, unit.number)
    )
    return {
        "tag": LANGUAGE_TAGS[language],
        "policy": CONTENT_POLICY,
        "style": print_style() + _file("report.css"),
        "name": study.study.name,
        "synthetic": study.study.synthetic,
        "limit": amounts.threshold_text(result.target, language),
        "label": result.target.label,
        "target_place": result.thresholds.index(result.target),
        "target_share": study.coverage.target_share,
        "total": result.total,
        "uncovered": _uncovered(result),
        "thresholds": [
            (amounts.threshold_text(threshold, language), threshold.label)
            for threshold in result.thresholds
        ],
        "units": units,
        "short": short,
        "worst": short[:_WORST],
        "clauses": clauses,
        "failed_clauses": [own for own in clauses if own.verdicts["fail"]][:_FIRST_CLAUSES],
        "findings": findings,
        "verdicts": VERDICT_WORDS,
        "conflicts": result.conflicts.to_dict("records"),
        "siting": _siting(result, words),
        "tables": report_tables(result, language, words),
        "drawing": Drawing.of(result, language, words),
        "charts": _charts(result, language),
        "gini": charts.coverage_lorenz(result).gini,
        "method": method_of(result, language, words),
        "notes": result.notes,
        "most_facilities": MOST_FACILITIES,
        "most_findings": MOST_FINDINGS,
        "most_gaps": MOST_GAPS,
    }


def _uncovered(result: StudyResult) -> float:
    """Return how many assessed people, inside and outside every subdistrict, are not covered."""
    total = result.total
    covered: float = total[f"covered_population_{result.target.label}"]
    return float(total["population"] - total["unassessed_population"] - covered)


def _siting(result: StudyResult, words: Callable[..., str]) -> dict[str, Any]:
    """Return the suggested sites, and what the first of them change together."""
    sites = result.candidates.drop(columns="geometry").sort_values("rank").to_dict("records")
    curve, first = result.siting.curve, sites[:_FIRST_SITES]
    before = float(curve["covered_share"].iloc[0]) if len(curve) else None
    bound = curve.loc[curve["sites"] == len(first), "bound_share"]
    answer = result.siting.answer
    return {
        "sites": sites,
        "first": first,
        "gain": sum(site["gain_population"] for site in first),
        "before": before,
        "after": first[-1]["cumulative_share"] if first else before,
        "bound": float(bound.iloc[0]) if len(bound) else None,
        "model": words(MODEL_NAMES[answer["model"]]),
        "status": words(STATUS_WORDS[answer["status"]]),
        "gap": answer.get("gap"),
        "tried": len(result.siting.robustness) > 0,
    }


def _charts(result: StudyResult, language: Language) -> dict[str, charts.Chart]:
    """Return the charts that have something to show."""
    found = {
        "reach": charts.reach_chart(result, language),
        "subdistricts": charts.subdistrict_chart(result, language),
        "lorenz": charts.lorenz_chart(result, language),
    }
    if len(result.siting.curve) > 1:
        found["siting"] = charts.siting_chart(result, language)
    return found


def _legends(result: StudyResult, words: Words) -> dict[str, list[tuple[str, str, str]]]:
    """Return the legends of the maps: sign, its colour and words."""
    share = result.study.coverage.target_share
    ends = [amounts.percent(bound) for bound in share_classes(share)]
    classes = [f"{low}–{high}" for low, high in pairwise(ends)]
    classes.append(words("target {share} met", share=amounts.percent(share)))
    signs = [
        ("■", FACILITY_COLOUR, words("centre")),
        ("●", FACILITY_COLOUR, words("station")),
        ("◆", FACILITY_COLOUR, words("other kinds")),
        ("■", OTHER_COLOUR, words("grey: not government-run")),
        ("●", SITE_COLOUR, words("suggested site with rank")),
    ]
    colours = Drawing.of(result, words.language, words).colours()
    limits = {t.label: amounts.threshold_text(t, words.language) for t in result.thresholds}
    bands = [("━", colour, limits.get(band, words("farther"))) for band, colour in colours.items()]
    gap = ("■", GAP_COLOUR, words("gap: residents beyond the limit"))
    shares = [("■", c, text) for c, text in zip(COVERAGE_COLOURS, classes, strict=True)]
    return {"district": [*shares, *signs], "subdistrict": [*bands, gap, *signs]}


def _link(text: object, anchor: str) -> Markup:
    """Return a text that leads to where it comes from."""
    return Markup('<a href="#{}">{}</a>').format(anchor, text)


def _file(name: str) -> Markup:
    """Return a file of the templates' folder."""
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704  (our own file)
