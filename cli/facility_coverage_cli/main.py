"""The command ``facility-coverage``: its commands, its exit codes, how a failure looks."""

import signal
import sys
import warnings
from types import FrameType
from typing import Annotated, Literal

import typer
from typer.exceptions import TyperException

from facility_coverage import __version__
from facility_coverage.errors import FacilityCoverageError
from facility_coverage.words import Remark
from facility_coverage_cli.audit import audit
from facility_coverage_cli.batch import batch
from facility_coverage_cli.check import check
from facility_coverage_cli.compare import compare
from facility_coverage_cli.demo import demo
from facility_coverage_cli.doctor import doctor
from facility_coverage_cli.fetch import fetch
from facility_coverage_cli.figures import figures
from facility_coverage_cli.inputs import inputs
from facility_coverage_cli.isochrones import isochrones
from facility_coverage_cli.key import key
from facility_coverage_cli.network import network
from facility_coverage_cli.proposal import proposal
from facility_coverage_cli.report import report
from facility_coverage_cli.review import review, review_compare, review_replay
from facility_coverage_cli.run import run_study_file
from facility_coverage_cli.serve import serve
from facility_coverage_cli.spoken import choose
from facility_coverage_cli.suggest import suggest
from facility_coverage_cli.terminal import (
    Session,
    report_defect,
    say_error,
    show_warning,
)
from facility_coverage_cli.worker import worker

NAME = "facility-coverage"
USAGE_EXIT = 2
INTERRUPTED_EXIT = 130
TERMINATED_EXIT = 128 + signal.SIGTERM

app = typer.Typer(
    name=NAME,
    help="Who can walk to a community health centre, and where one is missing.",
    epilog=(
        "Exit codes: 0 done, 1 defect of the program, 2 wrong usage or input, 3 not found, "
        "4 unreachable, 5 infeasible, 6 limit exceeded, 7 disk, server or installation failed, "
        "8 some districts of a batch failed, 9 the record was tampered with, "
        "10 in doubt (run --strict), 130 interrupted."
    ),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo)
app.command("fetch")(fetch)
app.command("run")(run_study_file)
app.command("report")(report)
app.command("suggest")(suggest)
app.add_typer(batch, name="batch")
app.add_typer(network, name="network")
app.add_typer(inputs, name="inputs")
app.command("isochrones")(isochrones)
app.command("check")(check)
app.command("compare")(compare)
app.command("figures")(figures)
app.command("review")(review)
app.command("review-compare")(review_compare)
app.command("review-replay")(review_replay)
app.add_typer(proposal, name="proposal")
app.add_typer(audit, name="audit")
app.command("worker")(worker)
app.command("serve")(serve)
app.command("key")(key)
app.command("doctor")(doctor)


def _show_version(asked: bool) -> None:  # noqa: FBT001  (typer calls it with the flag's value)
    if asked:
        typer.echo(f"{NAME} {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001  (its callback does the work)
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an internal error.")
    ] = False,
    language: Annotated[
        Literal["en", "zh"] | None,
        typer.Option(
            "--language",
            envvar="FACILITY_COVERAGE_LANGUAGE",
            help="Of messages; by default the study's, or that of this system.",
        ),
    ] = None,
) -> None:
    """Who can walk to a community health centre, and where one is missing."""
    context.obj.debug = debug
    choose(language)


def outcome(arguments: list[str]) -> int:
    """Carry out one command line.

    Parameters
    ----------
    arguments
        What stands after the program's name.

    Returns
    -------
    int
        The exit code. Whatever went wrong was told on stderr, in lines that start ``error:``.
    """
    session = Session()
    choose(None)
    try:
        code = app(arguments, prog_name=NAME, standalone_mode=False, obj=session)
    except TyperException as error:
        message = "{usage} Try '{name} --help'."
        say_error(Remark(message, usage=error.format_message(), name=NAME))
        return USAGE_EXIT
    except FacilityCoverageError as error:
        say_error(error)
        return error.exit_code
    except Exception as error:  # noqa: BLE001  (the last net: a defect is told in one line)
        report_defect(error, debug=session.debug)
        return 1
    if code == INTERRUPTED_EXIT:
        say_error(Remark("interrupted; nothing was written"))
    return code or 0


def run() -> None:
    """Run the command line of this process and leave with its exit code.

    Raises
    ------
    SystemExit
        Always, with the exit code.
    """
    signal.signal(signal.SIGTERM, _terminate)
    if hasattr(signal, "SIGPIPE"):  # as every Unix tool: end when the reader of stdout has gone
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    warnings.showwarning = show_warning
    sys.exit(outcome(sys.argv[1:]))


def _terminate(_number: int, _frame: FrameType | None) -> None:
    """Leave in order, so that half-written files are swept away."""
    raise SystemExit(TERMINATED_EXIT)
