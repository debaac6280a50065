"""In which language the terminal speaks: the one chosen, else the study's, else the system's."""

import locale
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from facility_coverage.words import LANGUAGES, Language

if TYPE_CHECKING:
    from facility_coverage.study_file import Study

_CHINESE = ("zh", "chinese")
"""How the names of Chinese locales begin, on Unix and on Windows."""
_LOCALE_NAMES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where Unix names the language of messages, in this order."""


@dataclass
class _Terminal:
    """The terminal of this process: there is one."""

    chosen: Language | None = None
    of_study: Language | None = None


_TERMINAL = _Terminal()


def choose(language: Language | None) -> None:
    """Speak a language from here on, whatever study is opened.

    Parameters
    ----------
    language
        ``"en"`` or ``"zh"``; None leaves it to the study and to the system.
    """
    _TERMINAL.chosen, _TERMINAL.of_study = language, None


def spoken() -> Language:
    """Return the language of the terminal.

    Returns
    -------
    Language
        ``"en"`` or ``"zh"``.
    """
    return _TERMINAL.chosen or _TERMINAL.of_study or _of_system()


def open_study(path: Path) -> "Study":
    """Load a study, and speak its language from here on.

    Parameters
    ----------
    path
        The study file. Where it says no language, the terminal keeps its own.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    InputError, NotFoundError, CrsError
        As ``Study.load``, told in the language that the file names, if that much can be read.
    """
    from facility_coverage.study_file import Study

    _TERMINAL.of_study = _named_in(path)
    return Study.load(path)


def _named_in(path: Path) -> Language | None:
    """Return the language that a study file names; of a file that is broken nothing is known."""
    try:
        section = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("study")
    except (OSError, ValueError):
        return None
    named = section.get("language") if isinstance(section, dict) else None
    return next((language for language in LANGUAGES if language == named), None)


def _of_system() -> Language:
    """Return Chinese where the system's messages are Chinese."""
    named = next((os.environ[name] for name in _LOCALE_NAMES if os.environ.get(name)), None)
    name = named or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(_CHINESE) else "en"
