"""San Francisco, the test instance of pysal/spopt: 205 tracts, 16 sites, network metres.

Four sites within 5 km cover at most 875,247 people (demand: POP2000).
"""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from facility_coverage.siting.mclp import ChosenSites, choose_sites

WITHIN_M = 5000.0
SITES = 4
BEST_PEOPLE = 875_247


@pytest.fixture(scope="module")
def instance(real_data: Path) -> tuple[csr_array, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    folder = real_data / "siting_san_francisco"
    demand = pd.read_csv(folder / "demand.csv")
    distance = pd.read_csv(folder / "network_distance.csv")
    sites = pd.read_csv(folder / "sites.csv")["NAME"].tolist()
    tract = {name: column for column, name in enumerate(demand["NAME"])}
    near = distance[distance["distance"] <= WITHIN_M]
    rows = [sites.index(name) for name in near["name"]]
    columns = [tract[name] for name in near["DestinationName"]]
    shape = (len(sites), len(demand))
    covers = csr_array((near["distance"].to_numpy(), (rows, columns)), shape=shape)
    return covers, demand["POP2000"].to_numpy(dtype=float)
