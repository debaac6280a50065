"""Data inside a page: JSON that no text in it can break out of."""

import json
from typing import Any

_BREAKING = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


def script_json(identifier: str, value: Any) -> str:  # noqa: ANN401  (any JSON value)
    """Return a data block, which a browser never runs.

    Parameters
    ----------
    identifier
        The ``id`` of its element.
    value
        What JSON can hold; numbers are finite.

    Returns
    -------
    str
        A ``script`` element of type ``application/json``.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    safe = text.translate(_BREAKING)
    return f'<script type="application/json" id="{identifier}">{safe}</script>\n'
