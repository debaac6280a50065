"""What workers of a batch do in tests; other processes import it by its name."""

import os
import signal
import threading
from pathlib import Path

from facility_coverage.batch.district import District, Outcome
from facility_coverage_cli.district_work import carry_out_district

KILL_AFTER_S = 0.05


def count(district: District) -> Outcome:
    """Answer at once, and leave a mark for each time."""
    with Path(district.out, f"{district.district_id}.begun").open("a") as marks:
        marks.write("x")
    return Outcome(district.district_id, "done", people=1.0)


def die_once(district: District) -> Outcome:
    """Kill the own process with -9 at the first time, for ids that say so."""
    mark = Path(district.out, f"{district.district_id}.died")
    if district.district_id.startswith("weak") and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return count(district)


def die_always(district: District) -> Outcome:
    """Kill the own process with -9 every time, for ids that say so."""
    if district.district_id.startswith("deadly"):
        os.kill(os.getpid(), signal.SIGKILL)
    return count(district)


def carry_out_killed_once(district: District) -> Outcome:
    """Carry out a study; at the first time the process is killed while it is at it."""
    mark = Path(district.study_file).with_name("killed")
    if not mark.exists():
        mark.touch()
        threading.Timer(KILL_AFTER_S, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return carry_out_district(district)
