"""``docs/standards.md``: its example runs, and it names every rule, clause and key."""

import json
import re
import shlex
from pathlib import Path

import pytest
from plan_quotes import PLAN_TEXTS, squeezed

from facility_coverage.standards import schema
from facility_coverage.standards.consistency import check_figures
from facility_coverage.standards.plan_figures import load_figures
from facility_coverage.standards.rules import load_standard, standard_ids
from facility_coverage_cli.main import outcome

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "standards.md").read_text(encoding="utf-8")
PLANS = {
    "天宁": "tianning-145",
    "津南": "jinnan-145",
    "东丽": "dongli-155",
    "天津": "tianjin-system",
    "天河": "tianhe-145",
}
RULE_ROW = re.compile(r"^\| (R\d+) \| (\S+) \| .* \| (.*) \|$", re.MULTILINE)
RULES = {
    number: (PLANS[plan], re.findall(r"`([^`]+)`", clauses))
    for number, plan, clauses in RULE_ROW.findall(DOCUMENT)
}
INDICATORS = set(
    re.findall(r"`([^`]+)`", DOCUMENT[DOCUMENT.index("Besides, the indicators") :].split("\n\n")[0])
)
EXAMPLE = DOCUMENT[DOCUMENT.index("## A file for your own city") :].split("### An editor")[0]


def test_the_worked_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    files = re.findall(r"\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)```", EXAMPLE, re.DOTALL)
    assert [name for name, _ in files] == ["yunxi.toml", "streets.csv", "centres.csv"]
    for name, content in files:
        Path(name).write_text(content, encoding="utf-8")
    (command,) = re.findall(r"```sh\n(.*?)\n```", EXAMPLE, re.DOTALL)
    program, *arguments = shlex.split(command)
    assert (program, outcome(arguments)) == ("facility-coverage", 0)
    findings = json.loads(capsys.readouterr().out)["findings"]
    told = re.findall(r"^\| `([a-z0-9-]+)` \| (\w+) \| `(\w+)` \|", EXAMPLE, re.MULTILINE)
    assert len(told) == 9
    assert told == [
        (f["clause_id"], f["facility_id"] or f["unit_id"], f["verdict"]) for f in findings
    ]


def test_the_example_of_figures_runs(tmp_path: Path) -> None:
    text = DOCUMENT[DOCUMENT.index("## A plan's own figures") :]
    path = tmp_path / "own.toml"
    path.write_text(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[0], encoding="utf-8")
    (finding,) = check_figures(load_figures(str(path)))
    assert (finding.verdict, finding.computed_low) == ("inconsistent", 13)
    assert "4 + 9 = 13 is not 12" in text


def test_every_rule_is_in_a_clause_and_every_clause_of_a_plan_in_a_rule() -> None:
    assert list(RULES) == [f"R{number}" for number in range(1, 32)]
    for name in PLANS.values():
        clauses = {clause.id for clause in load_standard(name).clauses}
        told = {clause for plan, found in RULES.values() if plan == name for clause in found}
        assert told <= clauses
        assert clauses - told <= INDICATORS
    assert all(clauses for _plan, clauses in RULES.values())


def test_each_rule_rests_on_the_sentence_that_was_read_out_of_the_plan(plan_texts: Path) -> None:
    """The list of facts gives a sentence for each rule; one of its clauses quotes that place."""
    facts = (plan_texts.parent / "facts.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| (R\d+) \| .* \| ([^|]+) \|$", facts, re.MULTILINE))
    assert listed.keys() == RULES.keys()
    for number, (plan, names) in RULES.items():
        clauses = {clause.id: clause for clause in load_standard(plan).clauses}
        quotes = [squeezed(clauses[name].quote) for name in names]
        for sentence in re.findall("「(.*?)」", listed[number]):
            assert any(quote in sentence or sentence in quote for quote in quotes), number


def test_the_document_names_every_standard() -> None:
    assert set(PLAN_TEXTS) == set(PLANS.values())
    for name in standard_ids():
        assert f"`{name}`" in DOCUMENT


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_each_plan_has_a_row_in_the_readme(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z]+-[a-z0-9]+)` ", text, re.MULTILINE) == [
        "tianhe-145", "tianning-145", "jinnan-145", "dongli-155", "tianjin-system",
    ]  # fmt: skip
    assert "docs/standards.md" in text


def test_the_document_explains_every_key() -> None:
    for text in schema.schema_texts().values():
        content = json.loads(text)
        tables = [content, *content["$defs"].values()]
        keys = {key for table in tables for key in table["properties"]}
        for table in tables:
            kinds = table["properties"].get("quantity", {}) | table["properties"].get("kind", {})
            keys |= set(kinds.get("enum", [kinds["const"]] if "const" in kinds else []))
        named = set(re.findall(r"`([a-z0-9_]+)`", DOCUMENT))
        explained = named | {"figure", "relation", "value", "unit"}  # shown by the example
        assert keys <= explained, sorted(keys - explained)
