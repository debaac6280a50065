"""JSON Schemas of rule files and files of figures, by which editors complete and check them.

``make schemas`` writes them anew from the models.
"""

import json
from pathlib import Path

from pydantic import BaseModel

from facility_coverage.standards.plan_figures import PlanFigures
from facility_coverage.standards.rules import Standard

_FOLDER = Path(__file__).parent
_SCHEMAS: dict[str, type[BaseModel]] = {
    "rule-file.schema.json": Standard,
    "plan-figures.schema.json": PlanFigures,
}


def schema_texts() -> dict[Path, str]:
    """Return the schemas as they have to be in the package.

    Returns
    -------
    dict
        Path of the file to its text: JSON Schema, draft 2020-12.
    """
    return {_FOLDER / name: _text(model) for name, model in _SCHEMAS.items()}


def write_schemas() -> None:
    """Write the schemas into the package."""
    for path, text in schema_texts().items():
        path.write_text(text, encoding="utf-8", newline="\n")


def _text(model: type[BaseModel]) -> str:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(by_alias=True),
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
