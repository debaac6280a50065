"""Thresholds: inclusive bounds in the unit of the searches, and labels that name one each."""

import pytest

from facility_coverage.thresholds import Threshold


@pytest.mark.parametrize(
    ("threshold", "label", "limit"),
    [
        (Threshold("minutes", 15.0), "15min", 900.0),
        (Threshold("minutes", 7.5), "7.5min", 450.0),
        (Threshold("metres", 1250.0), "1250m", 1250.0),
        (Threshold("metres", 50_000.0), "50000m", 50_000.0),
        (Threshold("metres", 0.5), "0.5m", 0.5),
    ],
)
def test_label_and_limit(threshold: Threshold, label: str, limit: float) -> None:
    assert threshold.label == label
    assert threshold.limit == limit


def test_no_two_thresholds_share_a_label() -> None:
    """Labels name columns: two thresholds under one name would be one column."""
    values = [12_345.67, 12_345.68, 1000.0, 1000.0001, 10.0, 10.000001]
    minutes = {Threshold("minutes", value).label for value in values}
    metres = {Threshold("metres", value).label for value in values}
    assert len(minutes | metres) == 2 * len(values)


def test_minutes_and_metres_are_never_one_test() -> None:
    assert Threshold("minutes", 5.0) != Threshold("metres", 5.0)
    assert Threshold("minutes", 5.0) < Threshold("minutes", 10.0)
