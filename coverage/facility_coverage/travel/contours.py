"""Compiled drawing of isochrones: rings around the cells and streets that are within a limit.

Neighbouring cell centres are joined by lines, four of which enclose a square. A centre is inside
where its cost is within the limit; the border crosses the line to a centre that is not where the
interpolated cost equals the limit. Streets are drawn as they are: the centre nearest to a reached
point where a street crosses a line counts as just reached, the border crosses that line no nearer
than the street, and within a square it is pushed out over the reached bends and ends of streets.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from facility_coverage.compiled import KERNEL, PART
from facility_coverage.travel.windows import (
    Chords,
    Field,
    Frame,
    Grid,
    Ground,
    Outline,
    Places,
    Priced,
    Reached,
    Spots,
)

_CLEARANCE = 1.0 / 256.0
"""The border keeps this part of a cell from every centre, so that rings never touch themselves."""

_FAR = 2**31


WINDOW, POINTS, RINGS, CENTRES, MORE = range(5)
"""The state of ``outline``: the window at hand, points and rings drawn, the centres of this window,
and the most points or rings that it can add."""


@njit(**PART)
def _gather(
    vertex_xy: NDArray[np.float64],
    bends: Priced,
    fronts: Places,
    group: int,
    window: int,
    limit: float,
    spots: Spots,
) -> int:
    """Copy the bends that are reached, and the points where the reach ends; return how many."""
    count = 0
    for i in range(bends.offset[group], bends.offset[group + 1]):
        if bends.cost[i] <= limit:
            spots.x[count] = vertex_xy[bends.point[i], 0]
            spots.y[count] = vertex_xy[bends.point[i], 1]
            count += 1
    for i in range(fronts.offset[window], fronts.offset[window + 1]):
        spots.x[count] = fronts.x[i]
        spots.y[count] = fronts.y[i]
        count += 1
    return count


@njit(**PART)
def _frame(
    grid: Grid,
    cells: Priced,
    marks: Priced,
    group: int,
    limit: float,
    spots: Spots,
    n_spots: int,
    size_m: float,
) -> Frame:
    """Return the window around all that is reached."""
    low_row, high_row, low_column, high_column = _FAR, -_FAR, _FAR, -_FAR
    for i in range(cells.offset[group], cells.offset[group + 1]):
        if cells.cost[i] <= limit:
            row, column = grid.cell_row[cells.point[i]], grid.cell_column[cells.point[i]]
            low_row, high_row = min(low_row, row), max(high_row, row)
            low_column, high_column = min(low_column, column), max(high_column, column)
    for i in range(marks.offset[group], marks.offset[group + 1]):
        if marks.cost[i] <= limit:
            row, column = grid.mark_row[marks.point[i]], grid.mark_column[marks.point[i]]
            low_row, high_row = min(low_row, row), max(high_row, row + 1)
            low_column, high_column = min(low_column, column), max(high_column, column + 1)
    for i in range(n_spots):
        row, column = _floor(spots.y[i] / size_m), _floor(spots.x[i] / size_m)
        low_row, high_row = min(low_row, row), max(high_row, row + 1)
        low_column, high_column = min(low_column, column), max(high_column, column + 1)
    if low_row > high_row:
        low_row, high_row, low_column, high_column = 0, 0, 0, 0
    rows, columns = high_row - low_row + 3, high_column - low_column + 3
    return Frame(size_m, low_row - 1, low_column - 1, rows, columns)


@njit(**PART)
def _floor(value: float) -> int:
    """Return the whole number at or below a value."""
    whole = int(value)
    return whole - 1 if whole > value else whole


@njit(**PART)
def _fill_cells(
    frame: Frame,
    field: Field,
    grid: Grid,
    cells: Priced,
    group: int,
    limit: float,
    ground: Ground,
) -> None:
    """Lay out a window in which the cells alone are reached."""
    size = frame.rows * frame.columns
    for place in range(size):  # an array after the other, so that several places are set at once
        field.slack[place] = -1.0
    for line in range(2 * size):
        field.pushed[line] = 0.0
    for place in range(size):
        field.streets[place] = False
    for place in range(size):
        field.spot[place] = -1
    cell_cost = ground.size_m * ground.off_street_per_m
    for i in range(cells.offset[group], cells.offset[group + 1]):
        cell = cells.point[i]
        row, column = grid.cell_row[cell] - frame.row, grid.cell_column[cell] - frame.column
        if 0 <= row < frame.rows and 0 <= column < frame.columns:
            left = (limit - cells.cost[i]) / cell_cost
            rim = (ground.off_street_limit_m - grid.off_street_m[cell]) / ground.size_m
            field.slack[row * frame.columns + column] = max(min(left, rim, 1.0), -1.0)


@njit(**PART)
def _press_marks(
    frame: Frame, field: Field, grid: Grid, marks: Priced, group: int, limit: float
) -> None:
    """Let reached points on lines count: for the nearest centre, the line and both squares."""
    for i in range(marks.offset[group], marks.offset[group + 1]):
        if marks.cost[i] <= limit:
            mark = marks.point[i]
            row, column = grid.mark_row[mark] - frame.row, grid.mark_column[mark] - frame.column
            place = row * frame.columns + column
            north = 1 if grid.northward[mark] else 0
            step = frame.columns if north else 1
            share = grid.share[mark]
            near = place + step if share > 0.5 else place
            field.slack[near] = max(field.slack[near], np.float32(0.0))
            line = 2 * place + north
            field.pushed[line] = max(field.pushed[line], np.float32(min(share, 1.0 - share)))
            field.streets[place] = True
            field.streets[place - 1 if north else place - frame.columns] = True


@njit(**PART)
def _raise_origins(
    frame: Frame,
    field: Field,
    origins: Places,
    leg: NDArray[np.float64],
    group: int,
    limit: float,
) -> None:
    """Count the centre nearest to each origin's point of the street as just reached."""
    for i in range(origins.offset[group], origins.offset[group + 1]):
        if leg[i] <= limit:
            row = _floor(origins.y[i] / frame.size_m + 0.5) - frame.row
            column = _floor(origins.x[i] / frame.size_m + 0.5) - frame.column
            place = row * frame.columns + column
            field.slack[place] = max(field.slack[place], np.float32(0.0))


