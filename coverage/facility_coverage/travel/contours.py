"""Compiled drawing of isochrones: rings around the cells and streets that are within a limit.

Neighbouring cell centres are joined by lines, four of which enclose a square. A centre is inside
where its cost is within the limit; the border crosses the line to a centre that is not where the
interpolated cost equals the limit. Streets are drawn as they are: the centre nearest to a reached
point where a street crosses a line counts as just reached, the border crosses that line no nearer
than the street, and within a square it is pushed out over the reached bends and ends of streets.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

_CLEARANCE = 1.0 / 256.0
"""The border keeps this part of a cell from every centre, so that rings never touch themselves."""


class Window(NamedTuple):
    """A part of the grid with a rim of centres that are not reached, for one limit.

    Attributes
    ----------
    size_m
        Side of a cell.
    row, column
        Its south-west centre, counted as ``CellGrid.first``.
    slack
        Shape (rows, columns), what is left of the limit at each centre, in cells, -1 to 1.
    pushed
        Shape (2, rows, columns), for the lines to the east and to the north of each centre: how
        far from the end that is inside a street is reached.
    streets
        Shape (rows, columns), the squares north-east of each centre that hold a reached street.
    head
        Shape (rows, columns), the first of the reached bends and ends in each square, or -1.
    """

    size_m: float
    row: int
    column: int
    slack: NDArray[np.float32]
    pushed: NDArray[np.float32]
    streets: NDArray[np.bool_]
    head: NDArray[np.int32]


class Chords(NamedTuple):
    """Pieces of border, one through a square: from a line to a line, over points between them.

    A line's number is twice its centre's place in the window, one more if it runs north. Chord i
    passes over ``point[offset[i]:offset[i + 1]]``; ``of_line`` is the chord that starts at a line.
    """

    of_line: NDArray[np.int32]
    from_line: NDArray[np.int64]
    to_line: NDArray[np.int64]
    offset: NDArray[np.int32]
    point: NDArray[np.int32]
    part: NDArray[np.int32]


@njit(cache=True, nogil=True)
def open_window(
    size_m: float, low_row: int, low_column: int, high_row: int, high_column: int
) -> Window:
    """Return a window in which nothing is reached.

    Parameters
    ----------
    size_m
        Side of a cell.
    low_row, low_column, high_row, high_column
        The centres that it is to hold, counted as ``CellGrid.first``; it has a rim of one more.

    Returns
    -------
    Window
        The window.
    """
    shape = (high_row - low_row + 3, high_column - low_column + 3)
    slack = np.full(shape, np.float32(-1.0), dtype=np.float32)
    pushed = np.zeros((2, shape[0], shape[1]), dtype=np.float32)
    streets = np.zeros(shape, dtype=np.bool_)
    head = np.full(shape, -1, dtype=np.int32)
    return Window(size_m, low_row - 1, low_column - 1, slack, pushed, streets, head)


@njit(cache=True, nogil=True)
def press_mark(window: Window, row: int, column: int, axis: int, share: float) -> None:
    """Let a reached point on a line count: for its nearest centre, the line and both squares.

    Parameters
    ----------
    window
        Changed.
    row, column
        The centre at which the line starts, counted from the window's.
    axis
        0 where the line runs east, 1 where it runs north.
    share
        Where on the line the point lies, 0 to 1.
    """
    near = 1 if share > 0.5 else 0
    end = (row + axis * near, column + (1 - axis) * near)
    window.slack[end] = max(window.slack[end], np.float32(0.0))
    reach = np.float32(min(share, 1.0 - share))
    window.pushed[axis, row, column] = max(window.pushed[axis, row, column], reach)
    window.streets[row, column] = True
    window.streets[row - 1 + axis, column - axis] = True


@njit(cache=True, nogil=True)
def place_points(window: Window, points: NDArray[np.float64], following: NDArray[np.int32]) -> None:
    """Sort reached bends and ends into their squares; those on a line push it instead.

    Parameters
    ----------
    window
        Changed; its centres are final.
    points
        Shape (p, 2), metres.
    following
        Shape (p,), filled: the next point of the same square, or -1.
    """
    for i in range(len(points)):
        x = points[i, 0] / window.size_m - window.column
        y = points[i, 1] / window.size_m - window.row
        row, column = int(np.floor(y)), int(np.floor(x))
        east, north = x - column, y - row
        if east > 0.0 and north > 0.0:
            window.streets[row, column] = True
            following[i] = window.head[row, column]
            window.head[row, column] = i
        elif east > 0.0 or north > 0.0:
            axis = 1 if north > 0.0 else 0
            share = north if axis == 1 else east
            if window.slack[row, column] < 0.0:
                share = 1.0 - share
            window.pushed[axis, row, column] = max(
                window.pushed[axis, row, column], np.float32(share)
            )


@njit(cache=True, nogil=True)
def _crossing(window: Window, line: int) -> tuple[float, float]:
    """Return where the border crosses a line, metres."""
    columns = window.slack.shape[1]
    axis, place = line % 2, line // 2
    row, column = place // columns, place % columns
    one = float(window.slack[row, column])
    other = float(window.slack[row + axis, column + 1 - axis])
    share = max(one, other) / abs(one - other)
    share = max(share, float(window.pushed[axis, row, column]), _CLEARANCE)
    share = min(share, 1.0 - _CLEARANCE)
    x, y = float(window.column + column), float(window.row + row)
    moved = y if axis == 1 else x
    moved = moved + share if one >= 0.0 else (moved + 1.0) - share
    if axis == 1:
        y = moved
    else:
        x = moved
    return x * window.size_m, y * window.size_m


@njit(cache=True, nogil=True)
def _root(parent: NDArray[np.int32], place: int) -> int:
    """Return the lowest centre of a centre's part."""
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place


