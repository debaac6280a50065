"""What the HTTP service takes: 8 clients on this machine, and its memory over many requests.

    python benchmarks/api_load.py --study STUDY.toml --lon 113.35 --lat 23.13
    python benchmarks/api_load.py --demo

Clients keep their connection, as QGIS and scripts do. Service and clients share the cores.
"""

import argparse
import http.client
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

CLIENTS = 8
DEMO_LON_LAT = (113.365, 23.135)


@dataclass(frozen=True)
class Question:
    """What the clients ask over and over.

    Attributes
    ----------
    name
        For the table.
    method, path, body
        The request.
    """

    name: str
    method: str
    path: str
    body: bytes | None = None


@dataclass(frozen=True)
class Load:
    """What one question took.

    Attributes
    ----------
    p50_ms, p99_ms
        Of the clients' waiting times.
    per_s
        Answers a second, of all clients together.
    """

    p50_ms: float
    p99_ms: float
    per_s: float


@contextmanager
def service(arguments: Sequence[str]) -> Iterator[str]:
    """Start ``facility-coverage serve`` and yield its address."""
    command = Path(sys.executable).with_name("facility-coverage")
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("w") as log:
        shared = ["serve", "--port", "0", "--workers", "0", "--quiet", "--files", f"{folder}/files"]
        process = subprocess.Popen(  # noqa: S603  (our own command)
            [command, *shared, *arguments], stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            assert process.stdout is not None  # noqa: S101  (a pipe was asked for)
            address = process.stdout.readline().strip()
            if not address:
                sys.exit(Path(folder, "log").read_text())
            yield address
        finally:
            process.terminate()
            process.wait()


def load(address: str, question: Question, n_requests: int) -> Load:
    """Ask a question with all clients at once.

    Parameters
    ----------
    address
        Of the service.
    question
        What to ask.
    n_requests
        How often, all clients together.

    Returns
    -------
    Load
        What it took.
    """
    waited_s: list[list[float]] = [[] for _ in range(CLIENTS)]
    threads = [
        threading.Thread(target=_ask, args=(address, question, n_requests // CLIENTS, place))
        for place in waited_s
    ]
    began_s = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - began_s
    every_ms = 1000 * np.concatenate(waited_s)
    if len(every_ms) != n_requests // CLIENTS * CLIENTS:
        sys.exit(f"{question.name}: some requests failed")
    p50_ms, p99_ms = np.percentile(every_ms, [50, 99])
    return Load(float(p50_ms), float(p99_ms), len(every_ms) / took_s)


def _ask(address: str, question: Question, n_requests: int, waited_s: list[float]) -> None:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
    for _ in range(n_requests):
        began_s = time.perf_counter()
        headers = {"Content-Type": "application/json"}
        connection.request(question.method, question.path, question.body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != http.client.OK:
            sys.stderr.write(f"{question.name}: {answer.status} {content[:300]!r}\n")
            return
        waited_s.append(time.perf_counter() - began_s)


def resident_mb(address: str) -> float:
    """Return the memory that the service holds, megabytes."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
    connection.request("GET", "/metrics")
    told = connection.getresponse().read().decode()
    found = re.search(r"^process_resident_memory_bytes (\S+)", told, re.MULTILINE)
    return float(found[1]) / 1e6 if found else float("nan")


def questions(study: str, lon: float, lat: float) -> list[Question]:
    """Return what is measured."""
    place = f"study={study}&lon={lon}&lat={lat}"
    isochrones = {"study": study, "locations": [[lon, lat]], "range": [300, 600, 900]}
    return [
        Question("POST /v1/isochrones, 1 point x 3 bands", "POST", "/v1/isochrones",
                 json.dumps(isochrones).encode()),
        Question("GET /v1/coverage/at", "GET", f"/v1/coverage/at?{place}"),
        Question("GET items?limit=1000, streets", "GET",
                 f"/ogc/{study}/collections/streets/items?limit=1000&f=json"),
        Question("GET /healthz", "GET", "/healthz"),
    ]  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--demo", action="store_true")
    source.add_argument("--study", type=Path)
    parser.add_argument("--lon", type=float, default=DEMO_LON_LAT[0])
    parser.add_argument("--lat", type=float, default=DEMO_LON_LAT[1])
    parser.add_argument("--requests", type=int, default=800, help="for each question")
    parser.add_argument("--steady", type=int, default=10_000, help="requests for the memory")
    given = parser.parse_args()
    with service(["--demo"] if given.demo else ["--study", str(given.study)]) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
        connection.request("GET", "/v1/studies")
        study = json.loads(connection.getresponse().read())["studies"][0]["id"]
        asked = questions(study, given.lon, given.lat)
        print("| request, 8 clients | p50 ms | p99 ms | per s |\n|---|--:|--:|--:|")
        for question in asked:
            load(address, question, CLIENTS * 4)  # warm
            took = load(address, question, given.requests)
            print(f"| {question.name} | {took.p50_ms:.1f} | {took.p99_ms:.1f} | {took.per_s:.0f} |")
        before_mb = resident_mb(address)
        for question in asked:
            load(address, question, given.steady // len(asked))
        after_mb = resident_mb(address)
        print(f"\nmemory over {given.steady} requests: {before_mb:.1f} -> {after_mb:.1f} MB")


if __name__ == "__main__":
    main()
