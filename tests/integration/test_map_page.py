"""The map as a file: self-contained, small, the same each time, and every word in Chinese."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from toy_result import HOSTILE, toy_result, toy_study

import facility_coverage_maps
from facility_coverage.words import catalogue
from facility_coverage_maps.page import SCRIPTS, write_map

PAGE = Path(facility_coverage_maps.__file__).parent / "page"
MAX_BYTES = 3_000_000
SPLIT_TEXT = re.compile(r'"\s*\+\s*"')
MESSAGE = re.compile(
    r'(?:\bsay\(|\bfact\(|\b(?:name|without|added|closed|moved):)\s*"([A-Z{n][^"]+)"'
    r'|data-say="([^"]+)"'
)


def test_equal_results_give_equal_bytes(tmp_path: Path) -> None:
    pages = []
    for name in ("first.html", "second.html"):
        write_map(toy_result(toy_study()), tmp_path / name)
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_a_map_of_a_whole_city_is_small(tmp_path: Path) -> None:
    names = tuple(f"Subdistrict {at}" for at in range(29))
    result = toy_result(toy_study(), names, facilities=143, streets=25_000, circle_points=200)
    write_map(result, tmp_path / "map.html")
    assert (tmp_path / "map.html").stat().st_size <= MAX_BYTES


def test_only_the_path_that_was_asked_for_is_written(tmp_path: Path) -> None:
    write_map(toy_result(toy_study()), tmp_path / "any name.partial")
    assert [path.name for path in tmp_path.iterdir()] == ["any name.partial"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_study_changes_nothing_but_data_and_title(tmp_path: Path, name: str) -> None:
    def frame(study_name: str) -> list[str]:
        path = tmp_path / "map.html"
        study = toy_study(name=study_name, synthetic=study_name)
        write_map(toy_result(study, (study_name,) * 6), path)
        tags: list[str] = re.findall(r"<[^>]+>", path.read_text("utf-8"))
        return tags

    assert frame(name) == frame("harmless")


def test_a_name_that_no_text_file_can_hold_spoils_nothing(tmp_path: Path) -> None:
    result = toy_result(toy_study())
    names = pd.Series(["\ud800"] * len(result.units), index=result.units.index, dtype=object)
    write_map(replace(result, units=result.units.assign(unit_name=names)), tmp_path / "map.html")
    assert '"\\ud800"' in (tmp_path / "map.html").read_text("utf-8")


def test_the_page_speaks_the_language_of_the_study(tmp_path: Path) -> None:
    for language, tag in (("en", "en"), ("zh", "zh-CN")):
        write_map(toy_result(toy_study(language=language)), tmp_path / "map.html")
        assert f'<html lang="{tag}">' in (tmp_path / "map.html").read_text("utf-8")


def test_every_word_of_the_page_is_in_the_catalogue() -> None:
    assets = [PAGE / "panel.html", *(PAGE / f"{name}.js" for name in SCRIPTS)]
    text = "\n".join(path.read_text("utf-8") for path in assets)
    messages = {"".join(found) for found in MESSAGE.findall(SPLIT_TEXT.sub("", text))}
    assert len(messages) > 40
    assert messages <= catalogue("zh").keys()


def test_a_base_map_that_lacks_its_key_is_left_out_and_said(tmp_path: Path) -> None:
    study = toy_study()
    tianditu = study.map.model_copy(update={"basemap": "tianditu"})
    result = toy_result(study.model_copy(update={"map": tianditu}))
    for key, sources, missing in (
        (None, "img-src data:;", '"basemap_missing":"tianditu"'),
        ("k1", "img-src data: https://t0.tianditu.gov.cn;", '"basemap_missing":null'),
    ):
        write_map(result, tmp_path / "map.html", tianditu_key=key)
        text = (tmp_path / "map.html").read_text("utf-8")
        assert sources in text
        assert missing in text


def test_every_script_of_the_page_is_part_of_it() -> None:
    assert sorted(path.stem for path in PAGE.glob("*.js")) == sorted(SCRIPTS)
