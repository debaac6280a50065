"""Valhalla's side of the table; run by an interpreter that has pyvalhalla (Python 3.12 or later).

    python benchmarks/valhalla_peer.py REQUEST.json FOLDER

builds tiles in FOLDER, says in one line of JSON what that took, and then answers every line of
its standard input by asking Valhalla for the isochrones of all places, with one line of what that
took. The first answers are written to FOLDER/answers.json.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import valhalla
from valhalla.config import get_config

TILES = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"


def build_tiles(pbf: str, folder: Path) -> dict[str, float]:
    """Build tiles; return seconds and megabytes."""
    tiles = folder / "tiles"
    tiles.mkdir()
    config = get_config(tile_extract="", tile_dir=tiles)
    (folder / "valhalla.json").write_text(json.dumps(config))
    start_s = time.perf_counter()
    command = [str(TILES), "-c", str(folder / "valhalla.json"), "-j", "1", pbf]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  (Valhalla's own program)
    wall_s = time.perf_counter() - start_s
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor_s = used.ru_utime + used.ru_stime
    return {"wall_s": wall_s, "processor_s": processor_s, "peak_mb": used.ru_maxrss / 1024}


def questions(request: dict[str, Any]) -> list[str]:
    """Return a question per place: polygons of every band, all else as Valhalla has it."""
    return [
        json.dumps(
            {
                "locations": [{"lon": lon, "lat": lat}],
                "costing": "pedestrian",
                "costing_options": {"pedestrian": {"walking_speed": request["speed_kph"]}},
                "contours": [{"time": minutes} for minutes in request["minutes"]],
                "polygons": True,
            }
        )
        for lon, lat in request["places"]
    ]


def main(request: dict[str, Any], folder: Path) -> None:
    """Build, then answer as often as asked."""
    print(json.dumps(build_tiles(request["pbf"], folder)), flush=True)
    actor = valhalla.Actor(folder / "valhalla.json")
    asked = questions(request)
    answers_file = folder / "answers.json"
    for _ in sys.stdin:
        wall_s, processor_s = time.perf_counter(), time.process_time()
        answers = [actor.isochrone(question) for question in asked]
        spent = {
            "wall_s": time.perf_counter() - wall_s,
            "processor_s": time.process_time() - processor_s,
        }
        if not answers_file.exists():
            answers_file.write_text(json.dumps([json.loads(answer) for answer in answers]))
        print(json.dumps(spent), flush=True)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