@njit(cache=True, nogil=True)
def _join(parent: NDArray[np.int32], one: int, other: int) -> None:
    """Make one part of two."""
    a, b = _root(parent, one), _root(parent, other)
    parent[max(a, b)] = min(a, b)


@njit(cache=True, nogil=True)
def _wrap(
    window: Window,
    chord: tuple[int, int],
    head: int,
    points: NDArray[np.float64],
    following: NDArray[np.int32],
    out: NDArray[np.int32],
    used: int,
) -> int:
    """Append the bends and ends right of a chord over which a tight band runs; return the end."""
    ax, ay = _crossing(window, chord[0])
    bx, by = _crossing(window, chord[1])
    at_x, at_y = ax, ay
    while True:
        best, best_x, best_y = -1, bx, by
        point = head
        while point >= 0:
            x, y = points[point, 0], points[point, 1]
            outer = (bx - ax) * (y - ay) - (by - ay) * (x - ax) < 0.0
            right = (best_x - at_x) * (y - at_y) - (best_y - at_y) * (x - at_x) < 0.0
            if outer and right:
                best, best_x, best_y = point, x, y
            point = following[point]
        if best < 0:
            return used
        out[used] = best
        used += 1
        at_x, at_y = best_x, best_y


@njit(cache=True, nogil=True)
def _corners(window: Window, row: int, column: int) -> int:
    """Return which corners of a square are inside, as bits, anticlockwise from the south-west."""
    slack = window.slack
    return (
        (1 if slack[row, column] >= 0.0 else 0)
        + (2 if slack[row, column + 1] >= 0.0 else 0)
        + (4 if slack[row + 1, column + 1] >= 0.0 else 0)
        + (8 if slack[row + 1, column] >= 0.0 else 0)
    )


@njit(cache=True, nogil=True)
def _hangs_together(window: Window, row: int, column: int) -> bool:
    """Tell whether the inside of a square with two opposite corners is one piece."""
    slack = window.slack
    mean = float(slack[row, column]) + slack[row + 1, column + 1]
    mean += float(slack[row, column + 1]) + slack[row + 1, column]
    return bool(window.streets[row, column]) or mean >= 0.0


