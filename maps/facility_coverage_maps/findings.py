"""What the clauses of standards found, as the plain values that the page draws."""

import math
from typing import Any

from facility_coverage.result import StudyResult

_OF_CLAUSE = ["standard_id", "clause_id", "quantity", "strength", "confidence", "quote"]


def map_findings(result: StudyResult) -> dict[str, list[dict[str, Any]]]:
    """Return the clauses of a study and what each says about subdistricts and facilities.

    Parameters
    ----------
    result
        A study's result.

    Returns
    -------
    dict of str to list
        ``clauses``, and ``findings``, each of which names its clause by its place in them.
        Findings about the whole district are left out: no place on the map is theirs.
    """
    findings = result.findings
    clauses = findings[_OF_CLAUSE].drop_duplicates()
    keys = zip(clauses["standard_id"], clauses["clause_id"], strict=True)
    places = {key: at for at, key in enumerate(keys)}
    shown = findings[(findings["unit_id"] != "") | (findings["facility_id"] != "")]
    columns = (
        "standard_id", "clause_id", "unit_id", "facility_id", "verdict", "measured", "required",
        "reason", "evidence",
    )  # fmt: skip
    return {
        "clauses": clauses.to_dict("records"),
        "findings": [
            {
                "clause": places[standard_id, clause_id],
                "unit": None if facility_id else unit_id,
                "facility": facility_id or None,
                "verdict": verdict,
                "measured": measured if math.isfinite(measured) else None,
                "required": required,
                "reason": reason,
                "evidence": list(evidence),
            }
            for (
                standard_id, clause_id, unit_id, facility_id, verdict, measured, required, reason,
                evidence,
            ) in zip(*(shown[name].tolist() for name in columns), strict=True)
        ],
    }  # fmt: skip
