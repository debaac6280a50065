"""Requests that schemathesis makes up from the OpenAPI, and what was wrong with the answers."""

from collections.abc import Collection
from dataclasses import dataclass, field

import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema


@dataclass
class Report:
    """What came of a run.

    Attributes
    ----------
    n_cases
        Requests that were made.
    faults
        What was wrong, each once.
    """

    n_cases: int = 0
    faults: set[str] = field(default_factory=set)


MEANING = [
    "2xx", "3xx",
    "400", "401", "403", "404", "409", "410", "412", "413", "422", "428", "429", "503",
]  # fmt: skip
"""A body that fits its schema may still mean nothing: a file that is none, a study whose files were
never uploaded, a place where no street is. Schemathesis cannot know that, and every other check
still holds the answer to what the OpenAPI says of it."""

ALL_PHASES = ("examples", "coverage", "fuzzing", "stateful")


def report_of(
    app: FastAPI, *, examples: int, seed: int, phases: Collection[str] = ALL_PHASES
) -> Report:
    """Run every check of schemathesis against an application that has started.

    Parameters
    ----------
    app
        The application.
    examples
        Most cases that are drawn for one operation in one phase.
    seed
        Of the draws.
    phases
        Which of its phases.

    Returns
    -------
    Report
        What came of it.
    """
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "request-timeout": 600,  # a busy machine is no fault
            "suppress-health-check": ["all"],
            "generation": {"max-examples": examples, "deterministic": True},
            "checks": {"positive_data_acceptance": {"expected-statuses": MEANING}},
            "phases": {name: {"enabled": name in phases} for name in ALL_PHASES},
        }
    )
    schema = schemathesis.openapi.from_asgi("/api", app, config=config)
    report = Report()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            report.n_cases += len(event.recorder.interactions)
            for checks in event.recorder.checks.values():
                report.faults |= {
                    f"{event.label}: {check.name}: {check.failure_info.failure}"
                    for check in checks
                    if check.failure_info is not None
                }
        elif isinstance(event, (events.NonFatalError, events.FatalError)):
            report.faults.add(str(event))
    return report
