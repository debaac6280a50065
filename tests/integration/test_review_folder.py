"""Reviews as folders: every file, the same bytes again, signed, and told wrong in one line."""

import json
import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader
from review_study import review_sections, write_review_study
from toy_study import degrees, write_csv

from facility_coverage.errors import NotFoundError
from facility_coverage.files import sha256_of
from facility_coverage.proposals.signature import Signature
from facility_coverage_cli.main import outcome
from facility_coverage_maps.review.folder import page_name, sign_sheet

TITLE = '=HYPERLINK("x") <script>alert(1)</script> 东社区'
HEADER = ("id", "title", "kind", "lon", "lat", "beds", "cost", "closes")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hold a study, proposals, and one reviewed."""
    folder = tmp_path_factory.mktemp("reviewed")
    sections = review_sections()
    sections["study"]["synthetic"] = "all of it"
    write_review_study(folder, sections)
    rows: list[list[object]] = [
        ["east", TITLE, "centre", *degrees(1050, 12), "20", "7", ""],
        ["move", "移动", "station", *degrees(550, 300), "", "3", "f2"],
        ["shut", "", "", "", "", "", "", "f1"],
    ]
    write_csv(folder / "proposals.csv", HEADER, rows)
    bad: list[object] = ["bad", "", "centre", *degrees(1050, 12), "-1", "", ""]
    write_csv(folder / "all.csv", HEADER, [*rows, bad])
    assert outcome([*reviewing(folder, "east"), "--with", str(folder / "proposals.csv")]) == 0
    return folder


def reviewing(folder: Path, proposal_id: str, out: str = "out") -> list[str]:
    files = ["--proposal", str(folder / "proposals.csv"), "--out", str(folder / out)]
    return ["review", str(folder / "study.toml"), *files, "--id", proposal_id]


def test_the_folder_holds_all_of_a_review(folder: Path) -> None:
    out = folder / "out"
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    names = {path.name for path in out.iterdir()}
    unlisted = {"manifest.json", "inputs.json", "review.gpkg"}
    assert names - unlisted == set(manifest["outputs"])
    for name, digest in manifest["outputs"].items():
        assert sha256_of(out / name) == digest
    assert str(folder) not in (out / "manifest.json").read_text(encoding="utf-8")
    assert manifest["inputs"]["standards_1"]["file"] == "rules.toml"
    assert manifest["parameters"]["standards"]["use"] == ["rules.toml"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_say_it_and_run_nothing(folder: Path, language: str) -> None:
    out = folder / "out"
    html = (out / f"review.{language}.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "default-src &#39;none&#39;" in html
    pages = PdfReader(out / f"review.{language}.pdf").pages
    assert len(pages) == 1
    text = "".join(pages[0].extract_text().split())
    for word in ("东社区", "285", "toy:planned-large"):
        assert word in text


def test_a_replay_gives_the_same_bytes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["review-replay", str(folder / "out"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["differing"] == []
    assert {"review.json", "change.csv", "circles.geojson"} <= set(told["same"])


def test_a_replay_finds_moved_inputs(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(folder / "out", moved)
    (moved / "inputs.json").unlink()
    assert outcome(["review-replay", str(moved)]) == 3
    assert "inputs.json: cannot be read" in capsys.readouterr().err
    assert outcome(["review-replay", str(moved), "--inputs", str(folder), "--quiet"]) == 0
    archive = tmp_path / "archive"
    archive.mkdir()
    assert outcome(["review-replay", str(moved), "--inputs", str(archive)]) == 3
    assert "is gone; name its folder with --inputs" in capsys.readouterr().err
    for name in ("streets.osm", "subdistricts.geojson", "facilities.csv", "people.csv"):
        shutil.copy(folder / name, archive)
    (archive / "rules.toml").write_text("changed", encoding="utf-8")
    assert outcome(["review-replay", str(moved), "--inputs", str(archive)]) == 2
    assert "is not the input 'standards_1' that was reviewed" in capsys.readouterr().err


def test_a_replay_notices_what_was_changed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    touched = tmp_path / "touched"
    shutil.copytree(folder / "out", touched)
    table = touched / "change.csv"
    table.write_bytes(table.read_bytes().replace(b"285", b"385"))
    assert outcome(["review-replay", str(touched)]) == 2
    assert "is not what the manifest says" in capsys.readouterr().err
    manifest = json.loads((touched / "manifest.json").read_text(encoding="utf-8"))
    manifest["outputs"]["change.csv"] = sha256_of(table)
    (touched / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert outcome(["review-replay", str(touched)]) == 2
    assert "came out otherwise: change.csv" in capsys.readouterr().err
    manifest["parameters"]["coverage"]["minutes"] = "many"
    (touched / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert outcome(["review-replay", str(touched)]) == 2
    assert "does not read its settings" in capsys.readouterr().err


def test_a_signed_sheet_shows_who_decided(folder: Path, tmp_path: Path) -> None:
    signed = tmp_path / "signed"
    signed.mkdir()
    signature = Signature(
        name="李<b>伟</b>", account="bureau", when="2026-03-01T08:30:00Z",
        conditions=("a fever clinic first",), comment="good", record="ab" * 32,
    )  # fmt: skip
    sign_sheet(folder / "out", signature, signed)
    page = (signed / page_name("zh", "html")).read_text(encoding="utf-8")
    assert "李&lt;b&gt;伟&lt;/b&gt;" in page
    assert "a fever clinic first" in page
    manifest = json.loads((signed / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["outputs"]["review.zh.pdf"] == sha256_of(signed / "review.zh.pdf")
    kept = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert kept["outputs"]["change.csv"] == manifest["outputs"]["change.csv"]
    assert kept["outputs"]["review.zh.pdf"] != manifest["outputs"]["review.zh.pdf"]
    assert outcome(["review-replay", str(signed), "--quiet"]) == 0
    with pytest.raises(NotFoundError, match="is no review"):
        sign_sheet(tmp_path, signature, signed)


@pytest.fixture
def no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave PDFs out where they were looked at already: their fonts take seconds."""
    monkeypatch.setattr("facility_coverage_maps.review.folder.pdf_bytes", lambda _page: b"%PDF")


