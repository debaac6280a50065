"""Every word a person sees is there once in English and once in Chinese."""

import re
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest
from toy_study import toy_result

from facility_coverage import words
from facility_coverage.study import run_study
from facility_coverage.words import catalogue, page_catalogue, say

PO = Path(words.__file__).with_name("zh.po")


def test_no_message_stands_twice() -> None:
    ids = re.findall(r'^msgid "(.+)"$', PO.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [message for message, count in Counter(ids).items() if count > 1] == []
    assert set(ids) == set(page_catalogue("en"))


def test_every_message_is_translated_with_its_own_placeholders() -> None:
    chinese = catalogue("zh")
    assert list(chinese) == list(catalogue("en"))
    for message, text in chinese.items():
        assert text.strip(), message
        assert _placeholders(text) == _placeholders(message), message


def _placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def test_say() -> None:
    assert say("Population", "en") == "Population"
    assert say("Population", "zh") == "人口"
    with pytest.raises(KeyError):
        say("No such message", "zh")


def test_every_stage_of_a_study_is_in_the_catalogue(tmp_path: Path) -> None:
    stages: list[tuple[str, float]] = []
    study = toy_result(tmp_path).study
    run_study(study, progress=lambda stage, done_share: stages.append((stage, done_share)))
    assert len(stages) > 5
    assert [stage for stage, _ in stages if stage not in catalogue("zh")] == []
    shares = [share for _, share in stages]
    assert shares == sorted(shares)
    assert 0.0 <= shares[0] <= shares[-1] <= 1.0
