"""``serve``: answer over HTTP, with worker processes for long jobs beside it."""

import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facility_coverage.errors import InputError
from facility_coverage.words import Remark
from facility_coverage_cli.options import Quiet
from facility_coverage_cli.terminal import progress, say

if TYPE_CHECKING:
    from facility_coverage_api.settings import Settings

_DEMO_ID = "demo"


def serve(
    *,
    study: Annotated[
        list[Path] | None,
        typer.Option(
            "--study",
            help="A folder of results, served as it is; or a study file, which is run first and "
            "kept ready. May be repeated.",
        ),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Serve the sample study.")] = False,
    host: Annotated[
        str, typer.Option("--host", help="Where to listen; others than this machine need a key.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="0 takes a free one.")
    ] = 8000,
    workers: Annotated[
        int, typer.Option("--workers", min=0, max=64, help="Worker processes for long jobs.")
    ] = 1,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            help="postgresql://user@host/database; by default an SQLite file in the folder.",
        ),
    ] = None,
    files: Annotated[
        Path | None,
        typer.Option("--files", help="Folder for uploads, results and the database: service."),
    ] = None,
    generate_key: Annotated[
        bool,
        typer.Option(
            "--generate-key", help="Where no key is set: make one, and show it this once."
        ),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Answer over HTTP: coverage, isochrones, layers for QGIS and ArcGIS, jobs.

    Everything else is set by FACILITY_COVERAGE_* in the environment, see docs/api.md.
    """
    from facility_coverage_api.app import create_app
    from facility_coverage_api.jobs.crew import crew
    from facility_coverage_api.live.kernels import compile_kernels
    from facility_coverage_api.observe.logs import log_to_stderr
    from facility_coverage_api.server import DrainingServer, address_of, listening

    folders, study_files = _sorted(study or [])
    settings = service_settings(database_url=database, files=files, results=tuple(folders) or None)
    settings = _with_key(settings, generate_key=generate_key)
    settings = _for_host(settings, host)
    _bring(settings, study_files, demo=demo, quiet=quiet)
    compile_kernels()  # nobody's first request waits for it
    app = create_app(settings)
    with closing(listening(host, port)) as listener:
        log_to_stderr("warning" if quiet else settings.log_level)
        server = DrainingServer(app, lambda: _announce(address_of(listener)))
        with crew(workers, work, settings.database, settings.files, settings.log_level):
            server.run([listener])


def _announce(address: str) -> None:
    say(address)
    sys.stdout.flush()


def work(database: str | None, files: Path, log_level: str) -> None:
    """Carry out jobs in a process of its own, until it is told to end.

    Parameters
    ----------
    database, files
        Of the service.
    log_level
        What to log.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the service, which then asks us
    signal.signal(signal.SIGTERM, _leave)
    carry_out_jobs(database, files, log_level)


def carry_out_jobs(
    database: str | None, files: Path, log_level: str, *, once: bool = False
) -> None:
    """Carry out the jobs of a service, one after another.

    Parameters
    ----------
    database, files
        Of the service.
    log_level
        What to log.
    once
        Leave when no job waits.
    """
    from facility_coverage_api.jobs.kinds import CARRIES
    from facility_coverage_api.jobs.worker import Worker
    from facility_coverage_api.observe.logs import log_to_stderr
    from facility_coverage_api.store.store import Store

    log_to_stderr(log_level)
    with closing(Store.open(database, files)) as store:
        Worker(store, CARRIES).run(once=once)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _sorted(studies: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return folders of results, and study files."""
    folders = [path for path in studies if path.is_dir()]
    study_files = [path for path in studies if not path.is_dir()]
    for path in study_files:
        if path.suffix != ".toml":
            msg = "--study {path}: neither a folder of results nor a study file in .toml"
            raise InputError(msg, path=path)
    return folders, study_files


def service_settings(**given: Any) -> "Settings":  # noqa: ANN401  (values of options)
    """Return the settings of the environment, with what the options say in their place.

    Parameters
    ----------
    **given
        Options by the name of their setting; None leaves what the environment says.

    Returns
    -------
    Settings
        The settings.

    Raises
    ------
    InputError
        Some are outside their contract; the message has a line for each.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from facility_coverage_api.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise InputError(*map(_setting_fault, error.errors())) from error
    except SettingsError as error:
        msg = '{reason}; write lists as JSON, such as ["a", "b"]'
        raise InputError(msg, reason=str(error)) from error


def _setting_fault(fault: Any) -> Remark:  # noqa: ANN401  (pydantic's ErrorDetails, of Any)
    from facility_coverage.model_faults import model_fault

    name = "__".join(str(part) for part in fault["loc"]).upper()
    reason = model_fault(fault)
    return Remark("{variable}: {reason}", variable=f"FACILITY_COVERAGE_{name}", reason=reason)


def _with_key(settings: "Settings", *, generate_key: bool) -> "Settings":
    from pydantic import SecretStr

    from facility_coverage_api.doors.keys import new_key

    if not generate_key or settings.key is not None or settings.keys_file is not None:
        return settings
    key = new_key()
    say(Remark("API key, shown this once: {key}", key=key))
    return settings.model_copy(update={"key": SecretStr(key)})


def _for_host(settings: "Settings", host: str) -> "Settings":
    """Refuse to listen for others without a key; know the service by the name it listens at."""
    from facility_coverage_api.doors.hosts import LOOPBACK
    from facility_coverage_api.doors.keys import KeyRing

    keys = KeyRing.read(settings.keys_file, settings.secret_key)
    if host not in LOOPBACK and not keys.callers:
        msg = (
            "--host {host}: opens the service to others, and it has no API key; make one with "
            "'facility-coverage key NAME --file keys.txt' and set FACILITY_COVERAGE_KEYS_FILE, "
            "or add --generate-key"
        )
        raise InputError(msg, host=host)
    return settings.model_copy(update={"allowed_hosts": (*settings.allowed_hosts, host)})


def _bring(settings: "Settings", study_files: list[Path], *, demo: bool, quiet: bool) -> None:
    """Put study files into the store, and see that all that is to be served can be."""
    from facility_coverage_api.features.served import open_studies
    from facility_coverage_api.local_studies import bring
    from facility_coverage_api.store.store import Store

    with (
        closing(Store.open(settings.database, settings.files)) as store,
        progress(quiet=quiet) as advance,
    ):
        for study_file in study_files:
            bring(store, study_file, advance)
        if demo:
            with _sample() as study_file:
                bring(store, study_file, advance, _DEMO_ID)
        open_studies(settings, store).all()


@contextmanager
def _sample() -> Iterator[Path]:
    """Write the sample study into a folder that is swept away."""
    from facility_coverage.sample.district import write_sample_study

    with TemporaryDirectory() as folder:
        yield write_sample_study(Path(folder))
