"""Charts: the figures of the result, the same bytes, no letter that cannot be drawn."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from toy_result import HOSTILE
from toy_study import toy_result, toy_sections

from facility_coverage.errors import SourceError
from facility_coverage.result import StudyResult
from facility_coverage_maps import charts, fonts
from facility_coverage_maps.charts import (
    Chart,
    lorenz_chart,
    reach_chart,
    siting_chart,
    subdistrict_chart,
)

ALL = (reach_chart, subdistrict_chart, lorenz_chart, siting_chart)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    return toy_result(tmp_path_factory.mktemp("study"))


def drawn(chart: Chart) -> str:
    assert ET.fromstring(chart.svg).tag.endswith("svg")  # noqa: S314  (our own)
    return chart.svg.decode()


@pytest.mark.parametrize("draw", ALL)
def test_equal_results_are_equal_pictures_without_a_clock(
    draw: object, result: StudyResult
) -> None:
    first, again = (drawn(draw(result, "en")) for _ in range(2))  # type: ignore[operator]
    assert first == again
    assert "<dc:date>" not in first
    chinese = draw(result, "zh")  # type: ignore[operator]
    assert chinese.text != draw(result, "en").text  # type: ignore[operator]
    assert chinese.data_url.startswith("data:image/svg+xml;base64,")


def test_the_words_tell_the_figures(result: StudyResult) -> None:
    assert "5 min: 30.4%, 10 min: 50.6%" in reach_chart(result, "en").text
    assert "0." in lorenz_chart(result, "en").text


def test_hostile_names_and_letters_that_no_font_has(result: StudyResult) -> None:
    names = [*HOSTILE, "$x^2$ \U0010fffd \u202e"]
    units = pd.concat([result.units.iloc[:1]] * len(names), ignore_index=True)
    units = units.assign(unit_name=names, unit_id=[f"u{i}" for i in range(len(names))])
    svg = ET.fromstring(drawn(subdistrict_chart(replace(result, units=units), "en")))  # noqa: S314
    tags = {element.tag.rpartition("}")[2] for element in svg.iter()}
    assert not tags & {"script", "img", "image", "a", "foreignObject"}
    assert {"g", "path", "use"} <= tags


def test_only_the_least_covered_fit(result: StudyResult, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = drawn(subdistrict_chart(result, "en"))
    monkeypatch.setattr(charts, "MOST_BARS", 1)
    assert len(drawn(subdistrict_chart(result, "en"))) < len(whole)


def test_a_study_in_metres_without_people_covered(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["coverage"] |= {"minutes": [], "distance_m": [50]}
    sections["siting"]["sites"] = 0
    result = toy_result(tmp_path, sections)
    assert "(0.0%)" not in reach_chart(result, "en").text
    assert lorenz_chart(result, "en").text.endswith("(Gini –)")
    drawn(siting_chart(result, "en"))


@pytest.mark.parametrize(("last", "step"), [(60.0, 5.0), (120.0, 15.0), (360.0, 60.0)])
def test_the_time_axis_keeps_its_ticks_apart(last: float, step: float) -> None:
    ticks = charts._time_ticks([7.0], last)  # noqa: SLF001  (the rule itself)
    assert 7.0 in ticks
    assert ticks[-1] == last
    assert ticks[-1] - ticks[-2] == step


def test_chinese_needs_a_font(
    result: StudyResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FONT_FOLDERS", (str(tmp_path),))
    with pytest.raises(SourceError, match="no font with Chinese letters"):
        reach_chart(result, "zh")


def test_a_font_that_matplotlib_has_not_seen_is_shown_to_it(
    result: StudyResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib.font_manager import fontManager  # noqa: PLC0415  (as charts do)

    others = [entry for entry in fontManager.ttflist if entry.name not in fonts.FONT_STACK]
    monkeypatch.setattr(fontManager, "ttflist", others)
    drawn(lorenz_chart(result, "zh"))
    assert {entry.name for entry in fontManager.ttflist} & set(fonts.FONT_STACK)
