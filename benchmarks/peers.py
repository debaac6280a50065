"""Which peers are there."""

import sys
from importlib import import_module


def has(package: str) -> bool:
    """Tell whether a peer is installed and can be imported.

    Parameters
    ----------
    package
        Its import name.

    Returns
    -------
    bool
        True where it can; otherwise standard error has the reason.
    """
    try:
        import_module(package)
    except ImportError as error:
        print(f"note: {package} is left out: {error}", file=sys.stderr)
        return False
    return True
