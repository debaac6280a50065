"""Words for kinds and owners: what stands for what, and what stands for nothing."""

import pytest

from facility_coverage.facility_words import kind_word, kind_words, ownership_word


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("社区卫生服务中心", "centre"),
        (" Centre ", "centre"),
        ("社区卫生服务分中心", "subcentre"),
        ("镇卫生院", "township_hospital"),
        ("邻村延伸", "outreach_neighbour"),
        ("Own kind", "own kind"),
        ("", "unknown"),
    ],
)
def test_kinds(word: str, kind: str) -> None:
    assert kind_word(word) == kind


@pytest.mark.parametrize(
    ("word", "owner"),
    [
        ("政府办", "government"),
        ("Government", "government"),
        ("院办院管", "hospital_transitional"),
        ("武警", "armed_police"),
        ("社会办", "private"),
        ("", "unknown"),
        ("unknown", "unknown"),
        ("somebody", None),
    ],
)
def test_ownership(word: str, owner: str | None) -> None:
    assert ownership_word(word) == owner


def test_each_kind_once() -> None:
    assert kind_words(["站", "station", "中心"]) == ("station", "centre")
