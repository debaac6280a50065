"""The plans' own figures: which do not fit, worked out by hand from the printed texts.

天宁: 2 + 7 + 29 + 17 + 136 = 191, not 193; at 1000 m in 15 minutes, 5 to 6 minutes are more than
300 m. 天河: 13563 beds for 2,241,826 residents are 6.05 per 1,000, not 6.03; 11 of 26 centres are
42.3 %, not 38 %, while 11 of 29 institutions would be. 津南: 26.89 % in the text, 28.59 % in the
table; 3.27 nurses to 2.52 doctors are 1.30, not 1.11.
"""

from pathlib import Path

import pytest
from plan_quotes import plan_text, squeezed

from facility_coverage.standards.consistency import FigureFinding, Verdict, check_figures
from facility_coverage.standards.plan_figures import figure_plan_ids, load_figures

NOT_CONSISTENT: dict[tuple[str, str], Verdict] = {
    ("jinnan-145", "health-literacy-in-text-and-table"): "inconsistent",
    ("jinnan-145", "nurses-per-doctor-follow"): "inconsistent",
    ("tianhe-145", "beds-per-1000-follow"): "inconsistent",
    ("tianhe-145", "doctors-per-1000-follow"): "inconsistent",
    ("tianhe-145", "government-share-follows"): "inconsistent",
    ("tianning-145", "institutions-add-up"): "inconsistent",
    ("tianning-145", "one-pace-for-both-radii"): "inconsistent",
    ("tianning-145", "beihuan-has-the-beds-of-a-new-centre"): "inconsistent",
    ("tianning-145", "qinglong-stays-as-it-is"): "inconsistent",
    ("tianning-145", "maternal-deaths-in-one-unit"): "inconsistent",
    ("tianning-145", "gps-in-text-and-table"): "borderline",
    ("tianning-145", "senior-share-follows"): "borderline",
}
IMPLIED = {
    ("dongli-155", "residents"): (837_707, 839_558),
    ("jinnan-145", "towns"): (7.95, 8.05),
    ("jinnan-145", "villages"): (151.0, 152.9),
    ("tianhe-145", "government-centres"): (11, 11),
    ("tianhe-145", "institutions"): (28.57, 29.33),
    ("tianhe-145", "street-besides-the-nine"): (1, 1),
    ("tianhe-145", "hospital-besides-the-eight"): (1, 1),
    ("tianhe-145", "beds-of-three-hospitals"): (2400, 2400),
    ("tianhe-145", "printed-beds-of-new-hospitals"): (3400, 3400),
    ("tianning-145", "beds-now"): (420, 420),
    ("tianning-145", "beds-planned"): (1210, 1210),
    ("tianning-145", "residents-by-beds"): (641_221, 651_163),
    ("tianning-145", "residents-by-contracts"): (629_878, 657_444),
    ("tianning-145", "beds-per-1000-in-2035"): (1.432, 1.449),
}


@pytest.fixture(scope="module")
def findings() -> dict[tuple[str, str], FigureFinding]:
    plans = [load_figures(name) for name in figure_plan_ids()]
    return {(f.plan_id, f.relation_id): f for plan in plans for f in check_figures(plan)}


def test_what_does_not_fit(findings: dict[tuple[str, str], FigureFinding]) -> None:
    found = {name: f.verdict for name, f in findings.items()}
    bad = {n: v for n, v in found.items() if v in {"inconsistent", "borderline"}}
    assert bad == NOT_CONSISTENT


def test_what_the_plans_imply(findings: dict[tuple[str, str], FigureFinding]) -> None:
    implied = {
        name: (f.computed_low, f.computed_high)
        for name, f in findings.items()
        if f.verdict == "implied"
    }
    assert implied.keys() == IMPLIED.keys()
    for name, ends in IMPLIED.items():
        assert implied[name] == pytest.approx(ends, rel=1e-3)


def test_the_computed_figures(findings: dict[tuple[str, str], FigureFinding]) -> None:
    computed = {name: f.computed_low for name, f in findings.items()}
    assert computed["tianning-145", "institutions-add-up"] == 191
    assert round(computed["tianhe-145", "beds-per-1000-follow"], 2) == 6.05
    assert round(computed["tianhe-145", "doctors-per-1000-follow"], 2) == 4.64
    assert round(computed["tianhe-145", "government-share-follows"], 1) == 42.3
    assert round(computed["tianhe-145", "vacant-share-follows"], 2) == 26.43


@pytest.mark.parametrize("name", figure_plan_ids())
def test_every_figure_stands_in_the_plan(name: str, plan_texts: Path) -> None:
    text = plan_text(plan_texts, name)
    for figure in load_figures(name).figures:
        assert squeezed(figure.quote) in text
        assert figure.value in figure.quote
