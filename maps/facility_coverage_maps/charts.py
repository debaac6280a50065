"""The charts of a study as SVG: same bytes for same figures, words in one language, a text each."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from facility_coverage.assessment.curves import LorenzCurve, lorenz_curve, reach_curve
from facility_coverage.result import OUTSIDE_UNIT_ID, StudyResult
from facility_coverage.units import SECONDS_PER_MINUTE
from facility_coverage.words import Language, Remark, say
from facility_coverage_maps.amounts import percent, threshold_text
from facility_coverage_maps.fonts import FONT_STACK, chinese_font, require_font
from facility_coverage_maps.small_map import data_url
from facility_coverage_maps.theme import share_colour

BLUE, ORANGE, GREY, INK = "#0072b2", "#d55e00", "#7a8591", "#14202e"
"""Told apart by people who see no red or green; each line has its own dashes, too."""
MOST_BARS = 40
"""Of subdistricts in one chart; those least covered are shown."""

_WIDTH_IN, _HEIGHT_IN = 4.4, 3.3
_LETTERS = 18
_LOST = "\ufffd"
"""Stands for a letter that no font here has."""
_LATIN_FONT = "DejaVu Sans"
_SHOWN_TIMES = 2.0
"""The time axis ends at this many times the longest threshold."""
_FALLBACK_MINUTES = 30.0


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes
    ----------
    svg
        The picture; its letters are outlines, so that it looks the same everywhere.
    text
        What it shows, in words, for those who cannot see it.
    """

    svg: bytes
    text: str

    @property
    def data_url(self) -> str:
        """Return the picture as the address of an ``img`` element."""
        return data_url(self.svg)


def reach_chart(result: StudyResult, language: Language) -> Chart:
    """Draw the share of residents against minutes to the nearest facility.

    Parameters
    ----------
    result
        A study's result.
    language
        Of the words.

    Returns
    -------
    Chart
        A rising line with the thresholds in minutes and the target.
    """
    curve = reach_curve(
        result.demand["travel_time_s"].to_numpy(dtype=float),
        result.demand["population"].to_numpy(dtype=float),
    )
    population = result.total["population"]
    limits = [t for t in result.thresholds if t.kind == "minutes"]
    last = _SHOWN_TIMES * max([t.value for t in limits], default=_FALLBACK_MINUTES / 2)
    shown = curve.travel_time_s <= last * SECONDS_PER_MINUTE
    x = np.concatenate([[0.0], curve.travel_time_s[shown] / SECONDS_PER_MINUTE, [last]])
    y = np.concatenate([[0.0], curve.people[shown] / population])
    y = np.append(y, y[-1])
    reached = ", ".join(
        f"{threshold_text(t, language)}: {percent(result.total[f'covered_share_{t.label}'])}"
        for t in limits
    )
    text = say("Residents by time to the nearest facility ({shares})", language)
    with _canvas() as (figure, axes):
        axes.step(x, y, where="post", color=BLUE, lw=1.8)
        for limit in limits:
            axes.axvline(limit.value, color=GREY, lw=0.8, ls=(0, (2, 2)))
        _draw_target(axes, result.study.coverage.target_share, language)
        axes.set_xlim(0, last)
        axes.set_xticks(_time_ticks([limit.value for limit in limits], last))
        _percent_axis(axes.yaxis)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel(say("minutes to the nearest facility", language))
        axes.set_ylabel(say("share of all residents", language))
        return Chart(_svg(figure), text.format(shares=reached or percent(float(y[-1]))))


def subdistrict_chart(result: StudyResult, language: Language) -> Chart:
    """Draw the covered share of each subdistrict as bars, least covered at the top.

    Parameters
    ----------
    result
        A study's result.
    language
        Of the words.

    Returns
    -------
    Chart
        Bars in the colours of the map, with the target.
    """
    column = f"covered_share_{result.target.label}"
    inside = result.units[result.units["unit_id"] != OUTSIDE_UNIT_ID]
    known = inside[inside[column].notna()].sort_values([column, "unit_id"]).head(MOST_BARS)
    target = result.study.coverage.target_share
    shares = known[column].to_numpy(dtype=float)
    colours = [share_colour(share, target) for share in shares.tolist()]
    limit = threshold_text(result.target, language)
    text = say("Residents covered within {limit} by subdistrict", language).format(limit=limit)
    with _canvas(width_in=7.0, height_in=max(1.2, 0.7 + 0.15 * len(known))) as (figure, axes):
        places = np.arange(len(known))
        axes.barh(places, shares, color=colours, edgecolor=INK, linewidth=0.4, height=0.74)
        axes.set_yticks(places, _shown(known["unit_name"]), fontsize=7.5)
        for place, share in enumerate(shares):
            axes.text(share + 0.01, place, percent(share), va="center", fontsize=7, color=INK)
        axes.axvline(target, color=ORANGE, lw=1.2, ls=(0, (4, 2)))
        axes.set_xlim(0, 1.12)
        axes.set_ylim(len(known) - 0.4, -0.6)
        _percent_axis(axes.xaxis)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel(text)
        return Chart(_svg(figure), text)


def lorenz_chart(result: StudyResult, language: Language) -> Chart:
    """Draw how evenly coverage is spread over residents, by subdistrict.

    Parameters
    ----------
    result
        A study's result.
    language
        Of the words.

    Returns
    -------
    Chart
        A curve below the diagonal, with its Gini coefficient.
    """
    curve = coverage_lorenz(result)
    gini = "–" if curve.gini is None else f"{curve.gini:.3f}"
    text = say("Lorenz curve of coverage over residents by subdistrict (Gini {gini})", language)
    with _canvas() as (figure, axes):
        axes.plot([0, 1], [0, 1], color=GREY, lw=1.0, ls=(0, (4, 2)))
        axes.plot(curve.people_share, curve.held_share, color=BLUE, lw=1.8)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_aspect("equal")
        _percent_axis(axes.xaxis)
        _percent_axis(axes.yaxis)
        axes.set_xlabel(say("share of residents, least covered subdistricts first", language))
        axes.set_ylabel(say("share of covered residents", language))
        axes.text(0.05, 0.9, f"Gini {gini}", fontsize=9)
        return Chart(_svg(figure), text.format(gini=gini))


