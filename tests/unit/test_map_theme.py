"""The colours: every class and band has its own, and the target is a class bound."""

import pytest

from facility_coverage.study_file import MAX_THRESHOLDS
from facility_coverage_maps.theme import COVERAGE_COLOURS, band_colours, share_classes


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
