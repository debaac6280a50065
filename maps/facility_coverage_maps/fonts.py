"""Fonts with Chinese letters: what pages ask for, and whether this computer has one."""

import re
from fnmatch import fnmatch
from pathlib import Path

from facility_coverage.errors import SourceError
from facility_coverage.words import Remark

FONT_FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts",
    "/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts",
)  # fmt: skip
CHINESE_FONTS = (
    "notosanscjk*regular*", "notosanssc*", "sourcehansans*", "pingfang*", "msyh*", "wqy*",
    "droidsansfallback*", "noto*cjk*", "sourcehan*", "simsun*",
)  # fmt: skip
"""File names, the best first."""
FONT_STACK = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "SimSun", "sans-serif",
)  # fmt: skip
"""Families that a page asks for, in this order."""
INSTALL_FONT = "apt install fonts-noto-cjk"

_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


def css_family() -> str:
    """Return the value of ``font-family`` of everything we print.

    Returns
    -------
    str
        Names in single quotes, so that it can stand in an attribute.
    """
    return ", ".join(f"'{name}'" if " " in name else name for name in FONT_STACK)


def chinese_font() -> Path | None:
    """Look for a font with Chinese letters on this computer.

    Returns
    -------
    Path or None
        The file of the best one.
    """
    found = [
        path
        for folder in FONT_FOLDERS
        for path in sorted(Path(folder).expanduser().rglob("*.[ot]t[fc]"))
    ]
    for pattern in CHINESE_FONTS:
        for path in found:
            if fnmatch(path.name.lower(), pattern):
                return path
    return None


def require_font(text: str, what: Remark | str) -> None:
    """Refuse to print Chinese letters where no font has them.

    Parameters
    ----------
    text
        What is to be printed.
    what
        The file or picture that it is for.

    Raises
    ------
    SourceError
        It holds Chinese letters and there is no font.
    """
    if _CHINESE.search(text) and chinese_font() is None:
        msg = (
            "{what}: no font with Chinese letters is installed, so they would be boxes; install "
            "one ({command})"
        )
        raise SourceError(msg, what=what, command=INSTALL_FONT)
