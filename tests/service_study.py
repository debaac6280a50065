"""The toy study as the service gets it: its files uploaded, its paths replaced by references."""

from pathlib import Path
from typing import Any

from toy_study import Sections, toy_sections, write_toy_study

from facility_coverage_api.store.store import Store

OWNER = "local"


def upload_file(store: Store, path: Path, owner: str = OWNER) -> str:
    """Put a file into a store and return its reference."""
    with path.open("rb") as stream:
        stored = store.files.put(stream)
    return store.uploads.add(owner, path.name, {path.name: stored}).reference


def uploaded_sections(store: Store, folder: Path, owner: str = OWNER) -> Sections:
    """Write the toy study, upload its files and return its sections for ``POST /v1/studies``."""
    write_toy_study(folder)
    sections = toy_sections()
    for name in ("network", "boundaries", "facilities", "demand"):
        sections[name]["source"] = upload_file(store, folder / sections[name]["source"], owner)
    return sections


def new_study(
    store: Store,
    folder: Path,
    owner: str = OWNER,
    **more: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """Return the body of ``POST /v1/studies`` for a study named ``toy``."""
    return {"id": "toy", "study": uploaded_sections(store, folder, owner) | more}
