"""``proposal`` and ``audit``: from a file to a signed PDF, with the command line alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from toy_study import degrees, write_geojson, write_toy_study

from facility_coverage_api.store.store import Store
from facility_coverage_cli.main import outcome

Captured = pytest.CaptureFixture[str]
EAST_M = (1050, 590)


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the service that every command works on."""
    monkeypatch.setenv("FACILITY_COVERAGE_FILES", str(tmp_path / "service"))
    return tmp_path / "service"


def proposal_file(tmp_path: Path, *ids: str, **more: Any) -> Path:  # noqa: ANN401
    point = {"type": "Point", "coordinates": degrees(*EAST_M)}
    known = {"title": "东中心", "floor_area_m2": 2000} | more
    rows = [({"id": own} | known, point) for own in ids or ("P1",)]
    return write_geojson(tmp_path / "proposals.geojson", rows)


def run(*words: str) -> int:
    return outcome(["proposal", *words])


def add(tmp_path: Path, *more: str) -> None:
    """Hand a proposal in, of the toy study."""
    study = tmp_path / "toy.toml"
    if not study.exists():
        write_toy_study(tmp_path).rename(study)
    file = str(proposal_file(tmp_path))
    assert run("add", str(study), "--file", file, "--as", "An", "--quiet", *more) == 0


def told(capsys: Captured) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def require_record(capsys: Captured) -> None:
    """Require the record of a proposal that was signed."""
    assert run("show", "1") == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[:2] == ["1. 东中心 (toy): approved", "  condition: 先开发热门诊"]
    assert [line.split(" ", 4)[-1].split(" local/")[-1] for line in shown[2:]] == [
        "An: add", "An: submit", "Li Wei: start", "Bo: comment: 近地铁?", "Li Wei: approve",
    ]  # fmt: skip
    assert run("show", "1", "--json") == 0
    events = told(capsys)["events"]
    assert events[-1]["previous"] == events[-2]["hash"]

    assert outcome(["audit", "verify"]) == 0
    head = events[-1]["hash"]
    assert capsys.readouterr().out == f"5 events, all as they were written; head {head}\n"
    assert outcome(["audit", "verify", "--head", events[2]["hash"], "--quiet"]) == 0
    assert outcome(["audit", "verify", "--head", "x"]) == 2
    assert "--head x: not a hash" in capsys.readouterr().err


def test_from_a_file_to_a_signed_sheet(
    tmp_path: Path, capsys: Captured, service: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(tmp_path)
    assert run("submit", "1", "--as", "An") == 0
    assert capsys.readouterr().out == "1. 东中心 (toy): submitted\n"
    assert run("start", "1", "--as", "Li Wei", "--quiet") == 0
    for name in ("pdf", "json", "html"):
        assert run("review", "1", "--out", str(tmp_path / f"read.{name}")) == 0
    assert capsys.readouterr().out.startswith(f"Sheet: {tmp_path / 'read.pdf'}\n")
    assert run("approve", "1", "--as", "An") == 2
    assert "error: proposal 1: 'An' proposed it" in capsys.readouterr().err
    assert run("comment", "1", "近地铁?", "--as", "Bo", "--json") == 0
    assert told(capsys)["version"] == 4

    signed = tmp_path / "signed.pdf"
    line = ["1", "--condition", "先开发热门诊", "--as", "Li Wei", "--language", "zh"]
    assert run("approve", *line, "--out", str(signed), "--json") == 0
    assert told(capsys)["conditions"] == ["先开发热门诊"]
    pages = "".join(page.extract_text() for page in PdfReader(signed).pages)
    for word in ("Li Wei", "先开发热门诊", "东中心"):
        assert word in pages
    assert run("review", "1", "--out", str(tmp_path / "again.pdf"), "--language", "zh") == 0
    assert (tmp_path / "again.pdf").read_bytes() == signed.read_bytes()
    assert run("review", "1", "--out", str(tmp_path / "again.json")) == 0
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "read.json").read_bytes()
    assert run("approve", "1", "--as", "Li Wei") == 2
    assert "that is final" in capsys.readouterr().err

    assert run("replay", "1", "--json") == 0
    assert told(capsys)["differing"] == []
    require_record(capsys)
    store = Store.open(None, service)
    store.studies.delete("toy")  # what was signed needs it no more
    store.close()
    again = tmp_path / "again.html"
    assert run("review", "1", "--out", str(again), "--quiet") == 0
    assert 'lang="en"' in again.read_text(encoding="utf-8")
    monkeypatch.setattr("facility_coverage.proposals.sheet.__version__", "9.9")
    assert run("replay", "1") == 2
    out, err = capsys.readouterr()
    assert "files came out as they were, byte for byte" in out
    assert "proposal 1: came out otherwise: review.json; it was made" in err
    sheet = next((service / "results").glob("*/signature.json"))
    sheet.write_text("{}", encoding="utf-8")
    assert outcome(["audit", "verify", "--json"]) == 9
    out, err = capsys.readouterr()
    assert json.loads(out)["intact"] is False
    assert err.endswith("signature.json is not what was kept\n")


