"""The command line as its users know it: commands, exit codes, one line per fault, no traceback."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from facility_coverage import __version__, errors
from facility_coverage.registers import register_path
from facility_coverage_cli.main import app, outcome

ROOT = Path(__file__).parents[2]
COMMANDS = {
    "demo": ["--out", "--overwrite", "--cache"],
    "fetch": [
        "[PLACE]", "--out", "--bbox", "--relation", "--boundary", "--from-pbf", "--admin-level",
        "--minutes", "--facilities", "--population", "--language", "--overpass", "--nominatim",
        "--allow-host", "--cache", "--overwrite",
    ],
    "run": ["STUDY.toml", "--out", "--strict", "--overwrite", "--cache"],
    "suggest": [
        "STUDY.toml", "--out", "--sites", "--stations", "--model", "--time-limit", "--gap",
        "--budget", "--capacity", "--no-robustness", "--overwrite", "--cache",
    ],
    "network build": [
        "SOURCE", "--out", "--profile", "--speed-kph", "--elevation", "--overwrite",
    ],
    "network profiles": ["--language"],
    "inputs preview": [
        "FILE", "--sheet", "--set", "--streets", "--template", "--cache", "--overwrite",
    ],
    "isochrones": [
        "--network", "--facilities", "--minutes", "--out", "--overwrite", "--profile",
        "--speed-kph", "--elevation",
    ],
    "check": ["--units", "--facilities", "--standard", "--out", "--overwrite"],
    "compare": ["BEFORE.csv", "AFTER.csv"],
    "figures": ["PLAN..."],
    "doctor": ["--cache"],
    "serve": ["--study", "--demo", "--host", "--port", "--workers", "--database", "--files"],
    "worker": ["--database", "--files", "--once"],
    "key": ["--file", "--role"],
    "proposal add": ["STUDY", "--file", "--id", "--as", "--database", "--files"],
    "proposal approve": ["NUMBER", "--condition", "--comment", "--out", "--language", "--as"],
    "audit verify": ["--head", "--database", "--files"],
    "report": ["STUDY.toml", "--out", "--language", "--overwrite", "--cache"],
    "review": ["STUDY.toml", "--proposal", "--out", "--id", "--with", "--coordinates", "--cache"],
    "review-compare": ["STUDY.toml", "--proposals", "--out", "--budget", "--coordinates"],
    "review-replay": ["DIR", "--inputs", "--cache"],
    "batch run": [
        "STUDIES...", "--out", "--engine", "--scheduler", "--workers", "--resume", "--language",
        "--cache",
    ],
    "batch plan": ["REGION.osm.pbf", "--boundaries", "--study", "--out", "--id", "--name"],
}  # fmt: skip
TIANHE = [
    "check",
    "--units", str(register_path("boundaries", "tianhe.csv")),
    "--facilities", str(register_path("facilities", "tianhe.csv")),
    "--standard", "tianhe-145",
]  # fmt: skip
FORESEEN = [
    found
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, errors.FacilityCoverageError)
]
Captured = pytest.CaptureFixture[str]


def program(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program in a process of its own."""
    roots = os.pathsep.join(str(ROOT / name) for name in ("coverage", "maps", "api", "cli"))
    return subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": roots, **environment},
        capture_output=True,
        check=False,
    )


