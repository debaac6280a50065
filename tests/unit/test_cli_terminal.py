"""Progress, and text that comes from outside."""

import pytest

from facility_coverage.progress import silent
from facility_coverage_cli.terminal import plain, progress


@pytest.mark.parametrize("text", ["天河区 §1 ½ “x”", ""])
def test_words_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("letter", ["\x1b", "\r", "\n", "\x07", "\u202e", "\x9b"])
def test_what_steers_a_terminal_is_taken_out(letter: str) -> None:
    assert plain(f"a{letter}b") == "a�b"


def test_progress_is_silent_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(quiet=False) as advance:
        assert advance is silent
        advance("Reading streets", 0.5)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("quiet", [False, True])
def test_progress_shows_on_a_terminal_unless_quiet(
    quiet: bool,  # noqa: FBT001  (a parameter of the test)
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress(quiet=quiet) as advance:
        advance("Reading streets [bold]", 0.5)
    out, err = capsys.readouterr()
    assert out == ""
    assert ("Reading streets [bold]" in err) is not quiet