def coverage_lorenz(result: StudyResult) -> LorenzCurve:
    """Return the Lorenz curve that the chart shows.

    Parameters
    ----------
    result
        A study's result.

    Returns
    -------
    LorenzCurve
        Of the share covered at the target, over the subdistricts' residents.
    """
    inside = result.units[result.units["unit_id"] != OUTSIDE_UNIT_ID]
    return lorenz_curve(
        inside[f"covered_share_{result.target.label}"].to_numpy(dtype=float),
        inside["population"].to_numpy(dtype=float),
    )


def siting_chart(result: StudyResult, language: Language) -> Chart:
    """Draw the covered share against the number of new sites, with what no plan exceeds.

    Parameters
    ----------
    result
        A study's result.
    language
        Of the words.

    Returns
    -------
    Chart
        Two lines and a mark at the plan of this study.
    """
    curve = result.siting.curve
    sites = curve["sites"].to_numpy()
    limit = threshold_text(result.target, language)
    text = say("Residents covered within {limit} by number of new sites", language)
    chosen = len(result.candidates)
    with _canvas() as (figure, axes):
        axes.plot(
            sites, curve["bound_share"], color=ORANGE, lw=1.2, ls=(0, (4, 2)),
            label=say("no plan covers more", language),
        )  # fmt: skip
        axes.plot(
            sites, curve["covered_share"], color=BLUE, lw=1.8, marker="o", ms=3,
            label=say("a plan that exists", language),
        )  # fmt: skip
        if chosen:
            axes.axvline(chosen, color=GREY, lw=0.8, ls=(0, (2, 2)))
        _draw_target(axes, result.study.coverage.target_share, language)
        axes.set_xlim(0, max(int(sites.max(initial=0)), 1))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_ylim(max(0.0, float(curve["covered_share"].min()) - 0.08), 1.02)
        _percent_axis(axes.yaxis)
        axes.set_xlabel(say("number of new sites", language))
        axes.set_ylabel(say("share of all residents", language))
        axes.legend(loc="lower right", fontsize=7.5, frameon=False)
        return Chart(_svg(figure), text.format(limit=limit))


@contextmanager
def _canvas(
    width_in: float = _WIDTH_IN, height_in: float = _HEIGHT_IN
) -> Iterator[tuple[Any, Any]]:
    """Hand out a figure with one pair of axes, in our fonts and looks."""
    from matplotlib import rc_context  # noqa: PLC0415  (only those who draw wait for it)
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    look: dict[Any, Any] = {
        "font.family": _families(),
        "font.size": 8.5,
        "svg.hashsalt": "facility-coverage",
        "svg.fonttype": "path",
        "text.parse_math": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "text.color": INK,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e3e7eb",
        "grid.linewidth": 0.6,
    }
    with rc_context(look):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure, figure.add_subplot()


def _families() -> list[str]:
    """Return the families to draw letters with; the first that has a letter draws it."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415

    known = {entry.name for entry in fontManager.ttflist}
    font = chinese_font()
    if font is not None and known.isdisjoint(FONT_STACK):  # newer than matplotlib's list of fonts
        fontManager.addfont(str(font))
        known = {entry.name for entry in fontManager.ttflist}
    return [*(name for name in FONT_STACK if name in known), _LATIN_FONT]


def _svg(figure: Any) -> bytes:  # noqa: ANN401  (matplotlib carries no types)
    """Return a figure as SVG without clock and maker."""
    from matplotlib.text import Text  # noqa: PLC0415

    require_font("".join(text.get_text() for text in figure.findobj(Text)), Remark("chart"))
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def _draw_target(axes: Any, share: float, language: Language) -> None:  # noqa: ANN401
    """Draw the target share as a line with its words."""
    axes.axhline(share, color=ORANGE, lw=1.0, ls=(0, (1, 1.5)))
    words = say("target {share}", language).format(share=percent(share))
    axes.annotate(
        words, (0, share), xytext=(4, 2), textcoords="offset points", fontsize=7.5,
        xycoords=("axes fraction", "data"),
    )  # fmt: skip


def _percent_axis(axis: Any) -> None:  # noqa: ANN401
    from matplotlib.ticker import PercentFormatter  # noqa: PLC0415

    axis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _time_ticks(limits: list[float], last: float) -> list[float]:
    """Return the thresholds and, beyond them, as many steps as fit."""
    step = 5.0 if last <= 60.0 else 15.0 if last <= 180.0 else 60.0  # noqa: PLR2004  (minutes)
    return sorted({*np.arange(0.0, last + step / 2, step).tolist(), *limits})


def _shown(names: Iterable[str]) -> list[str]:
    """Return names as they can stand at an axis: short, and only letters that can be drawn."""
    from matplotlib import rcParams  # noqa: PLC0415
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415

    drawn: set[int] = set()
    for family in rcParams["font.family"]:
        drawn.update(get_font(findfont(FontProperties(family=family))).get_charmap())
    short = [n if len(n) <= _LETTERS else n[: _LETTERS - 1] + "…" for n in names]
    return [
        "".join(letter if letter.isprintable() and ord(letter) in drawn else _LOST for letter in n)
        for n in short
    ]