@njit(**PART)
def _place_spots(frame: Frame, field: Field, spots: Spots, n_spots: int) -> None:
    """Sort bends and ends into their squares; those on a line push it instead."""
    for i in range(n_spots):
        x = spots.x[i] / frame.size_m - frame.column
        y = spots.y[i] / frame.size_m - frame.row
        row, column = _floor(y), _floor(x)
        east, north = x - column, y - row
        place = row * frame.columns + column
        if east > 0.0 and north > 0.0:
            field.streets[place] = True
            spots.following[i] = field.spot[place]
            field.spot[place] = i
        elif east > 0.0 or north > 0.0:
            line = 2 * place + (1 if north > 0.0 else 0)
            share = north if north > 0.0 else east
            if field.slack[place] < 0.0:
                share = 1.0 - share
            field.pushed[line] = max(field.pushed[line], np.float32(share))


@njit(**PART)
def _crossing(
    frame: Frame, slack: NDArray[np.float32], pushed: NDArray[np.float32], line: int
) -> tuple[float, float]:
    """Return where the border crosses a line, metres."""
    place, north = line >> 1, line & 1
    one, other = slack[place], slack[place + (frame.columns if north else 1)]
    share = max(one, other) / abs(one - other)
    share = max(share, pushed[line], _CLEARANCE)
    share = min(share, 1.0 - _CLEARANCE)
    row = place // frame.columns
    x, y = float(frame.column + place - row * frame.columns), float(frame.row + row)
    moved = y if north else x
    moved = moved + share if one >= 0.0 else (moved + 1.0) - share
    if north:
        return x * frame.size_m, moved * frame.size_m
    return moved * frame.size_m, y * frame.size_m


