"""What changed between two checks, such as on the people of two years."""

from pathlib import Path

import pandas as pd

from facility_coverage.errors import SchemaError
from facility_coverage.inputs.tables import numbers, read_table, require_columns
from facility_coverage.standards.findings import KEY, VERDICTS
from facility_coverage.words import Remark

ABSENT = "absent"
"""The verdict on what only one of the two checks judged."""

_NAMES = ["unit_name", "facility_name"]


def changed_verdicts(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the findings whose verdict differs.

    Parameters
    ----------
    before, after
        Two tables of findings on the same rules.

    Returns
    -------
    pandas.DataFrame
        ``standard_id, clause_id, unit_id, facility_id, unit_name, facility_name,
        verdict_before, verdict_after, measured_before, measured_after``, in the order of ``KEY``.
    """
    columns = [*KEY, *_NAMES, "verdict", "measured"]
    both = before[columns].merge(
        after[columns], on=KEY, how="outer", suffixes=("_before", "_after"), sort=True
    )
    for name in _NAMES:
        both[name] = both[f"{name}_after"].fillna(both[f"{name}_before"])
    verdicts = ["verdict_before", "verdict_after"]
    both[verdicts] = both[verdicts].fillna(ABSENT)
    changed = both[both["verdict_before"] != both["verdict_after"]]
    shown = [*KEY, *_NAMES, *verdicts, "measured_before", "measured_after"]
    return changed[shown].reset_index(drop=True)


def read_findings(path: Path) -> pd.DataFrame:
    """Read findings that were written as a table.

    Parameters
    ----------
    path
        A ``findings.csv``.

    Returns
    -------
    pandas.DataFrame
        Its columns as text, ``measured`` as numbers.

    Raises
    ------
    NotFoundError, InputError
        There is no such file, or it is no table.
    SchemaError
        It lacks a column, names one finding twice or holds a verdict that there is not.
    """
    table = read_table(path, may_be_empty=True)
    needed = [*KEY, *_NAMES, "verdict", "measured"]
    require_columns(table, {name: name for name in needed}, path)
    faults = []
    if table.duplicated(KEY).any():
        message = "{path}: names a finding twice; hand over a findings.csv as it was written"
        faults.append(Remark(message, path=path))
    unknown = sorted({*table["verdict"]} - {*VERDICTS})
    if unknown:
        message = "{path}: column 'verdict': {word!r} is none of {known}"
        faults.append(Remark(message, path=path, word=unknown[0], known=", ".join(VERDICTS)))
    if faults:
        raise SchemaError(*faults)
    measured = table["measured"].where(table["measured"] != "", "0")
    plain, meaning = table.assign(measured=measured), Remark("what was measured")
    values = numbers(plain, "measured", path, meaning=meaning)
    return table.assign(measured=values.where(table["measured"] != ""))
