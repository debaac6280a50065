"""Premises: a user's own list of parcels, rooms or areas in which a facility could be put."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from facility_coverage.inputs.placed_rows import amounts, placed_rows, texts
from facility_coverage.study_file import SitingSection
from facility_coverage.words import Remark


@dataclass(frozen=True, eq=False)
class Premises:
    """A list of premises, sorted by id.

    Attributes
    ----------
    table
        ``candidate_id, candidate_name, floor_area_m2, ownership, cost, earliest_year, capacity``
        (NaN where unknown), ``row`` (as the file counts), ``reason`` (a remark: why a row
        cannot be used; empty otherwise).
    xy
        Shape (p, 2), metres in the study's CRS: the point, or a point inside of the polygon; NaN
        where a row has no usable position.
    notes
        Values that could not be read, one sentence each.
    """

    table: pd.DataFrame
    xy: NDArray[np.float64]
    notes: tuple[Remark, ...]


def read_premises(section: SitingSection, crs: str) -> Premises:
    """Read a list of premises; a bad row becomes a row with a reason and stops nothing.

    Parameters
    ----------
    section
        Where the list stands (``candidates``), and its columns. Only positions are required.
    crs
        The study's metric CRS.

    Returns
    -------
    Premises
        Every row of the list.

    Raises
    ------
    NotFoundError, InputError, SchemaError, CrsError
        The list as a whole cannot be read.
    """
    path = Path(section.candidates or "")
    columns = {"siting.lon": section.lon, "siting.lat": section.lat}
    placed = placed_rows(path, section.candidates_layer, columns, crs, section.coordinates)
    frame, xy = placed.frame, placed.xy
    rows = pd.Series([str(row) for row in frame.index], index=frame.index)
    stated = texts(frame, section.id)
    ids = stated.where(stated != "", "row-" + rows)
    nowhere = ~np.isfinite(xy).all(axis=1)
    repeated = ids.duplicated(keep="first").to_numpy()
    reason = placed.reason.copy()
    twice = "{column} stands twice; the first row counts"
    reason[repeated & ~nowhere] = Remark(twice, column=section.id)
    notes: list[Remark] = []
    table = pd.DataFrame(
        {
            "candidate_id": ids.where(~repeated, ids + " (row " + rows + ")"),
            "candidate_name": texts(frame, section.name).where(lambda name: name != "", ids),
            "floor_area_m2": amounts(frame, section.floor_area_m2, path, notes),
            "ownership": texts(frame, section.ownership),
            "cost": amounts(frame, section.cost, path, notes),
            "earliest_year": amounts(frame, section.earliest_year, path, notes),
            "capacity": amounts(frame, section.site_capacity, path, notes),
            "row": rows,
            "reason": reason,
        }
    )
    order = np.argsort(table["candidate_id"].to_numpy(dtype=str), kind="stable")
    return Premises(table.iloc[order].reset_index(drop=True), xy[order], tuple(notes))
