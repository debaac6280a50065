"""TOML files against their contract: the place of each fault, and what is repeated of it."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, model_validator

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.toml_file import read_toml, shortened
from facility_coverage.words import Remark

ABSENT = Remark("there is no such file; correct the path")


class Walk(BaseModel):
    """A contract of two keys and a rule over both."""

    model_config = ConfigDict(extra="forbid", strict=True)

    fast: int
    slow: int = 1

    @model_validator(mode="after")
    def _in_order(self) -> "Walk":
        if self.fast < self.slow:
            msg = "fast is below slow"
            raise InputError(msg)
        return self


def read(folder: Path, content: bytes) -> Walk:
    path = folder / "walk.toml"
    path.write_bytes(content)
    return read_toml(path, Walk, absent=ABSENT)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_with_or_without_a_mark(tmp_path: Path, mark: bytes) -> None:
    assert read(tmp_path, mark + b"fast = 3\n").fast == 3


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"slow = 1\n", ["fast: this key is missing; add it"]),
        (
            b"fast = 2\nfats = 1\n",
            ["fats: there is no such key; remove it or correct its spelling"],
        ),
        (b"fast = 'x'\n", ["fast: Input should be a valid integer (found 'x')"]),
        (b"fast = 0\n", ["the file: fast is below slow"]),
        (b"fast = 'x'\nslow = 'y'\n", ["fast: Input", "slow: Input"]),
    ],
)
def test_each_fault_has_its_line(tmp_path: Path, content: bytes, told: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content)
    lines = str(caught.value).splitlines()
    for line, words in zip(lines, told, strict=True):
        assert line.startswith(f"{tmp_path / 'walk.toml'}: {words}")


def test_every_fault_is_told_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, b"slow = 'y'\nfats = 1\n")
    path = tmp_path / "walk.toml"
    assert caught.value.told("zh").splitlines() == [
        f"{path}：fast：缺少这个键；请补上",
        f"{path}：slow：应为整数（现为 'y'）",
        f"{path}：fats：没有这个键；请删去，或改正拼写",
    ]


@pytest.mark.parametrize("content", [b"fast = ", "name = '天'".encode("gb18030")])
def test_what_is_no_toml(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match="not a TOML file in UTF-8"):
        read(tmp_path, content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.toml", tmp_path / "a" / "b.toml"):
        with pytest.raises(NotFoundError, match="there is no such file; correct the path"):
            read_toml(path, Walk, absent=ABSENT)


def test_a_long_value_is_cut() -> None:
    assert shortened("x" * 500) == "'" + "x" * 79 + "…"
    assert shortened([1]) == "[1]"
