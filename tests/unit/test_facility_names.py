"""Kinds and owners read from names: a subcentre before a centre, a station before its centre."""

import pytest

from facility_coverage.facility_words import kind_in_name, ownership_in_text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("天河区石牌街社区卫生服务分中心", "subcentre"),
        ("石牌街社区卫生服务中心", "centre"),
        ("石牌街社区 卫生服务中心", "centre"),
        ("石牌街社区卫生服务中心华师社区卫生服务站", "station"),
        ("南山社康中心", "centre"),
        ("雕庄社区医院", "community_hospital"),
        ("咸水沽镇卫生院", "township_hospital"),
        ("某村卫生室", "village_clinic"),
        ("某某急救站", "ambulance_station"),
        ("某某门诊部", "outpatient"),
        ("Hospital Insular", None),
        ("", None),
    ],
)
def test_kinds_in_names(name: str, kind: str | None) -> None:
    assert kind_in_name(name) == kind


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("天河区卫生健康局", "government"),
        ("棠下街道办事处", "government"),
        ("由省中医院承办", "hospital_transitional"),
        ("武警广东省总队医院", "armed_police"),
        ("某某医疗有限公司", "private"),
        ("谁知道", None),
    ],
)
def test_owners_in_texts(text: str, owner: str | None) -> None:
    assert ownership_in_text(text) == owner
