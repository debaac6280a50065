"""Valhalla as one of the engines, where the environment names an interpreter that has it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from extract import SPEED_KPH, porto_pbf
from facility_coverage.crs import WGS84, project
from timing import Spent, Turn

VARIABLE = "FACILITY_COVERAGE_VALHALLA_PYTHON"
_SCRIPT = Path(__file__).parent / "valhalla_peer.py"


@dataclass(frozen=True, eq=False)
class Valhalla:
    """A running Valhalla.

    Attributes
    ----------
    tiles
        What building its tiles took: ``wall_s, processor_s, peak_mb``.
    folder
        Where it keeps tiles and answers.
    to_it, from_it
        Its standard input and output.
    """

    tiles: dict[str, float]
    folder: Path
    to_it: IO[str]
    from_it: IO[str]

    def draw(self) -> Turn[list[list[shapely.Geometry]]]:
        """Let it draw the isochrones of all places.

        Returns
        -------
        Turn
            What that took inside its process; what it drew is asked for with ``polygons``.
        """
        self.to_it.write("\n")
        self.to_it.flush()
        return Turn(Spent(**json.loads(self.from_it.readline())), [])

    def polygons(self, crs: str, minutes: tuple[float, ...]) -> list[list[shapely.Geometry]]:
        """Return what it drew at its first turn.

        Parameters
        ----------
        crs
            The CRS to project to.
        minutes
            The bands, rising.

        Returns
        -------
        list of list of shapely.Geometry
            Per place, one per band.
        """
        answers = json.loads((self.folder / "answers.json").read_text(encoding="utf-8"))
        return [[_band(answer, band, crs) for band in minutes] for answer in answers]


def _band(answer: dict[str, Any], minutes: float, crs: str) -> shapely.Geometry:
    """Return all that one answer draws for a band."""
    drawn = [
        shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in answer["features"]
        if feature["properties"]["contour"] == minutes
    ]
    area = shapely.union_all(shapely.make_valid(drawn))
    return shapely.transform(area, lambda lonlat: project(lonlat, WGS84, crs))


@contextmanager
def running_valhalla(
    lonlat: NDArray[np.float64], minutes: tuple[float, ...]
) -> Iterator[Valhalla | None]:
    """Run Valhalla over greater Porto, or yield None where no interpreter is named or it cannot.

    Parameters
    ----------
    lonlat
        Shape (f, 2), the places that it will be asked about.
    minutes
        The bands.

    Yields
    ------
    Valhalla or None
        Ready to draw; its tiles are built.
    """
    interpreter = os.environ.get(VARIABLE)
    if not interpreter:
        yield None
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        request = {
            "pbf": str(porto_pbf()),
            "speed_kph": SPEED_KPH,
            "minutes": minutes,
            "places": lonlat.tolist(),
        }
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        with subprocess.Popen(  # noqa: S603  (the interpreter that the user named)
            [interpreter, _SCRIPT, folder / "request.json", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            if process.stdin is None or process.stdout is None:
                msg = "pipes were asked for"
                raise AssertionError(msg)
            tiles = process.stdout.readline()
            if tiles:
                yield Valhalla(json.loads(tiles), folder, process.stdin, process.stdout)
                process.stdin.close()
            else:
                print(f"note: Valhalla is left out: {interpreter} cannot run it", file=sys.stderr)
                yield None