@njit(**PART)
def _root(parent: NDArray[np.int32], place: int) -> int:
    """Return the lowest place of a place's part."""
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place


@njit(**PART)
def _join_rows(frame: Frame, field: Field) -> None:
    """Make one part of neighbouring places of a row that are inside; its lowest one is first."""
    for row in range(frame.rows):
        first = -1
        for place in range(row * frame.columns, (row + 1) * frame.columns):
            if field.slack[place] < 0.0:
                first = -1
            elif first < 0:
                first = place
            field.parent[place] = first


@njit(**PART)
def _join(parent: NDArray[np.int32], one: int, other: int) -> None:
    """Make one part of two."""
    a, b = _root(parent, one), _root(parent, other)
    parent[max(a, b)] = min(a, b)


@njit(**PART)
def _wrap(
    frame: Frame,
    field: Field,
    spots: Spots,
    square: int,
    from_line: int,
    to_line: int,
    out: NDArray[np.int32],
    used: int,
) -> int:
    """Append the spots right of a chord over which a tight band runs; return the end."""
    ax, ay = _crossing(frame, field.slack, field.pushed, from_line)
    bx, by = _crossing(frame, field.slack, field.pushed, to_line)
    at_x, at_y = ax, ay
    while True:
        best, best_x, best_y = np.int32(-1), bx, by
        spot = field.spot[square]
        while spot >= 0:
            x, y = spots.x[spot], spots.y[spot]
            outer = (bx - ax) * (y - ay) - (by - ay) * (x - ax) < 0.0
            right = (best_x - at_x) * (y - at_y) - (best_y - at_y) * (x - at_x) < 0.0
            if outer and right:
                best, best_x, best_y = spot, x, y
            spot = spots.following[spot]
        if best < 0:
            return used
        out[used] = best
        used += 1
        at_x, at_y = best_x, best_y


@njit(**PART)
def _link(
    frame: Frame, field: Field, spots: Spots, wrapped: NDArray[np.int32], chords: Chords
) -> int:
    """Draw the border through every square; return how many chords there are."""
    count, used = 0, 0
    slack, wide = field.slack, frame.columns
    for row in range(frame.rows - 1):
        corners = 0
        for square in range(row * wide, (row + 1) * wide - 1):
            # Bits, anticlockwise from the south-west; the western ones are the last square's.
            west, all_inside = (corners >> 1 & 1) + (corners << 1 & 8), corners == 15
            corners = west + (2 if slack[square + 1] >= 0.0 else 0)
            corners += 4 if slack[square + wide + 1] >= 0.0 else 0
            if corners & 9 == 9 and not all_inside:
                _join(field.parent, square, square + wide)
            if corners in (0, 15):
                continue
            whole = True
            if corners in (5, 10):
                mean = slack[square] + slack[square + wide + 1]
                mean += slack[square + 1] + slack[square + wide]
                whole = field.streets[square] or mean >= 0.0
                if whole:
                    first, step = (0, wide + 1) if corners == 5 else (1, wide - 1)
                    _join(field.parent, square + first, square + first + step)
            for side in range(4):
                after = (side + 1) & 3
                if not (corners >> side) & 1 or (corners >> after) & 1:
                    continue
                end = after if whole else (side + 3) & 3
                while whole and not (corners >> ((end + 1) & 3)) & 1:
                    end = (end + 1) & 3
                from_line, to_line = _line(square, side, wide), _line(square, end, wide)
                field.chord[from_line] = count
                chords.from_line[count] = from_line
                chords.to_line[count] = to_line
                if field.spot[square] >= 0:
                    used = _wrap(frame, field, spots, square, from_line, to_line, wrapped, used)
                chords.stop[count] = used
                count += 1
    return count


@njit(**PART)
def _line(square: int, side: int, columns: int) -> int:
    """Return the line on a side of a square: south, east, north, west."""
    if side == 1:
        return 2 * square + 3
    if side == 2:
        return 2 * (square + columns)
    return 2 * square + (1 if side == 3 else 0)


