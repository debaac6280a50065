"""Rows of a register that look like one facility: the same kind, place and nearly the same name."""

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

SAME_PLACE_M = 60.0
"""Entrances of one house lie no further apart; two facilities of one kind hardly ever so near."""

_NEIGHBOURS = 9
_PLACES = re.compile(
    "[省市区县]|街道|街|镇|乡|社区(卫生|健康)服务|(分?中心|站)$|[\\s()（）【】\\[\\]·,，.。-]"
)


@dataclass(frozen=True)
class Pair:
    """Two rows that look like one facility.

    Attributes
    ----------
    first, second
        Their places in the table.
    apart_m
        Distance, metres.
    """

    first: int
    second: int
    apart_m: float


def bare_name(name: str) -> str:
    """Return what tells a facility from others in its name.

    Parameters
    ----------
    name
        Such as ``广州市天河区棠下街社区卫生服务中心``.

    Returns
    -------
    str
        Without the words for places and kinds: ``广州天河棠下``.
    """
    return _PLACES.sub("", unicodedata.normalize("NFKC", name).lower())


def likely_duplicates(names: pd.Series, kinds: pd.Series, xy: NDArray[np.float64]) -> list[Pair]:
    """Find rows that look like one facility.

    Parameters
    ----------
    names, kinds
        One of each row.
    xy
        Shape (rows, 2), metres; NaN where a row has no position.

    Returns
    -------
    list of Pair
        Rows of one kind, at most ``SAME_PLACE_M`` apart, one bare name being part of the other;
        in the order of the table. Of many rows in one place, each is told with its nearest eight.
    """
    placed = np.flatnonzero(np.isfinite(xy).all(axis=1))
    if len(placed) < 2:  # noqa: PLR2004  (a pair)
        return []
    count = min(_NEIGHBOURS, len(placed))
    apart_m, other = cKDTree(xy[placed]).query(
        xy[placed], k=count, distance_upper_bound=SAME_PLACE_M
    )
    one = np.repeat(np.arange(len(placed)), count)
    mutual = other[np.minimum(other.ravel(), len(placed) - 1)] == one[:, None]
    told_once = (one < other.ravel()) | ~mutual.any(axis=1)
    near = np.isfinite(apart_m.ravel()) & (one != other.ravel()) & told_once
    rows, columns = placed[one[near]].tolist(), placed[other.ravel()[near]].tolist()
    name, kind = names.to_list(), kinds.to_list()
    bare = {row: bare_name(name[row]) for row in {*rows, *columns}}
    found = []
    for row, column, metres in zip(rows, columns, apart_m.ravel()[near].tolist(), strict=True):
        same = bare[row] in bare[column] or bare[column] in bare[row]
        if kind[row] == kind[column] and bare[row] and bare[column] and same:
            found.append(Pair(min(row, column), max(row, column), metres))
    return sorted(found, key=lambda pair: (pair.first, pair.second))
