"""The findings of siting as the tables and layers of a study result."""

from dataclasses import asdict
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.demand import Demand
from facility_coverage.inputs.placed_rows import points_of
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.result import SitingResult
from facility_coverage.siting.plan import Plan
from facility_coverage.siting.robustness import STRUCK_OUT, Trial
from facility_coverage.siting.suggestion import Suggestion
from facility_coverage.siting.unreachable import UNREACHABLE_CAUSES
from facility_coverage.study_file import SitingSection

NOTHING = "none"
"""Status where there was nothing to choose from, or nobody to serve."""

_FROM_LIST = ["floor_area_m2", "ownership", "cost", "earliest_year", "capacity"]
_PLACE_COLUMNS = [
    "candidate_id", "candidate_name", "tier", "status", "rank", "alone_population", "rules",
    "cause", "reason", "row", "lon", "lat", "street_class", "fronts_street", *_FROM_LIST,
]  # fmt: skip
_TRIAL_COLUMNS = [
    "trial", "value", "site_id", "covered_before", "covered_population", "loss_population",
    "best_population", "staying_sites", "staying_nearby", "stays",
]  # fmt: skip


def site_layer(
    plan: Plan, boundaries: Boundaries, units: gpd.GeoDataFrame, network: StreetNetwork
) -> gpd.GeoDataFrame:
    """Return the suggested sites by rank.

    Parameters
    ----------
    plan
        The sites.
    boundaries
        The subdistricts.
    units
        The table of subdistricts, with the row outside.
    network
        The street network.

    Returns
    -------
    geopandas.GeoDataFrame
        See ``StudyResult.candidates``.
    """
    suggestion = plan.suggestion
    gains, solution = suggestion.gains, suggestion.solution
    snaps = suggestion.candidates.snaps.take(gains.site)
    table = suggestion.candidates.table.iloc[gains.site].reset_index(drop=True)
    points = shapely.points(snaps.xy)
    unit = units.iloc[boundaries.unit_of(points)]
    rank = np.arange(1, len(points) + 1)
    cumulative = suggestion.curve.people[0] + np.cumsum(gains.gain)
    columns: dict[str, Any] = {
        "site_id": [_site_id(i) for i in rank.tolist()],
        "rank": rank,
        "candidate_id": table["candidate_id"],
        "candidate_name": table["candidate_name"],
        "tier": table["tier"],
        "gain_population": gains.gain,
        "alone_population": gains.alone,
        "last_population": gains.last,
        "mean_population": gains.mean,
        "cumulative_population": cumulative,
        "cumulative_share": cumulative / float(units["population"].sum()),
        "unit_id": unit["unit_id"].to_numpy(),
        "unit_name": unit["unit_name"].to_numpy(),
        **_degrees(snaps.xy, network.crs),
        "way_id": network.way_id[network.vertex_way[snaps.vertex]],
        "street_class": table["street_class"],
        "rules": table["rules"],
        **{name: table[name] for name in _FROM_LIST},
        "stays_share": _stays_share(plan.trials, len(rank)),
    }
    if solution is not None and solution.assigned is not None:
        columns["served_population"] = solution.assigned.sum(axis=0)[gains.site]
    for name in ("model", "status", "objective", "bound", "gap"):
        columns["method" if name == "model" else name] = getattr(solution, name, np.nan)
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=points, crs=network.crs)


def siting_result(
    plan: Plan, section: SitingSection, demand: Demand, units: gpd.GeoDataFrame
) -> SitingResult:
    """Return how the sites were chosen.

    Parameters
    ----------
    plan
        The sites.
    section
        The model and how many sites.
    demand
        The people.
    units
        The table of subdistricts, with the row outside.

    Returns
    -------
    SitingResult
        All of it.
    """
    suggestion, crs = plan.suggestion, str(units.crs)
    curve = suggestion.curve
    population = float(units["population"].sum())
    return SitingResult(
        answer=_answer(suggestion, section),
        places=_places(suggestion, crs),
        gains_by_unit=_gains_by_unit(suggestion, demand, units),
        curve=pd.DataFrame(
            {
                "sites": curve.n_sites,
                "covered_population": curve.people,
                "bound_population": curve.bound,
                "covered_share": curve.people / population,
                "bound_share": curve.bound / population,
            }
        ),
        robustness=_robustness(plan.trials),
        unreachable=_unreachable(suggestion, demand, units, crs),
    )


def _answer(suggestion: Suggestion, section: SitingSection) -> dict[str, Any]:
    """Return the answer of the model in plain values."""
    candidates, solution = suggestion.candidates, suggestion.solution
    answer: dict[str, Any] = {
        "model": section.model,
        "status": NOTHING,
        "sites_asked": section.sites + section.stations,
    }
    if solution is not None:
        numbers = {name: getattr(solution, name) for name in ("objective", "bound", "gap")}
        answer |= {
            "status": solution.status,
            "unit": solution.unit,
            **{name: float(x) if np.isfinite(x) else None for name, x in numbers.items()},
            "solver": solution.solver,
            "ties": len(solution.ties),
            "left_out": asdict(solution.reduction),
            "blocking_demand": len(solution.blocking),
        }
    return answer | {
        "sites": len(suggestion.gains.site),
        "candidates": len(candidates.table),
        "considered": candidates.considered,
        "refused": candidates.causes,
        "spacing_m": candidates.spacing_m,
        "gain_population": float(suggestion.gains.gain.sum()),
        "unreachable_population": float(suggestion.unreachable.people.sum()),
    }


