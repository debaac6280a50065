"""Las Palmas: the whole command ``suggest``, ten new sites from two thousand candidates."""

import json
import sys
from pathlib import Path

from apart import run
from extract import data_folder
from rows import OURS, Asked, Row, figure_row, time_rows
from timing import Timing, Turn

COMMAND = Path(sys.executable).parent / "facility-coverage"
SITES, CANDIDATES = 10, 2_000
MOST_S, MOST_GAP_PERCENT = 10.0, 0.5
TITLE = f"Las Palmas, suggest {SITES} of {CANDIDATES:,}"
STUDY = """\
[study]
name = "Las Palmas"
[network]
source = "{data}/las_palmas_2023-02-21.osm.pbf"
speed_kph = 4.0
[boundaries]
source = "{data}/subareas.geojson"
id = "Codigo"
name = "Denominaci"
[facilities]
source = "osm"
amenity = ["hospital", "clinic", "doctors"]
[demand]
source = "{data}/population_cells.csv"
lon = "lng"
lat = "lat"
population = "POP_2015"
cell_size_m = 100
cell_crs = "ESRI:54009"
[coverage]
minutes = [5, 10, 15]
target_share = 0.80
off_street_limit_m = 250
[siting]
model = "mclp"
max_candidates = {candidates}
gap = 0.005
"""


def las_palmas(folder: Path) -> list[Row]:
    """Run the command twice; the first run builds the network, the second finds it cached.

    Parameters
    ----------
    folder
        Room for the study and its results.

    Returns
    -------
    list of Row
        What both runs took, and the certified gap.
    """
    study = folder / "study.toml"
    text = STUDY.format(data=data_folder() / "las_palmas", candidates=CANDIDATES)
    study.write_text(text, encoding="utf-8")
    options = ["--sites", str(SITES), "--overwrite", "--json"]
    folders = ["--out", str(folder / "out"), "--cache", str(folder / "cache")]
    command = [str(COMMAND), "suggest", str(study), *options, *folders]
    cold, cached = run(command), run(command)
    answer = json.loads(cached.result)["siting"]
    found = f"{answer['sites']} sites of {answer['candidates']:,} candidates, {answer['status']}"
    people = f"{answer['gain_population']:,.0f} people gained"
    gap = 100 * answer["gap"]
    return [
        *_time_rows("network built", cold, Asked(), ""),
        *_time_rows("network cached", cached, Asked(most=MOST_S), f"{found}, {people}"),
        figure_row(TITLE, f"{OURS}, certified gap", gap, "%", most=MOST_GAP_PERCENT),
    ]


def _time_rows(what: str, turn: Turn[str], asked: Asked, agreement: str) -> list[Row]:
    spent = {OURS: Timing(turn.spent, 1, None)}
    title = f"{TITLE}, {what}"
    return time_rows(title, spent, asked={OURS: asked}, agreement={OURS: agreement})
