"""What is looked up for a place is, to the last bit, what a search to that place finds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from street_scenes import OFF_STREET_LIMIT_M, Scene, laws, scenes

from facility_coverage.network.snapping import snap
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access, nearest_facility
from facility_coverage.travel.place_costs import PlaceCosts
from facility_coverage.travel.times import all_together, reach


@laws(30)
@given(scenes(), st.sampled_from(["minutes", "metres"]), st.sampled_from([1.0, 5.0, 300.0, 1e6]))
def test_the_costs_of_a_place_are_those_of_the_searches(
    scene: Scene, kind: str, value: float
) -> None:
    threshold = Threshold("minutes" if kind == "minutes" else "metres", value)
    facilities = snap(scene.index, scene.facilities, off_street_limit_m=OFF_STREET_LIMIT_M)
    homes = snap(scene.index, scene.homes, off_street_limit_m=OFF_STREET_LIMIT_M)
    access = measure_access(scene.network, facilities, homes, (threshold,))
    costs = PlaceCosts.of(scene.network, access.origins, access.found, access.impedance)
    expected = np.full(access.od.shape, np.inf)
    row = np.repeat(np.arange(access.od.shape[0]), np.diff(access.od.indptr))
    expected[row, access.od.indices] = access.od.data
    for home in np.flatnonzero(homes.found):
        looked_up = costs.at(homes.take(np.array([home])), threshold.limit)
        assert looked_up.tolist() == expected[:, home].tolist()


@laws(30)
@given(scenes())
def test_the_least_of_a_joint_search_is_the_nearest_facility(scene: Scene) -> None:
    facilities = snap(scene.index, scene.facilities, off_street_limit_m=OFF_STREET_LIMIT_M)
    homes = snap(scene.index, scene.homes, off_street_limit_m=OFF_STREET_LIMIT_M)
    access = measure_access(scene.network, facilities, homes, (Threshold("minutes", 1.0),))
    together = all_together(facilities)
    found = reach(scene.network, together, access.impedance, np.inf)
    costs = PlaceCosts.of(scene.network, together, found, access.impedance)
    nearest = nearest_facility(scene.network, facilities, homes)
    for home in np.flatnonzero(homes.found):
        looked_up = costs.at(homes.take(np.array([home])), np.inf)
        assert looked_up.min() == nearest.cost[home]
        if np.isfinite(nearest.cost[home]):
            assert int(np.argmin(looked_up)) == nearest.origin[home]