@njit(**PART)
def _trace(
    frame: Frame,
    field: Field,
    spots: Spots,
    wrapped: NDArray[np.int32],
    chords: Chords,
    n_chords: int,
    out: Outline,
    window: int,
    n_points: int,
    n_rings: int,
) -> tuple[int, int]:
    """Follow chords round until they close; return how many points and rings are drawn."""
    for first in range(n_chords):
        if chords.from_line[first] < 0:
            continue  # it is part of a ring already
        begin, chord = n_points, first
        line = int(chords.from_line[first])
        place = line >> 1
        if field.slack[place] < 0.0:
            place += frame.columns if line & 1 else 1
        while chords.from_line[chord] >= 0:
            x, y = _crossing(frame, field.slack, field.pushed, chords.from_line[chord])
            out.x[n_points], out.y[n_points] = x, y
            n_points += 1
            chords.from_line[chord] = -1
            for i in range(chords.stop[chord - 1] if chord > 0 else 0, chords.stop[chord]):
                out.x[n_points] = spots.x[wrapped[i]]
                out.y[n_points] = spots.y[wrapped[i]]
                n_points += 1
            chord = int(field.chord[chords.to_line[chord]])
        out.x[n_points], out.y[n_points] = out.x[begin], out.y[begin]
        n_points += 1
        out.part[n_rings] = _root(field.parent, place)
        out.end[n_rings] = n_points
        out.window[n_rings] = window
        n_rings += 1
    return n_points, n_rings


@njit(**KERNEL)
def outline(
    ground: Ground,
    limits: NDArray[np.float64],
    grid: Grid,
    vertex_xy: NDArray[np.float64],
    reached: Reached,
    spots: Spots,
    wrapped: NDArray[np.int32],
    field: Field,
    chords: Chords,
    out: Outline,
    state: NDArray[np.int64],
) -> bool:
    """Draw the outlines of what each group reaches within each limit, a window for each.

    Parameters
    ----------
    ground
        The grid's.
    limits
        Rising, inclusive.
    grid, vertex_xy
        All cells and marks, and the vertices of streets.
    reached
        What groups reach.
    spots, wrapped
        Room for all bends and fronts of any window, and for those that lie on its border.
    field, chords
        Room for some centres, and for twice as many chords.
    out
        Filled.
    state
        Zeros at first.

    Returns
    -------
    bool
        Whether it needs more room, as the state tells; it goes on when it is called again.
    """
    window, n_points, n_rings = state[WINDOW], state[POINTS], state[RINGS]
    lacking = False
    cells, marks = reached.cells, reached.marks
    while window < len(reached.fronts.offset) - 1:
        group, limit = window // len(limits), limits[window % len(limits)]
        n_spots = _gather(vertex_xy, reached.bends, reached.fronts, group, window, limit, spots)
        frame = _frame(grid, cells, marks, group, limit, spots, n_spots, ground.size_m)
        state[CENTRES] = frame.rows * frame.columns
        lacking = state[CENTRES] > len(field.slack)
        if lacking:
            break
        _fill_cells(frame, field, grid, cells, group, limit, ground)
        _press_marks(frame, field, grid, marks, group, limit)
        _raise_origins(frame, field, reached.origins, reached.leg, group, limit)
        _place_spots(frame, field, spots, n_spots)
        _join_rows(frame, field)
        n_chords = _link(frame, field, spots, wrapped, chords)
        state[MORE] = 2 * n_chords + n_spots
        lacking = max(n_points, n_rings) + state[MORE] > min(len(out.x), len(out.end))
        if lacking:
            break
        n_points, n_rings = _trace(
            frame, field, spots, wrapped, chords, n_chords, out, window, n_points, n_rings
        )
        window += 1
    state[WINDOW], state[POINTS], state[RINGS] = window, n_points, n_rings
    return lacking
