"""``check`` on real and on broken registers."""

import json
from pathlib import Path

import pytest

from facility_coverage.registers import register_path
from facility_coverage_cli.main import outcome

UNITS = register_path("boundaries", "tianhe.csv")
FACILITIES = register_path("facilities", "tianhe.csv")
Captured = pytest.CaptureFixture[str]


def check(*more: str, units: Path = UNITS, facilities: Path = FACILITIES) -> int:
    return outcome(["check", "--units", str(units), "--facilities", str(facilities), *more])


def test_json_lists_exactly_the_ten_streets(capsys: Captured) -> None:
    assert check("--standard", "tianhe-145", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    clause = found["clauses"][0]
    assert clause["clause_id"] == "government-centre-per-street"
    assert [name.removesuffix("街道") for name in clause["failing_names"]] == [
        "员村", "兴华", "猎德", "元岗", "黄村", "长兴", "龙洞", "凤凰", "珠吉", "新塘",
    ]  # fmt: skip
    assert (clause["failing_population"], round(clause["failing_share"], 3)) == (1_015_600, 0.453)
    assert (found["units"], found["population"]) == (21, 2_241_800)
    assert found["standards"][0]["applies_to"] == ["440106"]
    findings = [f for f in found["findings"] if f["clause_id"] == clause["clause_id"]]
    assert [f["unit_id"] for f in findings if f["verdict"] == "fail"] == clause["failing"]
    assert findings[0] == {
        "standard_id": "tianhe-145",
        "clause_id": "government-centre-per-street",
        "scope": "subdistrict",
        "quantity": "presence",
        "unit_id": "440106001",
        "unit_name": "五山街道",
        "facility_id": "",
        "facility_name": "",
        "verdict": "pass",
        "measured": 1,
        "required": ">= 1",
        "reason": "",
        "evidence": ["440106001-01"],
        "strength": "in_principle",
        "confidence": "plan",
        "quote": "争取每个街道都有1所政府办社区卫生服务中心",
    }


def test_two_standards_at_once(capsys: Captured) -> None:
    assert check("--standard", "tianhe-145", "--standard", "tianning-145", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [standard["id"] for standard in found["standards"]] == ["tianhe-145", "tianning-145"]
    (clause,) = [c for c in found["clauses"] if c["quantity"] == "residents_per_facility"]
    assert (len(clause["failing"]), clause["facilities_needed"]) == (11, 33)
    assert (clause["facilities_counted"], clause["facilities_stated"]["value"]) == (13, 26)


def test_a_standard_named_twice_counts_once(capsys: Captured) -> None:
    assert check("--standard", "tianhe-145", "--json") == 0
    once = capsys.readouterr().out
    assert check("--standard", "tianhe-145", "--standard", "tianhe-145", "--json") == 0
    assert capsys.readouterr().out == once


def test_the_summary_for_people(capsys: Captured) -> None:
    assert check("--standard", "tianhe-145", "--standard", "tianning-145") == 0
    shown = capsys.readouterr().out
    for words in (
        "government-centre-per-street: 11 pass, 10 fail",
        "“争取每个街道都有1所政府办社区卫生服务中心”",
        "residents there: 1,015,600, 45.3% of all",
        "facilities needed: 33, in the register: 13",
        "stated for the district without names: 26 (“辖区26个社区卫生服务中心",
        "station-floor-area: nothing to judge",
        "for 440106)",
        "the register leaves floor_area_m2 open",
        "no such column in the register: tianhe.csv: new_built",
    ):
        assert words in shown


def test_the_summary_in_chinese(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "findings.csv"
    arguments = ("--standard", "tianhe-145", "--standard", "tianning-145", "--out", str(out))
    given = ("--units", str(UNITS), "--facilities", str(FACILITIES), *arguments)
    assert outcome(["--language", "zh", "check", *given]) == 0
    shown = capsys.readouterr().out
    for words in (
        "government-centre-per-street：符合 11 条, 不符合 10 条",
        "涉及常住人口 1,015,600 人，占全部的 45.3%",
        "名录缺少该列：tianhe.csv: new_built",
    ):
        assert words in shown
    assert "名录缺少该列" in out.read_text(encoding="utf-8-sig")


def test_a_conflict_of_two_standards_is_shown(capsys: Captured) -> None:
    units = register_path("boundaries", "tianning.csv")
    facilities = register_path("facilities", "tianning.csv")
    both = ("--standard", "tianning-145", "--standard", "chs-basic-2006-240")
    assert check(*both, units=units, facilities=facilities) == 0
    shown = capsys.readouterr().out
    assert "Conflict over beds: tianning-145: centre-beds-new asks >= 50," in shown
    assert "chs-basic-2006-240: centre-beds-planned asks <= 50; shown, not resolved" in shown
    assert check(*both, "--json", units=units, facilities=facilities) == 0
    (conflict,) = json.loads(capsys.readouterr().out)["conflicts"]
    assert len(conflict["subjects"]) == len(conflict["names"]) == 8


def test_findings_as_a_file(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "findings.csv"
    assert check("--standard", "tianhe-145", "--quiet", "--out", str(out)) == 0
    rows = out.read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("standard_id,clause_id,scope,quantity,unit_id,")
    assert sum(",fail," in row for row in rows) == 10
    assert check("--standard", "tianhe-145", "--quiet", "--out", str(out)) == 2
    assert "exists already" in capsys.readouterr().err
    assert check("--standard", "tianhe-145", "--quiet", "--out", str(out), "--overwrite") == 0


def test_a_register_that_does_not_say_how_many_live_there(tmp_path: Path, capsys: Captured) -> None:
    units = tmp_path / "units.csv"
    units.write_text("unit_id\n440106001\n", encoding="utf-8")
    facilities = tmp_path / "facilities.csv"
    facilities.write_text("facility_id,unit_id,kind\nf,440106001,centre\n", encoding="utf-8")
    arguments = ("--standard", "tianning-145", "--json")
    assert check(*arguments, units=units, facilities=facilities) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["population"] is None
    (clause,) = [c for c in found["clauses"] if c["clause_id"] == "residents-per-centre"]
    assert (clause["facilities_needed"], clause["facilities_stated"]) == (None, None)


def compared(folder: Path, people: str, name: str) -> str:
    """Check one subdistrict with so many residents, and return the file of findings."""
    (folder / "u.csv").write_text(
        f"unit_id,unit_name,population\na,甲,{people}\n", encoding="utf-8"
    )
    (folder / "f.csv").write_text("facility_id,unit_id,kind\nf,a,centre\n", encoding="utf-8")
    out = folder / name
    arguments = ("--standard", "tianning-145", "--quiet", "--out", str(out))
    assert check(*arguments, units=folder / "u.csv", facilities=folder / "f.csv") == 0
    return str(out)


def test_two_years_of_residents_give_the_subdistricts_whose_verdict_changes(
    tmp_path: Path, capsys: Captured
) -> None:
    before = compared(tmp_path, "90000", "2020.csv")
    after = compared(tmp_path, "110000", "2025.csv")
    assert outcome(["compare", before, after]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "changed verdicts: 1",
        "  tianning-145: residents-per-centre: 甲: pass -> fail",
    ]
    assert outcome(["compare", before, after, "--json"]) == 0
    (changed,) = json.loads(capsys.readouterr().out)["changed"]
    assert (changed["measured_before"], changed["measured_after"]) == (90_000, 110_000)
    assert outcome(["compare", before, before, "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert outcome(["compare", before, str(tmp_path / "nowhere.csv")]) == 3


def test_quiet_says_nothing(capsys: Captured) -> None:
    assert check("--standard", "tianhe-145", "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_a_name_cannot_steer_the_terminal(tmp_path: Path, capsys: Captured) -> None:
    units = tmp_path / "units.csv"
    units.write_text("unit_id,unit_name\na,\x1b]0;owned\x07\n", encoding="utf-8")
    facilities = tmp_path / "facilities.csv"
    rows = "f,a,station,x\ng,,centre,private\n"
    facilities.write_text(f"facility_id,unit_id,kind,ownership\n{rows}", encoding="utf-8")
    assert check("--standard", "tianhe-145", units=units, facilities=facilities) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "fail: �]0;owned�" in shown


@pytest.mark.parametrize(
    ("file", "content", "code", "told"),
    [
        ("units.csv", None, 3, ["units.csv: there is no such file"]),
        ("units.csv", b"", 2, ["units.csv: holds no row below its heading"]),
        ("units.csv", b"code\na\n", 2, ["units.csv: has no column 'unit_id'"]),
        (
            "units.csv",
            b"unit_id,population\na,nan\nb,-1\n",
            2,
            ["no finite number in row 2", "is negative in row 3"],
        ),
        ("facilities.csv", None, 3, ["facilities.csv: there is no such file"]),
        (
            "facilities.csv",
            b"facility_id,unit_id,beds\nf,z,1\nf,a,many\n",
            2,
            [
                "'f' stands in rows 2, 3",
                "column 'unit_id': 'z' in row 2",
                "'beds': 'many' in row 3",
            ],
        ),
        ("own.toml", None, 3, ["own.toml: there is no such rule file"]),
        ("own.toml", b"id = 'own'\nfly = 1\n", 2, ["title: this key is missing", "fly: there is"]),
    ],
)
def test_bad_input(
    tmp_path: Path, capsys: Captured, file: str, content: bytes | None, code: int, told: list[str]
) -> None:
    files = {
        "units.csv": b"unit_id,population\na,1\n",
        "facilities.csv": b"facility_id,unit_id\nf,a\n",
        "own.toml": None,
    }
    for name, usual in files.items():
        shown = content if name == file else usual
        if shown is not None:
            (tmp_path / name).write_bytes(shown)
    standard = str(tmp_path / "own.toml") if file == "own.toml" else "tianhe-145"
    units, facilities = tmp_path / "units.csv", tmp_path / "facilities.csv"
    assert check("--standard", standard, units=units, facilities=facilities) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert all(line.startswith(f"error: {tmp_path / file}: ") for line in err.splitlines()), err
    assert all(words in err for words in told), err