def error_lines(captured: Captured) -> list[str]:
    """Return what stands on stderr, after checking that every line is an error's."""
    out, err = captured.readouterr()
    assert out == ""
    assert all(line.startswith("error: ") for line in err.splitlines()), err
    return err.splitlines()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_tells_every_option(command: str, capsys: Captured) -> None:
    assert outcome([*command.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    silent = [] if command == "key" else ["--quiet"]
    answers = [] if command in {"serve", "worker", "key"} else ["--json"]
    for option in (*COMMANDS[command], *silent, *answers, "--help"):
        assert option in shown


def test_help_tells_every_command_and_the_exit_codes(capsys: Captured) -> None:
    assert outcome(["--help"]) == 0
    shown = capsys.readouterr().out
    names = {name.split()[0] for name in COMMANDS}
    listed = shown.split("Commands:")[1].split("Exit codes")[0]
    assert {line.split()[0] for line in listed.splitlines() if line.strip()} == names
    words = " ".join(shown.split())
    assert all(f"{found.exit_code} " in words.split("Exit codes")[1] for found in FORESEEN)


def test_help_starts_without_the_heavy_libraries() -> None:
    heavy = ["babel", "folium", "geopandas", "numba", "numpy", "osmium", "pandas", "rich"]
    code = (
        "import sys; from facility_coverage_cli.main import outcome; outcome(sys.argv[1:]); "
        f"print(*sorted(sys.modules.keys() & set({heavy})), file=sys.stderr)"
    )
    for command in ("--help", "run --help", "check --help"):
        assert program(code, *command.split()).stderr.decode().split() == []


def test_version(capsys: Captured) -> None:
    assert outcome(["--version"]) == 0
    assert capsys.readouterr().out == f"facility-coverage {__version__}\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "Missing command"),
        ("fly", "No such command 'fly'"),
        ("network", "Missing command"),
        ("--fly", "No such option"),
        ("run", "Missing argument 'STUDY.toml'"),
        ("run study.toml", "Missing option '--out'"),
        ("check --units a.csv --facilities b.csv", "Missing option '--standard'"),
        ("network build a.pbf --out a.npz --speed-kph fast", "Invalid value for '--speed-kph'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(line: str, told: str, capsys: Captured) -> None:
    assert outcome(line.split()) == 2
    (shown,) = error_lines(capsys)
    assert told in shown
    assert shown.endswith("Try 'facility-coverage --help'.")


@pytest.mark.parametrize("found", FORESEEN)
def test_a_foreseen_error_leaves_with_its_own_exit_code(
    found: type[errors.FacilityCoverageError], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def fail(_name: str) -> None:
        msg = "first fault\nsecond \x1b[31mfault"
        raise found(msg)

    monkeypatch.setattr("facility_coverage.standards.rules.load_standard", fail)
    assert outcome(TIANHE) == found.exit_code
    assert error_lines(capsys) == ["error: first fault", "error: second �[31mfault"]


def test_the_documented_exit_codes() -> None:
    assert {found.__name__: found.exit_code for found in FORESEEN} == {
        "FacilityCoverageError": 1,
        "InputError": 2,
        "SchemaError": 2,
        "CrsError": 2,
        "GeometryError": 2,
        "NotFoundError": 3,
        "UnreachableError": 4,
        "InfeasibleError": 5,
        "LimitError": 6,
        "SourceError": 7,
        "DoubtError": 10,
    }


@pytest.fixture
def defect(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_name: str) -> None:
        msg = "nobody\nforesaw this"
        raise RuntimeError(msg)

    monkeypatch.setattr("facility_coverage.standards.rules.load_standard", fail)


@pytest.mark.usefixtures("defect")
def test_a_defect_is_one_line_and_its_traceback_is_in_the_named_log(
    tmp_path: Path, capsys: Captured
) -> None:
    assert outcome(TIANHE) == 1
    (line,) = error_lines(capsys)
    assert line.startswith("error: internal error ")
    assert "please report" in line
    (log,) = (tmp_path / "cache" / "facility-coverage" / "log").iterdir()
    assert line.endswith(str(log))
    assert log.stem in line
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert "foresaw this" in log.read_text(encoding="utf-8")


@pytest.mark.usefixtures("defect")
def test_the_log_goes_elsewhere_when_the_cache_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("facility_coverage_cli.terminal.gettempdir", lambda: str(tmp_path))
    assert outcome(TIANHE) == 1
    (log,) = tmp_path.glob("facility-coverage-*.log")
    assert error_lines(capsys)[0].endswith(str(log))


@pytest.mark.usefixtures("defect")
def test_debug_shows_the_traceback(capsys: Captured) -> None:
    assert outcome(["--debug", *TIANHE]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interruption_is_130(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def interrupt(_name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("facility_coverage.standards.rules.load_standard", interrupt)
    assert outcome(TIANHE) == 130
    assert error_lines(capsys) == ["error: interrupted; nothing was written"]


def test_a_termination_leaves_in_order_with_143() -> None:
    code = (
        "import signal; from facility_coverage_cli import main; "
        "main.outcome = lambda arguments: signal.raise_signal(signal.SIGTERM); main.run()"
    )
    done = program(code)
    assert (done.returncode, done.stderr) == (143, b"")


RUN = "from facility_coverage_cli.main import run; run()"


def test_a_reader_who_leaves_early_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    roots = os.pathsep.join(str(ROOT / name) for name in ("coverage", "maps", "api", "cli"))
    done = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", RUN, *TIANHE],
        env={**os.environ, "PYTHONPATH": roots},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")


def test_json_is_utf_8_whatever_the_terminal_speaks() -> None:
    done = program(RUN, *TIANHE, "--json", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "员村街道" in done.stdout.decode("utf-8")
    json.loads(done.stdout)


def test_a_terminal_without_chinese_gets_question_marks() -> None:
    done = program(RUN, *TIANHE, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"????" in done.stdout


def test_a_warning_of_a_library_is_one_line() -> None:
    code = (
        "import warnings; from facility_coverage_cli import main; "
        "main.outcome = lambda arguments: warnings.warn('two\\nlines'); main.run()"
    )
    assert program(code).stderr == b"warning: two lines\n"


def test_nothing_of_the_terminal_framework_decides_on_tracebacks() -> None:
    assert not app.pretty_exceptions_enable
