"""The plans' texts, by the ids of their rule files."""

import re
from pathlib import Path

PLAN_TEXTS = {
    "jinnan-145": "000_*.txt",
    "dongli-155": "001_*.txt",
    "tianning-145": "002_*.txt",
    "tianjin-system": "003_*.txt",
    "tianhe-145": "004_*.txt",
}


def squeezed(text: str) -> str:
    """Return a text with every run of blanks and line breaks as one space: cells are lines."""
    return re.sub(r"\s+", " ", text)


def plan_text(folder: Path, standard_id: str) -> str:
    """Return the text of a plan, squeezed."""
    (path,) = folder.glob(PLAN_TEXTS[standard_id])
    return squeezed(path.read_text(encoding="utf-8"))
