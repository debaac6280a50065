"""Verdicts that changed between two checks, and the files that are compared."""

from pathlib import Path

import pytest
from standard_cases import facility, presence, register, residents, units

from facility_coverage.errors import InputError, NotFoundError, SchemaError
from facility_coverage.outputs.tables import write_table
from facility_coverage.standards.changes import changed_verdicts, read_findings
from facility_coverage.standards.checker import check
from facility_coverage.standards.findings import plain_findings

ROWS = register(facility("f", "a"), facility("g", "b"))
RULES = residents(max=100_000)
EARLIER = check([RULES], units(("a", 90_000), ("b", 90_000)), ROWS)
LATER = check([RULES], units(("a", 90_000), ("b", 110_000), ("c", 1)), ROWS)


def test_more_residents_turn_a_verdict_over() -> None:
    changed = changed_verdicts(EARLIER, LATER)
    assert changed["unit_id"].tolist() == ["b", "c"]
    assert changed["verdict_before"].tolist() == ["pass", "absent"]
    assert changed["verdict_after"].tolist() == ["fail", "pass"]
    assert changed["measured_before"].tolist()[0] == 90_000
    assert changed["measured_after"].tolist() == [110_000, 1]
    assert changed["unit_name"].tolist() == ["b街道", "c街道"]


def test_the_other_way_round_before_is_after() -> None:
    changed = changed_verdicts(LATER, EARLIER)
    assert changed["verdict_before"].tolist() == ["fail", "pass"]
    assert changed["verdict_after"].tolist() == ["pass", "absent"]
    assert changed["unit_name"].tolist() == ["b街道", "c街道"]


def test_nothing_changed() -> None:
    assert changed_verdicts(EARLIER, EARLIER).empty


def test_findings_come_back_from_their_file(tmp_path: Path) -> None:
    write_table(plain_findings(LATER), tmp_path / "findings.csv")
    back = read_findings(tmp_path / "findings.csv")
    assert changed_verdicts(LATER, back).empty
    assert changed_verdicts(EARLIER, back)["unit_id"].tolist() == ["b", "c"]
    assert back["measured"].tolist() == LATER["measured"].tolist()


def test_what_was_not_measured_stays_so(tmp_path: Path) -> None:
    unstated = check([presence()], units(("a", 1)), register(lacking="kind"))
    write_table(plain_findings(unstated), tmp_path / "findings.csv")
    assert read_findings(tmp_path / "findings.csv")["measured"].isna().all()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("verdict", "judged"), "has no column 'verdict'"),
        ((",pass,", ",perhaps,"), "column 'verdict': 'perhaps' is none of pass, fail"),
        (("90000.0", "much"), "column 'measured' .* is empty or no finite number in row 2"),
        (("c,a,", "c,b,"), "names a finding twice"),
    ],
)
def test_what_is_no_table_of_findings(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    path = tmp_path / "findings.csv"
    columns = ["standard_id", "clause_id", "unit_id", "unit_name", "facility_id", "facility_name"]
    table = plain_findings(EARLIER)[[*columns, "verdict", "measured"]]
    text = table.to_csv(index=False).replace(*change)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=told):
        read_findings(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_findings(tmp_path / "nowhere.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(InputError):
        read_findings(tmp_path / "empty.csv")