@pytest.mark.usefixtures("no_pdf")
def test_a_move_and_a_closure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome([*reviewing(folder, "move", "moved"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["proposal"]["closes"] == ["f2"]
    assert outcome(reviewing(folder, "shut", "closed")) == 0
    told = capsys.readouterr().out
    assert "residents (+0, -190)" in told
    assert "no_facility: not raised -> raised" in told
    page = (folder / "closed" / "review.en.html").read_text(encoding="utf-8")
    assert "Where people go from what closes" in page


def test_all_side_by_side(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["review-compare", str(folder / "study.toml"), "--proposals", str(folder / "all.csv")]
    assert outcome([*asked, "--budget", "8", "--out", str(folder / "compared")]) == 0
    told = capsys.readouterr().out
    assert "best plan for 8: +285 for 7" in told
    assert "Refused: proposal 'bad': beds: '-1' is no amount" in told
    page = (folder / "compared" / "compare.zh.html").read_text(encoding="utf-8")
    assert page.count("<script") == 1
    assert "script-src 'sha256-" in page
    files = {path.name for path in (folder / "compared").iterdir()}
    assert {"compare.json", "proposals.csv", "conflicts.csv", "compare.gpkg"} <= files
    quiet = ["--out", str(folder / "compared"), "--overwrite", "--quiet"]
    assert outcome([*asked, *quiet]) == 0
    assert capsys.readouterr().out == ""
    only = write_csv(folder / "shut.csv", ("id", "closes"), [["a", "f1"]])
    none = ["--proposals", str(only), "--out", str(folder / "none"), "--json"]
    assert outcome(["review-compare", str(folder / "study.toml"), *none]) == 0
    assert json.loads(capsys.readouterr().out)["together"] == -190.0


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--id", "nobody"], 3, "has no proposal 'nobody'"),
        ([], 2, "holds several proposals (east, move, shut)"),
        (["--id", "east", "--with", "all.csv"], 2, "row 5: proposal 'bad'"),
        (["--id", "east", "--coordinates", "mars"], 2, "no coordinate system"),
    ],
)
def test_what_is_wrong_is_told(
    folder: Path,
    arguments: list[str],
    code: int,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    placed = [str(folder / word) if word.endswith(".csv") else word for word in arguments]
    files = ["--proposal", str(folder / "proposals.csv"), "--out", str(folder / "no")]
    assert outcome(["review", str(folder / "study.toml"), *files, *placed]) == code
    assert told in capsys.readouterr().err
    assert not (folder / "no").exists()
