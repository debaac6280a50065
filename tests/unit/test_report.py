"""The report: true figures, every link with its place, names that stay text, both languages."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pypdf
import pytest
from toy_result import HOSTILE
from toy_study import SUBDISTRICTS, toy_result, toy_sections, write_toy_study

from facility_coverage.result import StudyResult
from facility_coverage.study import run_study
from facility_coverage.study_file import Study
from facility_coverage_maps.amounts import minutes, people, percent
from facility_coverage_maps.report import tables
from facility_coverage_maps.report.clauses import measured_text
from facility_coverage_maps.report.report import report_html, write_report

NAMES = (*HOSTILE, "\u202eturned", "long " * 40, "🏥 emoji", '\' OR "1"="1')


class Page(HTMLParser):
    """Lists what a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.sources: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, its attributes and where it leads."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        values = dict(attrs)
        self.links += [values["href"] or ""] if "href" in values else []
        self.ids += [values["id"] or ""] if "id" in values else []
        self.sources += [values["src"] or ""] if "src" in values else []

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data


def study_result(folder: Path, **study: str) -> StudyResult:
    sections = toy_sections()
    sections["study"] |= study
    sections["standards"] = {"use": ["tianhe-145"]}
    sections["siting"] |= {"robustness": True}
    return toy_result(folder, sections)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    return study_result(tmp_path_factory.mktemp("study"), synthetic="All of it is made up")


@pytest.fixture(scope="module")
def page(result: StudyResult) -> Page:
    return Page(report_html(result))


