"""A proposal on the map: the facilities that it changes, and what is covered afterwards."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from facility_coverage.result import OUTSIDE_UNIT_ID, StudyResult
from facility_coverage.thresholds import Threshold
from facility_coverage_maps.drawing import drawn
from facility_coverage_maps.plain_values import (
    Row,
    displayed,
    per_threshold,
    plain,
    plain_rows,
    positions,
)
from facility_coverage_maps.reach import CIRCLE_POINTS
from facility_coverage_maps.shapes import encode_polygons

ADDED, CLOSED, MOVED = "added", "closed", "moved"


@dataclass(frozen=True, eq=False)
class ProposedChange:
    """What a proposal changes, for a toggle between before and after.

    Attributes
    ----------
    name
        Of the proposal; any text.
    facilities
        What is new, gone or elsewhere: ``facility_id, facility_name, kind, ownership, change``
        (``added``, ``closed`` or ``moved``), ``geometry`` (point; where it moves to).
    isochrones
        ``threshold`` (label), ``geometry``: the circles of all facilities together afterwards.
    units
        Afterwards, by subdistrict: ``unit_id, covered_population_T, covered_share_T``.
    total
        Afterwards, everywhere together: ``covered_population_T, covered_share_T``.
    """

    name: str
    facilities: gpd.GeoDataFrame
    isochrones: gpd.GeoDataFrame
    units: pd.DataFrame
    total: dict[str, Any]

    @classmethod
    def between(cls, name: str, before: StudyResult, after: StudyResult) -> "ProposedChange":
        """Return what differs between two answers to one study.

        Parameters
        ----------
        name
            Of the proposal.
        before, after
            Without it and with it; the same thresholds and subdistricts.

        Returns
        -------
        ProposedChange
            Facilities are the same where their ids are.
        """
        old, new = (each.facilities.set_index("facility_id") for each in (before, after))
        both = new.index.intersection(old.index)
        elsewhere = both[new.geometry[both].to_numpy() != old.geometry[both].to_numpy()]
        parts = (
            new[~new.index.isin(old.index)].assign(change=ADDED),
            old[~old.index.isin(new.index)].assign(change=CLOSED),
            new.loc[elsewhere].assign(change=MOVED),
        )
        circles = after.isochrones
        return cls(
            name=name,
            facilities=gpd.GeoDataFrame(pd.concat(parts).sort_index().reset_index()),
            isochrones=circles[circles["scope"] == "all"],
            units=after.units[after.units["unit_id"] != OUTSIDE_UNIT_ID],
            total=after.total,
        )


def change_data(change: ProposedChange, result: StudyResult) -> Row:
    """Return a proposal as the page reads it.

    Parameters
    ----------
    change
        The proposal.
    result
        What it would change.

    Returns
    -------
    dict
        ``name``, ``facilities``, ``circles``, ``units`` (in the order of the result's
        subdistricts) and ``total``.
    """
    thresholds = result.thresholds
    labels = [threshold.label for threshold in thresholds]
    inside = result.units.loc[result.units["unit_id"] != OUTSIDE_UNIT_ID, "unit_id"]
    units = change.units.set_index("unit_id").loc[inside]
    facilities = plain_rows(
        change.facilities, ["facility_id", "facility_name", "kind", "ownership", "change"]
    )
    places = positions(change.facilities.geometry, result.crs)
    simple = drawn(change.isochrones.geometry, CIRCLE_POINTS)
    texts = encode_polygons(list(displayed(simple.shapes, result.crs)))
    return {
        "name": change.name,
        "facilities": [
            row | {"position": place} for row, place in zip(facilities, places, strict=True)
        ],
        "circles": [
            {"facility": None, "threshold": labels.index(label), "shape": text}
            for label, text in zip(change.isochrones["threshold"], texts, strict=True)
        ],
        "units": {
            measure: per_threshold(units, measure, thresholds)
            for measure in ("covered_population", "covered_share")
        },
        "total": {
            measure: _of_all(change.total, measure, thresholds)
            for measure in ("covered_population", "covered_share")
        },
    }


def _of_all(
    total: dict[str, Any], measure: str, thresholds: tuple[Threshold, ...]
) -> list[float | None]:
    """Return a figure of everybody together, one value a threshold."""
    return [plain(total[f"{measure}_{threshold.label}"]) for threshold in thresholds]
