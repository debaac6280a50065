"""Every error, note and line of a terminal is there in English and in Chinese."""

import ast
import pickle
import re
from collections import Counter
from http import HTTPStatus
from pathlib import Path

import pytest
from told_messages import sources, tellings

from facility_coverage import words
from facility_coverage.errors import InputError, SchemaError, SourceError
from facility_coverage.standards.plan_figures import figure_plan_ids, load_figures
from facility_coverage.words import Joined, Remark, catalogue, page_catalogue

FOREIGN = {status.phrase for status in HTTPStatus} | {"There was an error parsing the body"}
"""What Python and FastAPI say of a request, told in Chinese by the service."""
PO = Path(words.__file__).with_name("told.zh.po")


def test_every_telling_names_its_message_in_the_source() -> None:
    assert len(tellings()) > 300
    assert [(each.place, each.hidden) for each in tellings() if each.hidden] == []


def test_every_message_that_the_code_can_tell_is_in_the_catalogue() -> None:
    known = catalogue("zh")
    assert [
        (each.place, message)
        for each in tellings()
        for message in sorted(each.messages)
        if message not in known
    ] == []


def test_nothing_stands_in_the_catalogue_that_no_code_tells() -> None:
    constants = {
        node.value.partition("\n")[0]  # the first line of an error's docstring is its title
        for _, module in sources()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    told = catalogue("zh").keys() - page_catalogue("zh").keys()
    assert sorted(told - constants - readings() - FOREIGN) == []


def readings() -> set[str]:
    """Return how the plans' own figures are read: sentences of files that come with the program."""
    plans = map(load_figures, figure_plan_ids())
    return {relation.reading for plan in plans for relation in plan.relations if relation.reading}


def test_how_figures_are_read_is_there_in_chinese() -> None:
    assert readings() <= catalogue("zh").keys()
    assert len(readings()) > 20


def test_no_message_stands_twice_or_in_both_files() -> None:
    ids = re.findall(r'^msgid "(.+)"$', PO.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [message for message, count in Counter(ids).items() if count > 1] == []
    assert len(catalogue("zh")) == len(page_catalogue("zh")) + len(ids)


def test_a_remark_tells_what_it_holds_in_its_own_language() -> None:
    inner = Remark("Population")
    remark = Remark("{text}", text=Joined.of([inner, 3, "名"], "/"))
    assert remark.told("en") == "Population/3/名"
    assert remark.told("zh") == "人口/3/名"


def test_a_value_is_never_taken_for_a_message() -> None:
    hostile = "{0.__class__} {text!r} %s"
    assert Remark("{text}", text=hostile).told("zh") == hostile
    assert Remark(hostile).told("en") == hostile


def test_a_message_that_nobody_translated_is_told_in_english() -> None:
    assert Remark("no such message of {name}", name="x").told("zh") == "no such message of x"


def test_an_error_has_a_line_for_each_fault() -> None:
    error = SchemaError(Remark("Population"), Remark("{text}", text="b"))
    assert str(error) == "Population\nb"
    assert error.told("zh") == "人口\nb"
    assert len(error.remarks) == 2


@pytest.mark.parametrize("kind", [InputError, SourceError])
def test_an_error_crosses_processes_whole(kind: type[InputError]) -> None:
    error = kind("{text}", text=Remark("Population"))
    there = pickle.loads(pickle.dumps(error))  # noqa: S301  (our own bytes)
    assert type(there) is kind
    assert (str(there), there.told("zh")) == ("Population", "人口")
