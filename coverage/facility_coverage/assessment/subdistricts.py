"""The verdict on each subdistrict: people, area and streets covered, facilities inside, flags."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.demand import Demand
from facility_coverage.inputs.facilities import CENTRE, GOVERNMENT, UNKNOWN, Facilities
from facility_coverage.result import OUTSIDE_UNIT_ID
from facility_coverage.thresholds import Threshold
from facility_coverage.words import Remark

_NO_PEOPLE = Remark("no people: shares of people are empty")
_NO_STREETS = Remark("no streets: shares of streets are empty")
_NO_OWNERS = Remark("government centre not assessable: ownership not stated")


@dataclass(frozen=True, eq=False)
class Coverage:
    """What is covered within one threshold.

    Attributes
    ----------
    threshold
        The test.
    people
        Shape (d,), which demand points are within it.
    area
        The union of the isochrones, in the study's CRS; None where only people count.
    street_m
        Shape (u,), reached street length of each subdistrict, metres; None likewise.
    """

    threshold: Threshold
    people: NDArray[np.bool_]
    area: shapely.MultiPolygon | None = None
    street_m: NDArray[np.float64] | None = None


def subdistrict_table(
    boundaries: Boundaries,
    demand: Demand,
    assessed: NDArray[np.bool_],
    coverages: tuple[Coverage, ...],
    street_m: NDArray[np.float64],
) -> gpd.GeoDataFrame:
    """Return what is covered in each subdistrict and, last, outside all of them.

    Covered, uncovered and unassessed people add up to the population (definition D2).

    Parameters
    ----------
    boundaries
        The subdistricts.
    demand
        The people.
    assessed
        Shape (d,), demand points that have a street within the off-street limit.
    coverages
        One per threshold.
    street_m
        Shape (u,), street length of each subdistrict, metres.

    Returns
    -------
    geopandas.GeoDataFrame
        The columns of ``StudyResult.units`` up to the shares of streets, and ``notes``. A share
        whose denominator is empty is null, and ``notes`` says so.
    """
    units = boundaries.units
    area_m2 = np.append(shapely.area(units.geometry.to_numpy()), 0.0)
    streets = np.append(street_m, 0.0)
    people = demand.by_unit(demand.population)
    columns: dict[str, object] = {
        "unit_id": [*units["unit_id"], OUTSIDE_UNIT_ID],
        "unit_name": [*units["unit_name"], "outside every subdistrict"],
        "population": people,
        "assessed_population": demand.by_unit(demand.population * assessed),
        "unassessed_population": demand.by_unit(demand.population * ~assessed),
    }
    covered = {
        coverage.threshold.label: demand.by_unit(demand.population * coverage.people)
        for coverage in coverages
    }
    columns |= {f"covered_population_{label}": value for label, value in covered.items()}
    columns |= {f"covered_share_{label}": _share(value, people) for label, value in covered.items()}
    for coverage in coverages:
        if coverage.area is None:
            continue
        shapely.prepare(coverage.area)
        common = shapely.intersection(units.geometry.to_numpy(), coverage.area)
        inside = np.append(shapely.area(common), 0.0)
        columns[f"covered_area_share_{coverage.threshold.label}"] = _share(inside, area_m2)
    for coverage in coverages:
        if coverage.street_m is None:
            continue
        reached = np.append(coverage.street_m, 0.0)
        columns[f"covered_street_share_{coverage.threshold.label}"] = _share(reached, streets)
    for age, persons in (("older", demand.older), ("children", demand.children)):
        if persons is None:
            continue
        columns[f"{age}_population"] = demand.by_unit(persons)
        for coverage in coverages:
            columns[f"{age}_covered_population_{coverage.threshold.label}"] = demand.by_unit(
                persons * coverage.people
            )
    columns["notes"] = [
        "; ".join(
            note
            for note, empty in (
                (_NO_PEOPLE.told("en"), people[row] == 0),
                (_NO_STREETS.told("en"), streets[row] == 0),
            )
            if empty and row < len(units)
        )
        for row in range(len(people))
    ]
    shapes = [*units.geometry, shapely.MultiPolygon()]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=units.crs)


def facilities_by_unit(facilities: Facilities, unit_id: NDArray[np.object_]) -> pd.DataFrame:
    """Count the facilities of each subdistrict by kind and ownership.

    Parameters
    ----------
    facilities
        The register.
    unit_id
        Shape (f,), the subdistrict that each lies in, ``outside`` for none, empty where a
        facility has no position.

    Returns
    -------
    pandas.DataFrame
        ``unit_id, kind, ownership, facilities``, sorted.
    """
    table = facilities.table[["kind", "ownership"]].assign(unit_id=unit_id)
    keys = ["unit_id", "kind", "ownership"]
    counts = table.groupby(keys, sort=True).size().rename("facilities").reset_index()
    return counts[[*keys, "facilities"]]


def with_flags(
    units: gpd.GeoDataFrame,
    by_unit: pd.DataFrame,
    *,
    ownership_stated: bool,
    target: Threshold,
    target_share: float,
) -> gpd.GeoDataFrame:
    """Add the facilities inside each subdistrict, and the flags with their reasons.

    ``no_facility``: no facility of any kind lies inside. ``no_government_centre``: no centre run
    by the government lies inside; a register that does not say who runs a facility cannot raise
    it, nor can a subdistrict whose only centres are of unknown ownership: ``notes`` says so
    instead. ``below_target``: fewer people than the target share are covered.

    Parameters
    ----------
    units
        From ``subdistrict_table``.
    by_unit
        From ``facilities_by_unit``.
    ownership_stated
        Whether the register says who runs a facility.
    target, target_share
        The test that the target is about, and the least share of people within it.

    Returns
    -------
    geopandas.GeoDataFrame
        With ``facilities``, ``government_facilities``, ``flags`` before ``notes`` and
        ``geometry``.
    """
    inside, government, flags, notes = [], [], [], []
    share_column = f"covered_share_{target.label}"
    for row in units.to_dict("records"):
        own = by_unit[by_unit["unit_id"] == row["unit_id"]]
        count = int(own["facilities"].sum())
        run_by_government = own[own["ownership"] == GOVERNMENT]
        inside.append(count)
        government.append(int(run_by_government["facilities"].sum()))
        note = [row["notes"]] if row["notes"] else []
        flag = [] if count else ["no_facility"]
        if not (run_by_government["kind"] == CENTRE).any():
            unknown = ((own["kind"] == CENTRE) & (own["ownership"] == UNKNOWN)).any()
            if ownership_stated and not unknown:
                flag.append("no_government_centre")
            else:
                note.append(_NO_OWNERS.told("en"))
        if row[share_column] < target_share:
            flag.append("below_target")
        outside = row["unit_id"] == OUTSIDE_UNIT_ID
        flags.append("" if outside else ";".join(flag))
        notes.append("" if outside else "; ".join(note))
    plain = units.drop(columns=["notes", "geometry"])
    columns = {"facilities": inside, "government_facilities": government, "flags": flags}
    return gpd.GeoDataFrame(
        plain.assign(**columns, notes=notes), geometry=units.geometry, crs=units.crs
    )


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> pd.Series:
    """Return part ÷ whole, null where the whole is empty."""
    share = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return pd.Series(np.clip(share, 0.0, 1.0))
