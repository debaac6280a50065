"""Longitude and latitude as people write them, and why a row of a table stands nowhere.

A cell holds plain degrees, degrees with minutes and seconds (``113°21′36″E``, ``东经113°21′36″``),
metres of a declared zone, or both numbers at once (``113.36,23.14``). What cannot be told apart is
refused with a reason, row by row; nothing is exchanged or guessed.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from facility_coverage.coordinates.systems import (
    believed,
    exchanged,
    in_degrees,
    to_wgs84,
)
from facility_coverage.inputs.tables import rows_where
from facility_coverage.words import Remark

_SEXAGESIMAL = re.compile(
    r"(?P<front>[nsew])?\s*(?P<degrees>\d{1,3}(?:\.\d+)?)\s*[°度:]\s*"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*['分:]\s*)?"
    r"(?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:\"|''|秒)?\s*)?(?P<back>[nsew])?"
)
_PLAIN = re.compile(
    r"(?P<front>[nsew])?\s*(?P<degrees>[+-]?\d+(?:\.\d+)?)\s*°?\s*(?P<back>[nsew])?"
)
_SIGNS = str.maketrans(
    {"′": "'", "’": "'", "‘": "'", "″": '"', "”": '"', "“": '"', "º": "°", "˚": "°"}
)
_WORDS = {"东经": "e", "西经": "w", "北纬": "n", "南纬": "s", "经度": "", "纬度": "", "东": "e",
          "西": "w", "北": "n", "南": "s"}  # fmt: skip
_SIXTY = 60.0
_LARGEST_LATITUDE = 90.0
_METRES = 10_000.0
"""Larger numbers are metres of a zone, which somebody forgot to declare."""


_Fault = Literal["", "missing", "doubtful", "swapped", "metres", "outside", "cell", "unlike"]
_TOLD = {
    "missing": "{columns} are no longitude and latitude in degrees; fill them in",
    "doubtful": (
        "{columns} are no longitude and latitude in degrees; fill them in, or exchange them if "
        "they are swapped"
    ),
    "swapped": "{columns} are no longitude and latitude: the two are swapped; exchange them",
    "metres": (
        "{columns} are no longitude and latitude in degrees; name the system of these metres in "
        "the key coordinates"
    ),
    "outside": "{columns} lie outside {system}; correct them or the key coordinates",
    "cell": "{columns} is no longitude and latitude in one cell; write 113.36,23.14",
    "unlike": "{columns} does not say which number is the longitude; write two columns",
}
"""Why a row stands nowhere, and how to mend it."""


@dataclass(frozen=True, eq=False)
class Positions:
    """Where the rows of a table stand.

    Attributes
    ----------
    lonlat
        Shape (n, 2), degrees, WGS 84; NaN where a row stands nowhere.
    fault
        Shape (n,), a remark why; ``""`` for a row with a position.
    reason
        Shape (n,), the same with the numbers that were found.
    """

    lonlat: NDArray[np.float64]
    fault: NDArray[np.object_]
    reason: NDArray[np.object_]

    def faults(self, rows: pd.Index) -> list[Remark]:
        """Return why rows stand nowhere, a line for each fault with its rows.

        Parameters
        ----------
        rows
            As the file counts them.

        Returns
        -------
        list of Remark
            Empty where every row stands somewhere.
        """
        faults = pd.Series(self.fault, index=rows, dtype=object)
        return [
            Remark("{rows}: {fault}", rows=rows_where(faults == fault), fault=fault)
            for fault in faults[faults != ""].unique()
        ]


def table_positions(frame: pd.DataFrame, lon: str, lat: str, system: str) -> Positions:
    """Read where the rows of a table stand.

    Parameters
    ----------
    frame
        The table.
    lon, lat
        The two columns, longitude or easting first; twice the same one where each cell holds
        both numbers.
    system
        The coordinate system, as ``known_system`` returns it.

    Returns
    -------
    Positions
        One row each.
    """
    first, second = frame[lon], frame[lat]
    given = np.column_stack([_numbers(first), _numbers(second)])
    kind: NDArray[np.object_] = np.full(len(frame), "", dtype=object)
    unread = ~np.all(np.isfinite(given), axis=1) | (lon == lat)
    for row in np.flatnonzero(unread).tolist():
        cells = _written(first.iloc[row]), _written(second.iloc[row])
        given[row], kind[row] = _pair(*cells) if lon != lat else _both(cells[0])
    lonlat = to_wgs84(given, system)
    nowhere: NDArray[np.bool_] = ~np.all(np.isfinite(lonlat), axis=1)
    if not in_degrees(system):
        nowhere = ~believed(given, system)
        lonlat[nowhere] = np.nan
    swapped = nowhere.copy()
    swapped[nowhere] = exchanged(given[nowhere], system)
    columns = lon if lon == lat else f"{lon}, {lat}"
    fault, reason = kind.copy(), kind.copy()
    for row in np.flatnonzero(nowhere).tolist():
        why = kind[row] or _why(given[row], system, swapped=bool(swapped[row]))
        fault[row] = reason[row] = Remark(_TOLD[why], columns=columns, system=system)
        if not kind[row]:
            x, y = given[row].tolist()
            reason[row] = Remark("{fault} (found {x:.9g}, {y:.9g})", fault=fault[row], x=x, y=y)
    return Positions(lonlat, fault, reason)


def _numbers(cells: pd.Series) -> NDArray[np.float64]:
    """Return plain numbers, NaN where a cell holds anything else."""
    return pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)


def _written(cell: object) -> str:
    """Return a cell with one spelling of every sign, in lower case."""
    text = "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124  (NaN)
    text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS).strip().lower()
    for word, letter in _WORDS.items():
        text = text.replace(word, letter)
    return text


def _pair(lon: str, lat: str) -> tuple[tuple[float, float], _Fault]:
    """Read two cells, or one that holds both numbers beside an empty one."""
    nothing = (np.nan, np.nan)
    if not lon and not lat:
        return nothing, "missing"
    if not lon or not lat:
        both, fault = _both(lon or lat)
        return (nothing, "missing") if fault else (both, "")
    (x, x_axis), (y, y_axis) = _degrees(lon), _degrees(lat)
    if x_axis == "lat" or y_axis == "lon":
        return nothing, "swapped"
    if np.isnan(x) or np.isnan(y):
        return nothing, "missing"
    return (x, y), ""


def _both(cell: str) -> tuple[tuple[float, float], _Fault]:
    """Read a cell that holds both numbers; letters or size must tell which is which."""
    parts = [part for part in re.split(r"[,;、|]\s*|\s+(?=[+\-\dnsew])", cell) if part]
    nothing = (np.nan, np.nan)
    if len(parts) != 2:  # noqa: PLR2004  (longitude and latitude)
        return nothing, "cell"
    (one, one_axis), (two, two_axis) = _degrees(parts[0]), _degrees(parts[1])
    if np.isnan(one) or np.isnan(two):
        return nothing, "cell"
    if one_axis == "lat" or two_axis == "lon":
        return (two, one), ""
    if one_axis == "lon" or two_axis == "lat" or abs(one) > _LARGEST_LATITUDE:
        return (one, two), ""
    if abs(two) > _LARGEST_LATITUDE:
        return (two, one), ""
    return nothing, "unlike"


def _degrees(text: str) -> tuple[float, str]:
    """Read one number; its letter tells the axis (``lon``, ``lat`` or nothing)."""
    found = _PLAIN.fullmatch(text) or _SEXAGESIMAL.fullmatch(text)
    if found is None:
        return np.nan, ""
    parts = found.groupdict()
    letters = [letter for letter in (parts["front"], parts["back"]) if letter]
    minutes, seconds = float(parts.get("minutes") or 0), float(parts.get("seconds") or 0)
    if len(letters) > 1 or minutes >= _SIXTY or seconds >= _SIXTY:
        return np.nan, ""
    value = float(parts["degrees"]) + minutes / _SIXTY + seconds / _SIXTY**2
    letter = letters[0] if letters else ""
    axis = "" if not letter else "lon" if letter in "ew" else "lat"
    return (-value if letter in ("s", "w") else value), axis


def _why(given: NDArray[np.float64], system: str, *, swapped: bool) -> _Fault:
    """Say why two numbers are no place."""
    if swapped:
        return "swapped"
    if not in_degrees(system):
        return "outside"
    return "metres" if np.abs(given).max() > _METRES else "doubtful"
