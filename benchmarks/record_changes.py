"""The record under load: many changes of few proposals by 8 clients at once, over HTTP.

    python benchmarks/record_changes.py
    python benchmarks/record_changes.py --database postgresql://user@host/database

Every change names the version that its client has seen; one that comes too late is told so (412),
read again and tried again. In the end nothing may be lost, and the chain of events must verify.
"""

import argparse
import http.client
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from api_load import CLIENTS, DEMO_LON_LAT, service

PROPOSALS = 4


@dataclass
class Client:
    """A client and what it met.

    Attributes
    ----------
    connection
        Kept open.
    waited_s
        From its decision to a change until that was made, each.
    late
        How often another one was faster.
    """

    connection: http.client.HTTPConnection
    waited_s: list[float] = field(default_factory=list)
    late: int = 0

    def ask(self, method: str, path: str, body: object = None, mark: str = "") -> tuple[int, Any]:
        """Send a request and return status and answer; the answer's mark is in it."""
        headers = {"Content-Type": "application/json", **({"If-Match": mark} if mark else {})}
        self.connection.request(method, path, json.dumps(body), headers)
        answer = self.connection.getresponse()
        told = json.loads(answer.read())
        return answer.status, told | {"mark": answer.headers["ETag"]}

    def change(self, number: int, comment: str) -> None:
        """Comment on a proposal, as often as it takes until nobody else was faster."""
        path = f"/v1/proposals/{number}"
        began_s = time.perf_counter()
        while True:
            _, seen = self.ask("GET", path)
            step = {"action": "comment", "comment": comment, "name": "bench"}
            status, told = self.ask("POST", f"{path}/events", step, seen["mark"])
            if status == http.client.CREATED:
                break
            if status != http.client.PRECONDITION_FAILED:
                sys.exit(f"{status} {told}")
            self.late += 1
        self.waited_s.append(time.perf_counter() - began_s)


def hand_in(client: Client) -> list[int]:
    """Hand in the proposals and return their numbers."""
    lon, lat = DEMO_LON_LAT
    numbers = []
    for at in range(PROPOSALS):
        proposal = {"id": f"P{at}", "title": f"Site {at}", "lon": lon, "lat": lat}
        body = {"study": "demo", "proposal": proposal, "name": "bench"}
        status, told = client.ask("POST", "/v1/proposals", body)
        if status != http.client.CREATED:
            sys.exit(f"{status} {told}")
        numbers.append(told["number"])
    return numbers


def faults(client: Client, numbers: list[int], expected: set[str]) -> list[str]:
    """Return what is not as it should be after all changes."""
    found = []
    comments = []
    for number in numbers:
        events = client.ask("GET", f"/v1/proposals/{number}/events")[1]["events"]
        comments += [event["new"]["comment"] for event in events if event["what"] == "comment"]
        version = client.ask("GET", f"/v1/proposals/{number}")[1]["version"]
        if version != len(events):
            found.append(f"proposal {number}: version {version}, {len(events)} events")
    if len(comments) != len(expected) or set(comments) != expected:
        found.append(f"{len(expected)} changes, {len(comments)} events, {len(set(comments))} apart")
    return found + list(client.ask("GET", "/v1/audit")[1]["faults"])


def main() -> None:
    """Print one line, and leave with 1 where a change was lost or the chain does not verify."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--changes", type=int, default=1_000)
    parser.add_argument("--database", help="postgresql://…; by default an SQLite file")
    given = parser.parse_args()
    more = [] if given.database is None else ["--database", given.database]
    with service(["--demo", *more]) as address:
        place = urlsplit(address).netloc
        clients = [Client(http.client.HTTPConnection(place, timeout=120)) for _ in range(CLIENTS)]
        numbers = hand_in(clients[0])
        jobs = [(at, numbers[at // CLIENTS % PROPOSALS]) for at in range(given.changes)]

        def work(own: int) -> None:
            for at, number in jobs[own::CLIENTS]:
                clients[own].change(number, f"change {at}")

        began_s = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(work, range(CLIENTS)))
        took_s = time.perf_counter() - began_s
        broken = faults(clients[0], numbers, {f"change {at}" for at, _ in jobs})
    late = sum(client.late for client in clients)
    p50_ms, p99_ms = 1000 * np.percentile([s for c in clients for s in c.waited_s], [50, 99])
    print(
        f"{given.changes} changes by {CLIENTS} clients: {took_s:.1f} s, {late} came too late and "
        f"were made again; p50 {p50_ms:.0f} ms, p99 {p99_ms:.0f} ms; "
        f"{'; '.join(broken) or 'none lost, the chain verifies'}"
    )
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
