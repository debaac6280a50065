"""What the clauses of standards found, as the plain values that the page draws."""

import math
from typing import Any

from facility_coverage.result import StudyResult

_OF_CLAUSE = ["standard_id", "clause_id", "quantity", "strength", "confidence", "quote"]

MOST_FINDINGS = 20_000
"""A page of a whole city with every standard stays light."""


def map_findings(result: StudyResult) -> dict[str, Any]:
    """Return the clauses of a study and what each says about subdistricts and facilities.

    Parameters
    ----------
    result
        A study's result.

    Returns
    -------
    dict
        ``clauses``; ``findings``, each of which names its clause by its place in them; and
        ``findings_left_out``: where there are more than ``MOST_FINDINGS``, facilities that pass
        are left out. Findings about the whole district are no place's, and so not on the map.
    """
    findings = result.findings
    clauses = findings[_OF_CLAUSE].drop_duplicates()
    keys = zip(clauses["standard_id"], clauses["clause_id"], strict=True)
    places = {key: at for at, key in enumerate(keys)}
    of_facility = findings["facility_id"] != ""
    placed = findings[(findings["unit_id"] != "") | of_facility]
    shown = placed
    if len(placed) > MOST_FINDINGS:
        shown = placed[(placed["facility_id"] == "") | (placed["verdict"] != "pass")]
    columns = (
        "standard_id", "clause_id", "unit_id", "facility_id", "verdict", "measured", "required",
        "reason", "evidence",
    )  # fmt: skip
    return {
        "clauses": clauses.to_dict("records"),
        "findings_left_out": len(placed) - len(shown),
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