def test_a_tampered_record_is_named(tmp_path: Path, capsys: Captured, service: Path) -> None:
    add(tmp_path)
    assert run("comment", "1", "so", "--as", "Bo") == 0
    store = Store.open(None, service)
    with store.database.writing() as connection:
        connection.execute(text("DROP TRIGGER events_are_kept_on_UPDATE"))
        changed = "UPDATE events SET body = REPLACE(body, '\"so\"', '\"no\"') WHERE number = 2"
        connection.execute(text(changed))
    store.close()
    assert outcome(["audit", "verify"]) == 9
    fault = "error: record 2: its content and its hash do not belong together\n"
    assert capsys.readouterr().err == fault


def test_returned_edited_and_withdrawn(tmp_path: Path, capsys: Captured) -> None:
    add(tmp_path, "--json")
    assert told(capsys)["state"] == "draft"
    file = str(proposal_file(tmp_path, "P1", "P2", title="新中心"))
    assert run("edit", "1", "--file", file, "--as", "An") == 2
    assert "holds several proposals (P1, P2); name one with --id" in capsys.readouterr().err
    assert run("edit", "1", "--file", file, "--id", "P1", "--as", "Bo") == 2
    assert "only its proposer" in capsys.readouterr().err
    assert run("edit", "1", "--file", file, "--id", "P1", "--as", "An") == 0
    assert run("add", "toy", "--file", file, "--id", "P2", "--as", "An") == 0
    assert capsys.readouterr().out == "1. 新中心 (toy): draft\n2. 新中心 (toy): draft\n"
    draft = tmp_path / "draft.html"
    assert run("review", "1", "--out", str(draft), "--language", "zh", "--quiet") == 0
    assert "新中心" in draft.read_text(encoding="utf-8")
    assert run("withdraw", "2", "--as", "An", "--comment", "zu klein", "--quiet") == 0
    assert run("review", "2", "--out", str(tmp_path / "x.pdf")) == 3
    assert "was withdrawn before anybody reviewed it" in capsys.readouterr().err
    assert run("replay", "2") == 3
    assert "has no review that is kept" in capsys.readouterr().err
    for action in ("reject", "return"):
        assert run(action, "1", "--as", "Li", "--comment", "x") == 2
    assert capsys.readouterr().err.count("is no step from there") == 2
    assert run("rerun", "1", "--as", "Li") == 2
    capsys.readouterr()
    assert run("list", "--study", "toy", "--state", "draft") == 0
    assert capsys.readouterr().out == "1. 新中心 (toy): draft\n"
    assert run("list", "--json") == 0
    assert [own["state"] for own in json.loads(capsys.readouterr().out)] == ["draft", "withdrawn"]


@pytest.mark.parametrize(
    ("words", "code", "fault"),
    [
        (["show", "7"], 3, "there is no proposal 7"),
        (["submit", "7"], 3, "there is no proposal 7"),
        (["list", "--state", "lost"], 2, "--state lost: not a state; choose one of draft"),
        (["review", "7", "--out", "x.doc"], 2, "write to a .pdf, .html or .json"),
        (["review", "7", "--out", "nowhere/x.pdf"], 7, "there is no folder nowhere"),
        (["approve", "7", "--out", "x"], 2, "write to a .pdf, .html or .json"),
        (["comment", "7", "x", "--as", "a\tb"], 3, "there is no proposal 7"),
        (["add", "nowhere", "--file", "FILE"], 3, "there is no study 'nowhere'"),
        (["add", "nowhere.toml", "--file", "FILE"], 3, "nowhere.toml"),
        (["add", "nowhere", "--file", "missing.csv"], 3, "missing.csv"),
    ],
)
def test_what_cannot_be_done(
    tmp_path: Path, capsys: Captured, words: list[str], code: int, fault: str
) -> None:
    file = str(proposal_file(tmp_path))
    assert run(*(file if word == "FILE" else word for word in words)) == code
    assert fault in capsys.readouterr().err
