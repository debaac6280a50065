"""What the command line tells of reviews, beside what the whole command is tried with."""

from pathlib import Path

import pytest
from review_study import proposed, review_desk

from facility_coverage.proposals.change import Flip
from facility_coverage.proposals.comparison import compare
from facility_coverage.proposals.proposal import Told
from facility_coverage.proposals.sheet import review
from facility_coverage_cli.review import _compared, _lines
from facility_coverage_maps.review.page import review_html

DOUBT = Told(en="is that its system?", zh="坐标系？")
FLIP = Flip(unit_id="", unit_name="", what="clause", name="toy: x", before="fail", after="pass")


@pytest.mark.parametrize("with_rules", [True, False])
def test_doubts_and_verdicts_on_the_district_are_told(tmp_path: Path, *, with_rules: bool) -> None:
    desk = review_desk(tmp_path)
    prepared = desk.measured.prepared
    proposal = proposed("p", (1050, 12), kind="centre")
    sheet = review(prepared, proposal, desk=desk)
    rules = sheet.rules if with_rules else ()
    change = sheet.change.model_copy(update={"flips": (FLIP,)})
    sheet = sheet.model_copy(update={"change": change, "doubts": (DOUBT,), "rules": rules})
    told = [line.told("en") for line in _lines(sheet, tmp_path)]
    assert "  check: is that its system?" in told
    assert "  the whole district: toy: x: fail -> pass" in told
    assert any(line.startswith("  clauses: ") for line in told) == with_rules
    in_chinese = [line.told("zh") for line in _lines(sheet, tmp_path)]
    assert "  请核对：坐标系？" in in_chinese
    assert "  全区：toy: x：不符合 → 符合" in in_chinese
    page = review_html(sheet, {"map_before": "", "map_after": ""}, "zh")  # type: ignore[dict-item]  # no map is needed here
    assert "坐标系？" in page
    assert "toy: x (不符合 → 符合)" in page
    found = compare(prepared, [proposal], desk=desk).model_copy(update={"doubts": (DOUBT,)})
    lines = [line.told("en") for line in _compared(found, tmp_path)]
    assert "Check: is that its system?" in lines
    assert "请核对：坐标系？" in [line.told("zh") for line in _compared(found, tmp_path)]
    assert not any(line.startswith("* best plan") for line in lines)
