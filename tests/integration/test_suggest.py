"""``suggest`` on the toy study, as a user calls it: answers, partial answers and refusals."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from toy_study import degrees, polygon, toy_sections, write_csv, write_geojson, write_toy_study

from facility_coverage_cli.main import outcome

Captured = pytest.CaptureFixture[str]
FILES = {
    "candidates.geojson", "unreachable.geojson", "sites.csv", "candidate_places.csv",
    "site_gains_by_unit.csv", "siting_curve.csv", "unreachable.csv", "summary.json",
    "manifest.json", "map.html",
}  # fmt: skip
HEADER = ("candidate_id", "lon", "lat", "cost", "capacity")
PREMISES = [
    ["east", *degrees(1050, 5), 300, 1000],
    ["north", *degrees(1150, 105), 100, 40],
    ["south", *degrees(1150, 5), 100, 1000],
    ["lost", 1, 2, 100, 1000],
    ["east", *degrees(1000, 5), 1, 1000],
    ["", "x", "y", 1, 1],
]


def suggest(folder: Path, *more: str, **siting: Any) -> tuple[int, Path]:  # noqa: ANN401
    """Write the toy study with some keys of its section, and suggest."""
    study = folder / "study"
    study.mkdir()
    sections = toy_sections()
    sections["siting"] = {"sites": 2} | siting
    write_csv(study / "premises.csv", HEADER, PREMISES)
    write_geojson(study / "nowhere.geojson", [({}, polygon((5000, 5000, 5010, 5010)))])
    file = write_toy_study(study, sections)
    out = folder / "out"
    cache = str(folder / "cache")
    return outcome(["suggest", str(file), "--out", str(out), "--cache", cache, *more]), out


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def answer(out: Path) -> Any:  # noqa: ANN401  (JSON holds anything)
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))["siting"]


def test_the_answer_says_how_good_and_how_sure_it_is(tmp_path: Path, capsys: Captured) -> None:
    code, out = suggest(tmp_path, "--sites", "1")
    told, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert {path.name for path in out.iterdir()} == FILES | {"robustness.csv"}
    assert "Toy: cover the most people (MCLP)" in told
    assert "status: proven optimal" in told
    assert "objective 585 people, bound 585, gap 0.00%" in told
    assert "within 10min today                300   50.7%" in told
    assert "within 10min with sites           585   98.8%" in told
    assert "  1. street-00001 (东街道): +285 people" in told
    assert told.endswith(f"Map: {out / 'map.html'}\n")
    (site,) = table(out / "sites.csv")
    assert (site["gain_population"], site["gap"]) == ("285.0", "0.0")
    assert answer(out)["sites_asked"] == 1
    trials = [row["trial"] for row in table(out / "robustness.csv")]
    assert trials.count("population drawn") == 4


def test_run_and_suggest_give_the_same_sites(tmp_path: Path, capsys: Captured) -> None:
    code, out = suggest(tmp_path, "--no-robustness", "--json")
    assert code == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown == json.loads((out / "summary.json").read_text(encoding="utf-8"))
    again = tmp_path / "run"
    file = str(tmp_path / "study" / "study.toml")
    assert outcome(["run", file, "--out", str(again), "--quiet"]) == 0
    for name in FILES:
        if name != "manifest.json":  # which lists the other results of a run
            assert (out / name).read_bytes() == (again / name).read_bytes(), name
    assert not (out / "robustness.csv").exists()


def test_broken_rows_of_a_list_are_listed_and_stop_nothing(tmp_path: Path) -> None:
    code, out = suggest(tmp_path, "--quiet", candidates="premises.csv", sites=9)
    assert code == 0
    rows = {row["candidate_id"]: row for row in table(out / "candidate_places.csv")}
    assert {name: row["cause"] for name, row in rows.items() if row["status"] == "refused"} == {
        "east (row 6)": "repeated_id", "lost": "no_street", "row-7": "no_position"
    }  # fmt: skip
    assert rows["row-7"]["row"] == "7"
    assert rows["lost"]["lon"] == "1.0"
    # one site before all three homes gains all 285; further ones nobody
    assert len(table(out / "sites.csv")) == 1
    notes = json.loads((out / "summary.json").read_text(encoding="utf-8"))["notes"]
    assert "9 sites were asked, but there are only 3 candidates" in notes


def test_a_budget_buys_the_cheaper_site(tmp_path: Path) -> None:
    """300 buy the site before the 200, which reaches 260 + 25 too; 150 buy one of the others."""
    code, out = suggest(tmp_path, "--quiet", "--budget", "150", candidates="premises.csv")
    assert code == 0
    (site,) = table(out / "sites.csv")
    assert float(site["cost"]) == 100.0


def test_with_capacities_each_site_says_whom_it_serves(tmp_path: Path) -> None:
    """Beside the 300 whom facilities cover, two sites for 100 serve 200 of the other 285."""
    code, out = suggest(
        tmp_path, "--quiet", "--model", "capacitated_mclp", "--capacity", "100",
        exclude_layer="nowhere.geojson",
    )  # fmt: skip
    assert code == 0
    rows = table(out / "sites.csv")
    assert [float(row["served_population"]) for row in rows] == [100, 100]
    assert rows[0]["rules"].endswith("; outside: excluded areas")
    assert answer(out)["objective"] == 500
    lost = [row for row in table(out / "unreachable.csv") if row["cause"] == "capacity"]
    assert sum(float(row["population"]) for row in lost) == pytest.approx(85)


def test_every_candidate_excluded_is_a_partial_answer_that_says_so(
    tmp_path: Path, capsys: Captured
) -> None:
    code, out = suggest(tmp_path, inside="nowhere.geojson")
    told = capsys.readouterr().out
    assert code == 0
    assert "status: nothing to choose" in told
    assert "Note: no site is suggested: none of the " in told
    assert "places refused as candidates: outside every subdistrict" in told
    assert table(out / "sites.csv") == []
    assert answer(out)["status"] == "none"
    assert {row["cause"] for row in table(out / "unreachable.csv")} == {
        "no_candidate", "no_street"
    }  # fmt: skip


def test_a_time_limit_of_zero_leaves_an_answer_that_is_labelled(
    tmp_path: Path, capsys: Captured
) -> None:
    code, out = suggest(tmp_path, "--time-limit", "0", "--no-robustness")
    assert code == 0
    assert len(table(out / "sites.csv")) == 1
    # what is proven without any search may be called optimal; nothing else
    shown = answer(out)
    assert shown["status"] == ("optimal" if shown["gap"] == 0 else "time_limit")
    assert "status: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--model", "p-median"], "--model p-median: Input should be 'mclp', 'lscp'"),
        (["--sites", "-1"], "--sites -1: Input should be greater than or equal to 0"),
        (["--capacity", "-5"], "--capacity -5.0: Input should be greater than 0"),
        (["--time-limit", "-1"], "--time-limit -1.0: Input should be greater than or equal to 0"),
        (["--budget", "5"], 'budget needs candidates = "premises.csv"'),
        (["--model", "capacitated_mclp"], "capacitated_mclp needs capacity = 50000"),
    ],
)
def test_options_outside_the_contract_are_told_in_one_line(
    options: list[str], told: str, tmp_path: Path, capsys: Captured
) -> None:
    code, out = suggest(tmp_path, *options)
    (line,) = capsys.readouterr().err.splitlines()
    assert code == 2
    assert told in line
    assert not out.exists()


def test_an_infeasible_request_names_the_rows_that_make_it_so(
    tmp_path: Path, capsys: Captured
) -> None:
    """400 people are within reach of two centres for 100 each, and two new sites for 50 each."""
    code, out = suggest(
        tmp_path, "--quiet", "--model", "capacitated_p_median", "--capacity", "50",
        existing_capacity=100,
    )  # fmt: skip
    (line,) = capsys.readouterr().err.splitlines()
    assert code == 5
    assert "demand points stand against it, listed in" in line
    assert str(out / "unreachable.csv") in line
    assert answer(out)["status"] == "infeasible"
    causes = {row["cause"] for row in table(out / "unreachable.csv")}
    assert "capacity" in causes
    notes = json.loads((out / "summary.json").read_text(encoding="utf-8"))["notes"]
    assert any("no plan from" in note and "unreachable.csv" in note for note in notes)
