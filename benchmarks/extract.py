"""Where the data lie that is measured on: the extract of greater Porto."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPEED_KPH = 4.8
"""The speed at which the peers were measured before."""


def data_folder() -> Path:
    """Return the folder of real extracts; a run ends in one line where there is none."""
    folder = Path(os.environ.get("FACILITY_COVERAGE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        sys.exit(f"skipped: no real data at {folder}; FACILITY_COVERAGE_TEST_DATA names its folder")
    return folder


def porto_pbf() -> Path:
    """Return the extract of greater Porto."""
    return data_folder() / "porto" / "porto.osm.pbf"
