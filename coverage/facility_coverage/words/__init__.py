"""The words that a person sees, in English and Chinese, from one gettext catalogue.

The message id is the English text. ``zh.po`` holds the Chinese of pages, reports and layers,
``told.zh.po`` that of errors and of lines in a terminal. Code holds message ids only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
LANGUAGE_TAGS: dict[Language, str] = {"en": "en", "zh": "zh-CN"}
"""How a page names its language."""

_FOLDER = Path(__file__).parent
_PAGES = "zh.po"
_TOLD = "told.zh.po"


@runtime_checkable
class Told(Protocol):
    """Whatever waits for its language: a remark, an error, several of them joined."""

    def told(self, language: Language) -> str:
        """Return its text in a language."""


@cache
def page_catalogue(language: Language) -> dict[str, str]:
    """Return the messages of pages, reports and layers in one language.

    Parameters
    ----------
    language
        ``"en"`` or ``"zh"``.

    Returns
    -------
    dict of str to str
        Message id to text, in the order of the catalogue.
    """
    return _read(_PAGES, language)


@cache
def catalogue(language: Language) -> dict[str, str]:
    """Return every message of the catalogue in one language.

    Parameters
    ----------
    language
        ``"en"`` or ``"zh"``.

    Returns
    -------
    dict of str to str
        Message id to text: those of pages first, each in the order of its file.
    """
    return page_catalogue(language) | _read(_TOLD, language)


def say(message: str, language: Language) -> str:
    """Return one message in a language.

    Parameters
    ----------
    message
        Its id: the English text.
    language
        ``"en"`` or ``"zh"``.

    Returns
    -------
    str
        The text.

    Raises
    ------
    KeyError
        The catalogue lacks the message: a defect of the program, never of its input.
    """
    return catalogue(language)[message]


@dataclass(frozen=True, init=False)
class Remark:
    """A sentence that waits for its language.

    Attributes
    ----------
    message
        Its id.
    values
        What to fill in; another ``Told`` among them is told in the same language.

    Examples
    --------
    >>> Remark("{path}: holds no {what}", path="a.csv", what=Remark("polygon")).told("en")
    'a.csv: holds no polygon'
    """

    message: str
    values: Mapping[str, object] = field(hash=False)

    def __init__(self, message: str, /, **values: object) -> None:
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "values", values)

    def told(self, language: Language) -> str:
        """Return the sentence.

        Parameters
        ----------
        language
            ``"en"`` or ``"zh"``.

        Returns
        -------
        str
            With its values filled in; in English where the catalogue lacks it, so that a defect
            of ours never hides what went wrong.
        """
        text = self.message if language == "en" else catalogue(language).get(self.message)
        return _filled(self.message if text is None else text, self.values, language)


@dataclass(frozen=True)
class Joined:
    """Parts that wait for their language, one behind the other.

    Attributes
    ----------
    parts
        Sentences, names or numbers.
    separator
        What stands between two of them.
    """

    parts: tuple[object, ...]
    separator: str = ", "

    @classmethod
    def of(cls, parts: Iterable[object], separator: str = ", ") -> "Joined":
        """Join parts.

        Parameters
        ----------
        parts, separator
            As the attributes.

        Returns
        -------
        Joined
            The parts.
        """
        return cls(tuple(parts), separator)

    def told(self, language: Language) -> str:
        """Return the parts as one text.

        Parameters
        ----------
        language
            ``"en"`` or ``"zh"``.

        Returns
        -------
        str
            The text.
        """
        return self.separator.join(str(tell(part, language)) for part in self.parts)


def tell(value: object, language: Language) -> object:
    """Return a value as it is told in a language.

    Parameters
    ----------
    value
        Anything.
    language
        ``"en"`` or ``"zh"``.

    Returns
    -------
    object
        The text of what waits for its language; all else as it is.
    """
    return value.told(language) if isinstance(value, Told) else value


def _filled(text: str, values: Mapping[str, object], language: Language) -> str:
    """Fill values in; a text without any is taken as it is, whatever braces it has."""
    if not values:
        return text
    return text.format(**{name: tell(value, language) for name, value in values.items()})


def _read(name: str, language: Language) -> dict[str, str]:
    from babel.messages.pofile import read_po

    with (_FOLDER / name).open("rb") as stream:
        messages = read_po(stream, locale="zh_CN")
    entries = {str(message.id): str(message.string) for message in messages if message.id}
    return entries if language == "zh" else {english: english for english in entries}
