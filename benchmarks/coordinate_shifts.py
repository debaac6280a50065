"""How often a shifted register is found, and how often a good one is blamed.

Registers of 5 to 200 facilities are drawn among the streets of real places, most of them in a few
clusters, each beside its street (log-normal, median 8 to 20 m, 60 m at most), one in twelve wrong
by 100 to 800 m. The places lie in Europe; their metres are laid over Guangzhou, so that the shifts
are those of a Chinese district. Each register is tried as it is, and read in the wrong system.

    python benchmarks/coordinate_shifts.py NETWORK… [--trials 1000]

where NETWORK is an OSM extract or a network saved by ``facility-coverage network build``.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facility_coverage.coordinates.systems import from_wgs84, to_wgs84
from facility_coverage.crs import WGS84, project
from facility_coverage.network.cache import street_network
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.profiles import walk
from facility_coverage.network.shift import Landmarks, Shift, find_shift, readings

SIZES = (5, 8, 10, 14, 20, 26, 40, 70, 120, 200)
ENOUGH = 10
MISTAKES = (
    ("gcj02", "wgs84"),
    ("wgs84", "gcj02"),
    ("bd09", "wgs84"),
    ("wgs84", "bd09"),
    ("bd09", "gcj02"),
    ("gcj02", "bd09"),
)
"""What the numbers are, and what they are taken for."""

_GUANGZHOU = "+proj=tmerc +lat_0=23.14 +lon_0=113.36 +x_0={x} +y_0={y} +ellps=WGS84 +units=m"


def laid_over_guangzhou(index: StreetIndex) -> str:
    """Return a CRS in which the metres of a network lie in Guangzhou.

    Parameters
    ----------
    index
        A network anywhere.

    Returns
    -------
    str
        For PROJ.
    """
    x, y = np.median(index.network.node_xy, axis=0).round().tolist()
    return _GUANGZHOU.format(x=x, y=y)


def drawn_register(index: StreetIndex, count: int, seed: int) -> NDArray[np.float64]:
    """Draw facilities beside streets.

    Parameters
    ----------
    index
        The streets.
    count
        How many.
    seed
        Equal seeds draw equal places.

    Returns
    -------
    ndarray of float64
        Shape (count, 2), metres.
    """
    random = np.random.default_rng([count, seed])
    start = np.flatnonzero(index.vertex_edge[:-1] == index.vertex_edge[1:])
    one, other = index.network.vertex_xy[start], index.network.vertex_xy[start + 1]
    length_m = np.hypot(*(other - one).T)
    one, other, length_m = one[length_m > 0], other[length_m > 0], length_m[length_m > 0]
    centre = one[random.choice(len(one), random.integers(1, 6), p=length_m / length_m.sum())]
    apart_m = np.hypot(*(one[:, None] - centre[None]).transpose(2, 0, 1)).min(axis=1)
    close = length_m * np.exp(-((apart_m / random.uniform(500, 2500)) ** 2))
    chosen = np.where(
        random.random(count) < random.uniform(0.3, 0.9),
        random.choice(len(one), count, p=close / close.sum()),
        random.choice(len(one), count, p=length_m / length_m.sum()),
    )
    along = (other - one)[chosen]
    aside = np.column_stack([-along[:, 1], along[:, 0]]) / length_m[chosen, None]
    median_m = random.uniform(8.0, 20.0)
    off_m = np.minimum(random.lognormal(np.log(median_m), 0.7, count), 60.0)
    off_m *= random.choice([-1.0, 1.0], count)
    place = one[chosen] + random.random((count, 1)) * along + aside * off_m[:, None]
    angle, far_m = random.uniform(0, 2 * np.pi, count), random.uniform(100, 800, count)
    astray = np.column_stack([np.cos(angle), np.sin(angle)]) * far_m[:, None]
    wrong = random.random(count) < 1.0 / 12.0
    return np.asarray(place + astray * wrong[:, None], dtype=np.float64)


def taken_for(xy: NDArray[np.float64], crs: str, true: str, declared: str) -> NDArray[np.float64]:
    """Return where places lie whose numbers are read in the wrong system.

    Parameters
    ----------
    xy
        Shape (p, 2), metres: where they are.
    crs
        The CRS of those metres.
    true, declared
        What their numbers are, and what they are taken for.

    Returns
    -------
    ndarray of float64
        Shape (p, 2), metres.
    """
    return project(to_wgs84(from_wgs84(project(xy, crs, WGS84), true), declared), WGS84, crs)


def verdict(xy: NDArray[np.float64], crs: str, declared: str, index: StreetIndex) -> Shift | None:
    """Return what the program says of places.

    Parameters
    ----------
    xy
        Shape (p, 2), metres, as read.
    crs
        The CRS of those metres.
    declared
        In which system they were read.
    index
        The streets.

    Returns
    -------
    Shift or None
        What it found.
    """
    others = readings(xy, crs, declared)
    return find_shift(xy, declared, others, Landmarks.of_streets(index))


def trials(index: StreetIndex, count: int) -> Iterator[tuple[int, bool, bool]]:
    """Try registers, each as it is and mistaken.

    Parameters
    ----------
    index
        The streets.
    count
        How many registers.

    Yields
    ------
    tuple of int, bool, bool
        Facilities; whether the register as it is was blamed; whether the mistake was found, and
        called by its name.
    """
    crs = laid_over_guangzhou(index)
    for seed in range(count):
        size = SIZES[seed % len(SIZES)]
        xy = drawn_register(index, size, seed)
        blamed = any(verdict(xy, crs, name, index) for name in ("wgs84", "gcj02", "bd09"))
        true, declared = MISTAKES[seed // len(SIZES) % len(MISTAKES)]
        found = verdict(taken_for(xy, crs, true, declared), crs, declared, index)
        yield size, blamed, found is not None and found.system == true and not found.exchanged


def main() -> None:
    """Try all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="+", type=Path)
    parser.add_argument("--trials", type=int, default=1000)
    asked = parser.parse_args()
    for source in asked.networks:
        index = StreetIndex.of(street_network(source, walk()))
        start_s = time.process_time()
        rows = list(trials(index, asked.trials))
        each_ms = (time.process_time() - start_s) / len(rows) / 4 * 1000
        ten = [found for size, _, found in rows if size >= ENOUGH]
        print(
            f"{source.name}: {sum(blamed for _, blamed, _ in rows)} of {len(rows)} blamed, "
            f"{sum(ten)} of {len(ten)} found with {ENOUGH} or more, {each_ms:.0f} ms a verdict"
        )
        for size in SIZES:
            found = [found for n, _, found in rows if n == size]
            print(f"  {size:4d} facilities: {sum(found) / len(found):.3f} found")


if __name__ == "__main__":
    main()
