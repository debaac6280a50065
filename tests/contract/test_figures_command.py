"""``figures`` on the plans that come with the program, and on broken files."""

import json
from pathlib import Path

import pytest

from facility_coverage_cli.main import outcome

Captured = pytest.CaptureFixture[str]


def test_json_of_every_plan(capsys: Captured) -> None:
    assert outcome(["figures", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    plans = [plan["id"] for plan in found["plans"]]
    assert plans == ["dongli-155", "jinnan-145", "tianhe-145", "tianning-145"]
    finding = next(f for f in found["findings"] if f["relation_id"] == "institutions-add-up")
    assert finding == {
        "plan_id": "tianning-145",
        "relation_id": "institutions-add-up",
        "verdict": "inconsistent",
        "stated": "193 家",
        "computed_low": 191.0,
        "computed_high": 191.0,
        "working": "2 + 7 + 29 + 17 + 136",
        "quotes": [
            "全区共建有医疗卫生单位193家",
            "其中卫生院2家",
            "社区卫生服务中心7家（其中1家非政府办）",
            "社区卫生服务站29家（其中19家非政府办）",
            "村卫生室17家",
            "各类门诊部、诊所、医务室136家",
        ],
        "reading": "",
    }


def test_the_summary_for_people(capsys: Captured) -> None:
    assert outcome(["figures", "tianhe-145", "tianhe-145"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "tianhe-145: 广州市天河区卫生健康“十四五”规划（2021—2025年）"
    assert len([line for line in lines if line.startswith("tianhe-145")]) == 1
    start = lines.index("  inconsistent: government-share-follows")
    assert lines[start + 1 : start + 5] == [
        "    stated 38 %, computed 42.30769231 = government-centres / 26 × 100",
        (
            "    Both hold only if stations are counted among the institutions; the plan gives no "
            "number of stations."
        ),
        "    “政府办社区卫生服务机构仅占社区卫生服务机构总数的38%”",
        "    “辖区26个社区卫生服务中心全部与社区居家养老平台签订服务协议”",
    ]
    start = lines.index("  implied: institutions")
    assert lines[start + 1] == "    computed 28.5714 to 29.3333 = government-centres / 38 × 100"
    assert "仍空编338人" not in "".join(lines)  # figures that agree need no proof


def test_the_summary_in_chinese(capsys: Captured) -> None:
    assert outcome(["--language", "zh", "figures", "tianhe-145"]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("  不一致：government-share-follows")
    assert lines[start + 1].startswith("    载明 38 %，计算值")


def test_quiet_says_nothing(capsys: Captured) -> None:
    assert outcome(["figures", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "content", "code", "told"),
    [
        ("nowhere", None, 3, "there are no figures of that id; choose from dongli-155"),
        ("own.toml", None, 3, "own.toml: there is no such file of figures"),
        ("own.toml", "id = 'own'", 2, "own.toml: figure: this key is missing"),
    ],
)
def test_bad_input(
    tmp_path: Path, capsys: Captured, name: str, content: str | None, code: int, told: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert outcome(["figures", str(path) if "." in name else name]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert all(line.startswith("error: ") for line in err.splitlines())
