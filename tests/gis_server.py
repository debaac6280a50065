"""A service in a process of its own, on a port that it chooses and prints; run as a program."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from facility_coverage_api.app import create_app
from facility_coverage_api.settings import Settings

PAGE = 5000


@contextmanager
def gis_server(folder: Path, files: Path) -> Iterator[str]:
    """Serve a folder of results; this process opens no socket.

    Parameters
    ----------
    folder
        The results.
    files
        Folder of the service.

    Yields
    ------
    str
        Its address.
    """
    command = [sys.executable, __file__, str(folder), str(files)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(20)


def main(folder: str, files: str) -> None:
    """Serve until the process is told to end.

    Parameters
    ----------
    folder, files
        As above.
    """
    app = create_app(Settings(results=(Path(folder),), files=Path(files)))
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        sys.stdout.write(f"http://127.0.0.1:{door.getsockname()[1]}\n")
        sys.stdout.flush()
        uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[door])


if __name__ == "__main__":
    main(*sys.argv[1:])
