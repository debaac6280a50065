"""What a worker of a batch does: one study from its file to its folder of results."""

import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

from facility_coverage.batch.district import District, Outcome, failed
from facility_coverage.batch.folder import is_finished, result_name
from facility_coverage.batch.roll_up import read_summary
from facility_coverage.errors import FacilityCoverageError
from facility_coverage.files import atomic_folder
from facility_coverage.study_file import Study
from facility_coverage.words import Remark
from facility_coverage_cli.run import write_all

_PER_MB = 1e6 if sys.platform == "darwin" else 1e3
"""``ru_maxrss`` counts bytes there and kilobytes elsewhere."""


def carry_out_district(district: District) -> Outcome:
    """Carry out one study of a batch.

    Parameters
    ----------
    district
        The study.

    Returns
    -------
    Outcome
        ``kept`` where its result stands already; whatever goes wrong is an outcome too.
    """
    began_s = time.perf_counter()
    try:
        outcome = _carried_out(district)
    except FacilityCoverageError as error:
        outcome = failed(district, error)
    except Exception as error:  # noqa: BLE001  (a defect costs one district, not the night)
        reason = Remark("internal error, please report it: {error!r}", error=error)
        outcome = failed(district, reason)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PER_MB
    return replace(outcome, seconds_s=time.perf_counter() - began_s, peak_mb=peak_mb)


def _carried_out(district: District) -> Outcome:
    from facility_coverage.study import run_study

    study = Study.load(Path(district.study_file))
    name = result_name(district.district_id, study)
    folder = Path(district.out) / name
    if is_finished(folder):
        people = float(read_summary(folder)["total"]["population"])
        return Outcome(district.district_id, "kept", name, people=people)
    cache = None if district.cache is None else Path(district.cache)
    result = run_study(study, cache_folder=cache)
    with atomic_folder(folder, overwrite=False) as partial:
        write_all(result, partial)
    return Outcome(district.district_id, "done", name, people=float(result.total["population"]))
