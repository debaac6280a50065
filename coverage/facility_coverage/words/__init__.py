"""The words that a person sees, in English and Chinese, from one gettext catalogue.

The message id is the English text; ``zh.po`` holds the Chinese. Code holds message ids only.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from babel.messages.pofile import read_po

Language = Literal["en", "zh"]

_FOLDER = Path(__file__).parent


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
        Message id to text, in the order of the catalogue.
    """
    with (_FOLDER / "zh.po").open("rb") as stream:
        messages = read_po(stream, locale="zh_CN")
    entries = {str(message.id): str(message.string) for message in messages if message.id}
    return entries if language == "zh" else {english: english for english in entries}


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


@dataclass(frozen=True)
class Remark:
    """A sentence that waits for its language.

    Attributes
    ----------
    message
        Its id.
    values
        What to fill in.
    """

    message: str
    values: dict[str, str] = field(default_factory=dict)

    def told(self, language: Language) -> str:
        """Return the sentence.

        Parameters
        ----------
        language
            ``"en"`` or ``"zh"``.

        Returns
        -------
        str
            With its values filled in.
        """
        return say(self.message, language).format(**self.values)
