"""All districts of a batch in one table and one layer; their totals are the sums."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from facility_coverage.batch.district import Outcome
from facility_coverage.crs import WGS84
from facility_coverage.files import atomic_path
from facility_coverage.outputs.layers import write_geopackage
from facility_coverage.outputs.tables import write_table
from facility_coverage.result import OUTSIDE_UNIT_ID

SUMMARY_NAME = "batch_summary.csv"
LAYERS_NAME = "batch_summary.gpkg"
LOG_NAME = "batch_log.csv"
ALL = "all"
"""Id of the row with the totals."""

_FIRST = ["district_id", "district_name", "state", "rank", "target", "covered_share"]
_COUNTS = [
    "population", "assessed_population", "facilities", "subdistricts", "subdistricts_flagged",
    "suggested_sites", "gain_population",
]  # fmt: skip
_COVERED, _SHARE = "covered_population_", "covered_share_"
_UNIT_COLUMNS = ["unit_id", "unit_name", "population", "facilities", "flags", "geometry"]


@dataclass(frozen=True, eq=False)
class RollUp:
    """All districts together.

    Attributes
    ----------
    table
        One row a district by id and, at the end, ``all``: ``rank`` (1: the smallest share within
        the district's own target, so the greatest need), the figures of its summary, ``folder``
        and, where it failed, ``reason``.
    districts
        The districts that have a result, with their areas in degrees.
    subdistricts
        All their subdistricts: ``district_id, unit_id, unit_name, population, facilities,
        flags, covered_share``, likewise.
    """

    table: pd.DataFrame
    districts: gpd.GeoDataFrame
    subdistricts: gpd.GeoDataFrame


def roll_up(outcomes: Sequence[Outcome], out: Path) -> RollUp:
    """Put the results of a batch together.

    Parameters
    ----------
    outcomes
        One a district.
    out
        Folder of the batch.

    Returns
    -------
    RollUp
        The same for the same results, in whatever order and by whichever engine they were made.
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.district_id)
    made = [one for one in ordered if one.folder]
    summaries = {one.district_id: read_summary(out / one.folder) for one in made}
    parts = {one.district_id: _subdistricts(one, summaries[one.district_id], out) for one in made}
    table = pd.DataFrame(
        [_row(one, summaries.get(one.district_id), parts.get(one.district_id)) for one in ordered]
    )
    share = table["covered_share"].rank(method="min")
    table["rank"] = share.astype("Int64")
    subdistricts = gpd.GeoDataFrame(
        pd.concat(map(_plain, parts.values()), ignore_index=True) if parts else _no_subdistrict(),
        crs=WGS84,
    )
    areas = [shapely.union_all(part.geometry.to_numpy()) for part in parts.values()]
    districts = gpd.GeoDataFrame(
        table[table["folder"] != ""].reset_index(drop=True),
        geometry=np.array(areas, dtype=object),
        crs=WGS84,
    )
    whole = pd.concat([table, _total(table)], ignore_index=True)
    return RollUp(whole[_columns(whole)], districts[[*_columns(table), "geometry"]], subdistricts)


def write_roll_up(found: RollUp, outcomes: Sequence[Outcome], out: Path) -> None:
    """Write the table, the layers and the log of a batch.

    Parameters
    ----------
    found
        The table and the layers.
    outcomes
        One a district: how long it took and what memory it held stand in the log alone, because
        they differ from run to run.
    out
        Folder of the batch.

    Raises
    ------
    SourceError
        The disk refused.
    """
    with atomic_path(out / SUMMARY_NAME) as path:
        write_table(found.table, path)
    layers = {"districts": found.districts, "subdistricts": found.subdistricts}
    with atomic_path(out / LAYERS_NAME) as path:
        write_geopackage(layers, path)
    log = pd.DataFrame(
        [
            {
                "district_id": outcome.district_id,
                "state": outcome.state,
                "seconds": round(outcome.seconds_s, 3),
                "peak_mb": round(outcome.peak_mb, 1),
                "reason": outcome.reason,
            }
            for outcome in sorted(outcomes, key=lambda outcome: outcome.district_id)
        ]
    )
    with atomic_path(out / LOG_NAME) as path:
        write_table(log, path)


def read_summary(folder: Path) -> dict[str, Any]:
    """Return the summary of a result.

    Parameters
    ----------
    folder
        Of the result.

    Returns
    -------
    dict
        As ``outputs.folder.summary`` has it.
    """
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return summary