def test_every_link_leads_to_a_place_of_the_page(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert len(page.links) > 30
    assert all(source.startswith("data:image/svg+xml;base64,") for source in page.sources)


def test_the_first_page_tells_the_figures(page: Page, result: StudyResult) -> None:
    opening = page.text.split("Contents")[0]
    total = result.total
    assert f"{total['covered_population_10min']:,.0f}" in opening
    assert "50.6%" in opening
    uncovered = total["population"] - total["covered_population_10min"] - 7
    assert f"{uncovered:,.0f}residents are farther away; 7 more" in opening.replace("\n", "")
    assert "All of it is made up" in opening
    assert "东街道" in opening
    assert "Below the target: 10.1% within 10 min" in opening
    assert "Clause 1" in opening


def test_synthetic_data_is_said_on_every_page_that_may_be_handed_on(page: Page) -> None:
    assert page.text.count("Synthetic data") == 2 + len(SUBDISTRICTS)


def test_equal_results_are_equal_pages(result: StudyResult) -> None:
    assert report_html(result) == report_html(result)


def test_chinese_on_the_screen_and_on_paper(tmp_path: Path) -> None:
    result = study_result(tmp_path, language="zh", name="天河区示例")
    write_report(result, tmp_path, "report")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in html
    texts = [p.extract_text() for p in pypdf.PdfReader(tmp_path / "report.pdf").pages]
    assert "天河区示例" in texts[0]
    assert "哪些街道（镇）未达要求，原因何在" in texts[0].replace("\n", "")
    assert len(texts) > 6


def hostile(result: StudyResult, name: str) -> StudyResult:
    """Return a result in which everything that comes from outside bears one name."""
    study = result.study.model_copy(
        update={"study": result.study.study.model_copy(update={"name": name, "synthetic": name})}
    )
    kinds = {"unit_name", "facility_name", "kind", "ownership", "reason", "notes", "quote"} | {
        "required", "rules", "candidate_name", "clause_id", "standard_id"
    }  # fmt: skip
    frames = {
        frame: getattr(result, frame).assign(
            **dict.fromkeys(kinds & set(getattr(result, frame).columns), name)
        )
        for frame in ("units", "facilities", "candidates", "findings", "gaps")
    }
    evidence = np.empty(len(frames["findings"]), dtype=object)
    evidence[:] = [(name,)] * len(evidence)
    frames["findings"] = frames["findings"].assign(evidence=evidence)
    return replace(result, study=study, notes=(name,), **frames)


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_text(name: str, result: StudyResult, page: Page) -> None:
    html = report_html(hostile(result, name))
    found = Page(html)
    assert found.tags <= page.tags
    assert found.attributes <= page.attributes
    assert "script" not in found.tags
    assert name.strip()[:30] in found.text
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;")
    assert "script-src" not in policy[1]


def test_nobody_lives_there_and_no_site_and_no_name(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["siting"]["sites"] = 0
    path = write_toy_study(tmp_path, sections)
    people = (tmp_path / "people.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "people.csv").write_text("\n".join([*people[:4]]) + "\n", encoding="utf-8")
    register = (tmp_path / "facilities.csv").read_text(encoding="utf-8")
    (tmp_path / "facilities.csv").write_text(
        register.replace("西社区卫生服务中心", ""), encoding="utf-8"
    )
    page = Page(report_html(run_study(Study.load(path))))
    assert "No site is suggested: nothing to choose." in page.text
    assert "The sites were not tried" not in page.text
    assert "东街道" in page.text
    assert "standards" not in page.ids
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_all_is_well(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["coverage"] |= {"minutes": [30], "target_share": 0.1, "method": "streets"}
    sections["siting"]["sites"] = 1
    path = write_toy_study(tmp_path, sections)
    result = run_study(Study.load(path))
    fine = replace(result, units=result.units.assign(flags=""), findings=result.findings)
    page = Page(report_html(fine))
    assert "No subdistrict falls short." in page.text
    assert "Circles are the reached streets with 25 m on both sides." in page.text
    assert "Meets the study's tests" in page.text


def test_long_tables_go_to_the_workbook_and_it_is_said(
    result: StudyResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 1)
    many = result.facilities.loc[result.facilities.index.repeat(1500)].reset_index(drop=True)
    html = report_html(replace(result, facilities=many))
    assert "Shown here: 1 of 3,000 rows" in html
    assert "Shown here: 5 of " in html
    assert len(html) < 2_000_000


def test_conflicts_are_listed_and_shares_told_in_per_cent(result: StudyResult) -> None:
    row = {
        "quantity": "beds", "facility_kind": "centre", "standard_at_least": "one",
        "clause_at_least": "a", "standard_at_most": "two", "clause_at_most": "b", "least": ">= 50",
        "most": "<= 40", "subjects": "f1", "names": "x", "quote_at_least": "", "quote_at_most": "",
    }  # fmt: skip
    conflicts = type(result.conflicts)([row])
    page = Page(report_html(replace(result, conflicts=conflicts)))
    assert "Some clauses cannot both be met" in page.text
    assert "table-conflicts" in page.ids
    assert measured_text(0.79999, "walk_minutes") == "79.9%"
    assert measured_text(1234567.0, "beds") == "1.23457e+06"
    assert measured_text(float("nan"), "beds") == "–"
    passes = result.findings.assign(verdict="pass")
    assert "Every finding is a pass." in report_html(replace(result, findings=passes))


def test_amounts_that_are_not_known() -> None:
    assert (minutes(None), minutes(np.inf), minutes(750.0)) == ("–", "–", "12.5")
    assert (percent(float("nan")), percent(0.8), percent(0.79999)) == ("–", "80.0%", "79.9%")
    assert (people(None), people(1234.4)) == ("–", "1,234")
    assert tables._number(np.inf, "0") == "–"  # noqa: SLF001  (an endless time)


def test_what_else_went_in_is_named(result: StudyResult) -> None:
    study = result.study
    more = study.model_copy(
        update={
            "network": study.network.model_copy(update={"elevation": "/x/N22E113.hgt"}),
            "siting": study.siting.model_copy(update={"candidates": "/x/parcels.csv"}),
        }
    )
    text = Page(report_html(replace(result, study=more))).text
    assert "N22E113.hgt" in text
    assert "parcels.csv" in text
    assert "taken as flat" not in text