def _places(suggestion: Suggestion, crs: str) -> gpd.GeoDataFrame:
    """Return every candidate by id: chosen, allowed or refused."""
    candidates, site = suggestion.candidates, suggestion.gains.site
    rank = pd.array(np.zeros(len(candidates.table), dtype=np.int64), dtype="Int64")
    rank[:] = pd.NA
    rank[site] = np.arange(1, len(site) + 1)
    status = np.full(len(candidates.table), "allowed", dtype=object)
    status[site] = "chosen"
    allowed = candidates.table.assign(
        status=status, rank=rank, alone_population=suggestion.alone, cause="", reason="", row=""
    )
    refused = candidates.refused.assign(status="refused")
    refused = refused.assign(rank=pd.array([pd.NA] * len(refused), dtype="Int64"))
    xy = np.concatenate([candidates.snaps.xy, refused[["x_m", "y_m"]].to_numpy(dtype=float)])
    both = refused if allowed.empty else pd.concat([allowed, refused], ignore_index=True)
    order = np.argsort(both["candidate_id"].to_numpy(dtype=str), kind="stable")
    table = both.assign(**_degrees(xy, crs)).reindex(columns=_PLACE_COLUMNS)
    table = table.fillna(dict.fromkeys(("rules", "street_class", "ownership", "tier"), ""))
    layer = gpd.GeoDataFrame(table, geometry=points_of(xy), crs=crs)
    return layer.iloc[order].reset_index(drop=True)


def _gains_by_unit(suggestion: Suggestion, demand: Demand, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return whom each site newly covers, subdistrict by subdistrict."""
    newly = suggestion.gains.by_point
    people = (demand.unit_share @ newly.T).tocoo()
    order = np.lexsort((people.row, people.col))
    unit, site, gain = people.row[order], people.col[order], people.data[order]
    some = gain > 0
    return pd.DataFrame(
        {
            "site_id": [_site_id(i + 1) for i in site[some].tolist()],
            "rank": site[some] + 1,
            "unit_id": units["unit_id"].to_numpy()[unit[some]],
            "unit_name": units["unit_name"].to_numpy()[unit[some]],
            "gain_population": gain[some],
        }
    )


def _robustness(trials: tuple[Trial, ...]) -> pd.DataFrame:
    """Return how the plan stands up, a row for each trial."""
    planned = trials[0].covered if trials else 0.0
    rows = [
        {
            "trial": trial.name,
            "value": trial.value,
            "site_id": _site_id(int(trial.value)) if trial.name == STRUCK_OUT else "",
            "covered_before": trial.covered_before,
            "covered_population": trial.covered,
            "loss_population": planned - trial.covered if trial.name == STRUCK_OUT else np.nan,
            "best_population": trial.best,
            "staying_sites": int(trial.stays.sum()) if len(trial.stays) else np.nan,
            "staying_nearby": int(trial.nearby.sum()) if len(trial.stays) else np.nan,
            "stays": ";".join(_site_id(i + 1) for i in np.flatnonzero(trial.stays).tolist()),
        }
        for trial in trials
    ]
    return pd.DataFrame(rows, columns=_TRIAL_COLUMNS)


def _stays_share(trials: tuple[Trial, ...], n_sites: int) -> NDArray[np.float64]:
    """Return in which share of the trials the model would choose each site or one nearby."""
    asked = [trial.nearby for trial in trials if trial.asked]
    return np.mean(asked, axis=0) if asked else np.full(n_sites, np.nan)


def _unreachable(
    suggestion: Suggestion, demand: Demand, units: gpd.GeoDataFrame, crs: str
) -> gpd.GeoDataFrame:
    """Return the demand that nothing that could be built would serve."""
    lost = suggestion.unreachable
    unit = demand.main_unit[lost.row]
    return gpd.GeoDataFrame(
        {
            "demand_id": np.array(demand.demand_id, dtype=object)[lost.row],
            "unit_id": units["unit_id"].to_numpy()[unit],
            "unit_name": units["unit_name"].to_numpy()[unit],
            "population": lost.people,
            "cause": lost.cause,
            "reason": [UNREACHABLE_CAUSES[cause] for cause in lost.cause],
            "nearest_candidate_s": lost.nearest_s,
            **_degrees(demand.xy[lost.row], crs),
        },
        geometry=shapely.points(demand.xy[lost.row]),
        crs=crs,
    )


def _degrees(xy: NDArray[np.float64], crs: str) -> dict[str, NDArray[np.float64]]:
    """Return longitude and latitude as columns, NaN where a row has no position."""
    lonlat = project(xy, crs, WGS84)
    lonlat[~np.isfinite(lonlat)] = np.nan
    return {"lon": lonlat[:, 0], "lat": lonlat[:, 1]}


def _site_id(rank: int) -> str:
    return f"site-{rank:03d}"
