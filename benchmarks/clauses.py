"""How long it takes to hold 10,000 facilities against 60 clauses.

    python benchmarks/clauses.py [--facilities 10000] [--clauses 60] [--runs 5]

Two mixtures: the clauses of the five plans and of what else comes with the program, and clauses on
sizes alone, each of which judges every facility. Seconds are of one core, the median of the runs;
reading the registers is not counted.
"""

import argparse
import statistics
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from facility_coverage.standards.checker import check
from facility_coverage.standards.registers import read_facilities, read_units
from facility_coverage.standards.rules import (
    Clause,
    MeasureClause,
    Standard,
    load_standard,
    standard_ids,
)

UNITS = 200
_KINDS = ("centre", "station", "station", "station", "township_hospital")
_OWNERSHIP = ("government", "government", "private", "hospital_transitional", "")


def registers(folder: Path, facilities: int) -> tuple[Path, Path]:
    """Write registers that are made up."""
    rng = np.random.default_rng(1)
    units, places = folder / "units.csv", folder / "facilities.csv"
    people = rng.integers(20_000, 150_000, UNITS)
    lines = [f"{at:06d},Street {at},{many}" for at, many in enumerate(people.tolist())]
    units.write_text("\n".join(["unit_id,unit_name,population", *lines]) + "\n")
    head = "facility_id,facility_name,unit_id,kind,ownership,floor_area_m2,beds,new_built"
    lines = [
        f"f{at:05d},Facility {at},{unit:06d},{_KINDS[at % 5]},{_OWNERSHIP[at % 7 % 5]},"
        f"{area},{beds},{('yes', 'no', '')[at % 3]}"
        for at, (unit, area, beds) in enumerate(
            zip(
                rng.integers(0, UNITS, facilities).tolist(),
                rng.integers(100, 9_000, facilities).tolist(),
                rng.integers(0, 120, facilities).tolist(),
                strict=True,
            )
        )
    ]
    places.write_text("\n".join([head, *lines]) + "\n")
    return units, places


def mixtures(count: int) -> dict[str, list[Standard]]:
    """Return so many clauses, mixed and all on sizes, as standards."""
    shipped = [load_standard(name) for name in standard_ids()]
    every = [(standard, clause) for standard in shipped for clause in standard.clauses]
    sizes = [(standard, clause) for standard, clause in every if isinstance(clause, MeasureClause)]
    return {
        "as they come": _standards(every[:count]),
        "sizes alone": _standards(list(islice(cycle(sizes), count))),
    }


def _standards(chosen: list[tuple[Standard, Clause]]) -> list[Standard]:
    """Return a standard a clause, so that a clause may be there twice."""
    return [
        standard.model_copy(update={"id": f"{standard.id}-{at}", "clauses": (clause,)})
        for at, (standard, clause) in enumerate(chosen)
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--facilities", type=int, default=10_000)
    parser.add_argument("--clauses", type=int, default=60)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        units_file, facilities_file = registers(Path(name), given.facilities)
        units = read_units(units_file)
        facilities = read_facilities(facilities_file, units)
    print("| clauses | findings | s of one core |\n|---|--:|--:|")
    for kind, standards in mixtures(given.clauses).items():
        seconds = []
        for _ in range(given.runs):
            began_s = time.process_time()
            findings = check(standards, units, facilities)
            seconds.append(time.process_time() - began_s)
        print(f"| {given.clauses}, {kind} | {len(findings):,} | {statistics.median(seconds):.2f} |")


if __name__ == "__main__":
    main()
