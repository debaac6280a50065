"""Where the registers that come with the program lie: subdistrict tables and facility registers."""

from pathlib import Path

from facility_coverage.errors import SourceError

_PACKAGE = Path(__file__).parent
_ROOTS = (_PACKAGE / "registers", _PACKAGE.parents[1] / "data")
"""Inside the wheel, and in a checkout of the project."""


def register_path(folder: str, name: str) -> Path:
    """Return the path of a register that comes with the program.

    Parameters
    ----------
    folder
        ``"boundaries"`` or ``"facilities"``.
    name
        Its file name.

    Returns
    -------
    Path
        An existing file.

    Raises
    ------
    SourceError
        The installation is incomplete.
    """
    for root in _ROOTS:
        path = root / folder / name
        if path.is_file():
            return path
    msg = "{folder}/{name}: this installation lacks it; install facility-coverage again"
    raise SourceError(msg, folder=folder, name=name)