@njit(cache=True, nogil=True)
def link(window: Window, points: NDArray[np.float64], following: NDArray[np.int32]) -> Chords:
    """Draw the border through every square.

    Parameters
    ----------
    window
        The field.
    points, following
        Reached bends and ends, and the next one in the same square.

    Returns
    -------
    Chords
        The inside is on their left.
    """
    rows, columns = window.slack.shape
    n_mixed = 0
    for row in range(rows - 1):
        for column in range(columns - 1):
            n_mixed += 0 < _corners(window, row, column) < 15
    of_line = np.full(2 * rows * columns, -1, dtype=np.int32)
    from_line = np.empty(2 * n_mixed, dtype=np.int64)
    to_line = np.empty(2 * n_mixed, dtype=np.int64)
    offset = np.zeros(2 * n_mixed + 1, dtype=np.int32)
    point = np.empty(len(points), dtype=np.int32)
    parent = np.empty(rows * columns, dtype=np.int32)
    for place in range(rows * columns):
        parent[place] = place
    count, used = 0, 0
    for row in range(rows - 1):
        for column in range(columns - 1):
            corners = _corners(window, row, column)
            if corners == 0:
                continue
            place = row * columns + column
            at = (place, place + 1, place + columns + 1, place + columns)
            lines = (2 * at[0], 2 * at[1] + 1, 2 * at[3], 2 * at[0] + 1)
            saddle = corners in (5, 10)
            whole = not saddle or _hangs_together(window, row, column)
            if saddle and whole:
                first = 0 if corners == 5 else 1
                _join(parent, at[first], at[first + 2])
            for side in range(4):
                one, other = (corners >> side) & 1, (corners >> (side + 1) % 4) & 1
                if one and other and side in (0, 3):  # the others are those of its neighbours
                    _join(parent, at[side], at[(side + 1) % 4])
                if not one or other:
                    continue
                end = (side + 1) % 4 if whole else (side + 3) % 4
                while whole and not (corners >> (end + 1) % 4) & 1:
                    end = (end + 1) % 4
                of_line[lines[side]] = count
                from_line[count], to_line[count] = lines[side], lines[end]
                chord = (lines[side], lines[end])
                head = window.head[row, column]
                if head >= 0:
                    used = _wrap(window, chord, int(head), points, following, point, used)
                count += 1
                offset[count] = used
    return Chords(of_line, from_line[:count], to_line, offset, point, parent)


@njit(cache=True, nogil=True)
def trace(
    window: Window, chords: Chords, points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Follow chords round until they close.

    Parameters
    ----------
    window, chords
        The field, and the border through its squares.
    points
        Reached bends and ends.

    Returns
    -------
    xy, end, part
        Shape (k, 2), closed rings one after the other; where each ends; and the part of the area
        that each bounds. The first ring of a part is its outer one.
    """
    n_chords = len(chords.from_line)
    xy = np.empty((2 * n_chords + len(points), 2))
    end, part = np.empty(n_chords, dtype=np.int64), np.empty(n_chords, dtype=np.int64)
    seen = np.zeros(n_chords, dtype=np.bool_)
    columns = window.slack.shape[1]
    n_rings, size = 0, 0
    for start in range(n_chords):
        if seen[start]:
            continue
        begin, chord = size, start
        while not seen[chord]:
            seen[chord] = True
            xy[size, 0], xy[size, 1] = _crossing(window, chords.from_line[chord])
            size += 1
            for i in range(chords.offset[chord], chords.offset[chord + 1]):
                xy[size, 0] = points[chords.point[i], 0]
                xy[size, 1] = points[chords.point[i], 1]
                size += 1
            chord = chords.of_line[chords.to_line[chord]]
        xy[size, 0], xy[size, 1] = xy[begin, 0], xy[begin, 1]
        size += 1
        line = chords.from_line[start]
        axis, place = line % 2, line // 2
        if window.slack[place // columns, place % columns] < 0.0:
            place += columns if axis == 1 else 1
        part[n_rings] = _root(chords.part, place)
        end[n_rings] = size
        n_rings += 1
    return xy[:size], end[:n_rings], part[:n_rings]
