"""The colours: every class and band has its own, and the target is a class bound."""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import pytest

from facility_coverage.study_file import MAX_THRESHOLDS
from facility_coverage_maps.theme import (
    CHANGE_COLOURS,
    COVERAGE_COLOURS,
    VERDICT_COLOURS,
    band_colours,
    share_classes,
)


@pytest.mark.parametrize("count", range(1, MAX_THRESHOLDS + 1))
def test_each_band_has_a_colour_of_its_own(count: int) -> None:
    assert len(set(band_colours(count))) == count


@pytest.mark.parametrize("target_share", [0.0, 0.5, 0.8, 0.95, 1.0])
def test_the_last_class_starts_exactly_at_the_target(target_share: float) -> None:
    classes = share_classes(target_share)
    assert len(classes) == len(COVERAGE_COLOURS)
    assert classes == sorted(classes)
    assert classes[0] == 0.0
    assert classes[-1] == target_share


def test_classes_below_the_target_are_equal() -> None:
    assert share_classes(0.8) == [0.0, 0.2, 0.4, 0.6, 0.8]


def seen_without_green(colour: str) -> np.ndarray:
    """Return a colour as people without green cones see it (Machado et al. 2009, severity 1)."""
    linear = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]) ** 2.2
    matrix = [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]
    return np.clip(np.array(matrix) @ linear, 0, 1) ** (1 / 2.2) * 255


def seen_without_red(colour: str) -> np.ndarray:
    """Return a colour as people without red cones see it (likewise)."""
    linear = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]) ** 2.2
    matrix = [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]
    return np.clip(np.array(matrix) @ linear, 0, 1) ** (1 / 2.2) * 255


@pytest.mark.parametrize("see", [seen_without_green, seen_without_red])
@pytest.mark.parametrize(
    "colours",
    [COVERAGE_COLOURS, CHANGE_COLOURS, tuple(VERDICT_COLOURS.values()), band_colours(3)],
)
def test_colours_are_told_apart_without_green_or_red_cones(
    see: Callable[[str], np.ndarray], colours: Sequence[str]
) -> None:
    seen = [see(colour) for colour in colours]
    closest = min(np.linalg.norm(a - b) for a, b in combinations(seen, 2))
    assert closest > 30  # of 442 from black to white


def test_a_scale_of_coverage_grows_lighter_all_the_way() -> None:
    weights = np.array([0.2126, 0.7152, 0.0722])
    luminance = [
        weights @ [(int(colour[at : at + 2], 16) / 255) ** 2.2 for at in (1, 3, 5)]
        for colour in COVERAGE_COLOURS
    ]
    assert luminance == sorted(luminance)