def _row(
    outcome: Outcome, summary: dict[str, Any] | None, units: gpd.GeoDataFrame | None
) -> dict[str, Any]:
    """Return the row of a district; ``done`` now or kept from before is the same answer."""
    state = "done" if outcome.folder else "failed"
    row: dict[str, Any] = {"district_id": outcome.district_id, "district_name": "", "state": state}
    row |= {"folder": outcome.folder, "reason": outcome.reason, "covered_share": np.nan}
    if summary is None or units is None:
        return row | dict.fromkeys(_COUNTS, np.nan) | {"target": "", "synthetic": ""}
    siting = summary["siting"]
    target = summary["target"]["threshold"]
    row |= {"district_name": summary["study"], "target": target}
    row["synthetic"] = summary["synthetic"] or ""
    # Sums over the subdistricts: people and facilities beyond the border are another district's.
    covered = [name for name in map(str, units.columns) if name.startswith(_COVERED)]
    summed = ["population", "assessed_population", "facilities", *covered]
    row |= {name: float(units[name].sum()) for name in summed}
    for name in covered:
        share = row[name] / row["population"] if row["population"] else np.nan
        row[f"{_SHARE}{name.removeprefix(_COVERED)}"] = share
    row |= {"subdistricts": len(units), "subdistricts_flagged": int((units["flags"] != "").sum())}
    row |= {"suggested_sites": siting["sites"], "gain_population": siting["gain_population"]}
    return row | {"covered_share": row[f"{_SHARE}{target}"]}


def _total(table: pd.DataFrame) -> pd.DataFrame:
    """Return the row with the sums; shares are those of the sums."""
    columns = map(str, table.columns)
    sums = [*_COUNTS, *(name for name in columns if name.startswith(_COVERED))]
    row: dict[str, Any] = {"district_id": ALL, "folder": "", "reason": "", "target": ""}
    row["synthetic"] = f"{n} districts" if (n := int((table["synthetic"] != "").sum())) else ""
    row["state"] = f"{int((table['state'] == 'done').sum())} of {len(table)} done"
    row |= {name: table[name].sum() for name in sums}
    for name in sums[len(_COUNTS) :]:
        label = name.removeprefix(_COVERED)
        tested = table[name].notna()
        people = table["population"][tested].sum()
        row[f"{_SHARE}{label}"] = row[name] / people if people else np.nan
    targets = set(table["target"]) - {""}
    if len(targets) == 1:
        row |= {"target": (only := targets.pop()), "covered_share": row[f"{_SHARE}{only}"]}
    return pd.DataFrame([row])


def _columns(table: pd.DataFrame) -> list[str]:
    """Return the columns in their order: what it is, counts, circles by their names, where."""
    circles = [name for name in map(str, table.columns) if name.startswith((_COVERED, _SHARE))]
    return [*_FIRST, *_COUNTS, *sorted(circles, key=_by_circle), "synthetic", "folder", "reason"]


def _by_circle(name: str) -> tuple[str, str, float]:
    """Order circles as studies do: people before shares, minutes before metres, rising."""
    what = _COVERED if name.startswith(_COVERED) else _SHARE
    label = name.removeprefix(what)
    unit = label.lstrip("0123456789.")
    return what, "" if unit == "min" else unit, float(label.removesuffix(unit))


def _subdistricts(outcome: Outcome, summary: dict[str, Any], out: Path) -> gpd.GeoDataFrame:
    """Read the subdistricts of a result, without the row of people outside all of them."""
    layer = gpd.read_file(out / outcome.folder / "results.gpkg", layer="subdistricts")
    layer = layer[layer["unit_id"] != OUTSIDE_UNIT_ID].to_crs(WGS84).reset_index(drop=True)
    share = layer[f"{_SHARE}{summary['target']['threshold']}"]
    return layer.assign(
        covered_share=share, district_id=outcome.district_id, flags=layer["flags"].fillna("")
    )


def _plain(part: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the columns that all districts have, and only what can be drawn."""
    return part[part.geometry.notna()][["district_id", *_UNIT_COLUMNS, "covered_share"]]


def _no_subdistrict() -> pd.DataFrame:
    columns = ["district_id", *_UNIT_COLUMNS, "covered_share"]
    return pd.DataFrame(columns=columns, dtype=object)
