"""What outlines are drawn from, one window of the grid after the other, and the room that it takes.

A centre's place is its number in the window, row by row. A line's number is twice the place of its
west or south end, one more if it runs north.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Ground(NamedTuple):
    """What is the same everywhere: the side of a cell, and the off-street leg's cost and limit."""

    size_m: float
    off_street_per_m: float
    off_street_limit_m: float


class Grid(NamedTuple):
    """Cells (row and column as ``CellGrid.first``, metres off the street) and ``GridMarks``."""

    cell_row: NDArray[np.int32]
    cell_column: NDArray[np.int32]
    off_street_m: NDArray[np.float64]
    mark_row: NDArray[np.int32]
    mark_column: NDArray[np.int32]
    northward: NDArray[np.bool_]
    share: NDArray[np.float64]


class Priced(NamedTuple):
    """Cells, marks or vertices of each group's edges, and their costs."""

    offset: NDArray[np.int64]
    point: NDArray[np.int32]
    cost: NDArray[np.float64]


class Places(NamedTuple):
    """Places on streets: origins, sorted by group, and fronts, sorted by group and limit."""

    offset: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


class Reached(NamedTuple):
    """What groups reach within the largest limit, sorted by group.

    Attributes
    ----------
    cells, marks, bends
        Cells (also those up to one cell beyond the limit), marks, and vertices of streets.
    fronts
        Where the reach ends, for each window: group by group, limit by limit.
    origins, leg
        Where groups start on streets, and what their off-street legs cost.
    """

    cells: Priced
    marks: Priced
    bends: Priced
    fronts: Places
    origins: Places
    leg: NDArray[np.float64]


class Spots(NamedTuple):
    """Room for the reached bends and ends of a window, metres; the next in the square, or -1."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    following: NDArray[np.int32]


class Frame(NamedTuple):
    """A part of the grid with a rim of centres that are not reached; its south-west centre."""

    size_m: float
    row: int
    column: int
    rows: int
    columns: int


class Field(NamedTuple):
    """Room for what a window holds at each place.

    Attributes
    ----------
    slack
        What is left of the limit, in cells, -1 to 1.
    pushed
        Twice as long: for each line, how far from the end that is inside a street is reached.
    streets
        Whether the square north-east of the centre holds a reached street.
    spot
        The first of the spots in that square, or -1.
    parent
        A lower place of the same part of the area, or the place itself.
    chord
        Twice as long: the chord that starts at each line.
    """

    slack: NDArray[np.float32]
    pushed: NDArray[np.float32]
    streets: NDArray[np.bool_]
    spot: NDArray[np.int32]
    parent: NDArray[np.int32]
    chord: NDArray[np.int32]


class Chords(NamedTuple):
    """Room for pieces of border, one through a square, the inside on their left.

    Chord i runs from a line to a line over ``wrapped[stop[i - 1]:stop[i]]``, which are spots.
    """

    from_line: NDArray[np.int32]
    to_line: NDArray[np.int32]
    stop: NDArray[np.int32]


class Outline(NamedTuple):
    """Room for closed rings one after the other: their points, and of each ring where it ends.

    ``part`` is the part of the area that it bounds, of which the first ring is the outer one.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    end: NDArray[np.int64]
    part: NDArray[np.int32]
    window: NDArray[np.int64]
