"""HTML onto paper: PDF of fixed bytes that loads nothing from elsewhere."""

import gc
import logging
import re
import warnings
from pathlib import Path
from typing import Any

from markupsafe import Markup

from facility_coverage.errors import SourceError, ToldWarning, one_line
from facility_coverage.files import atomic_path
from facility_coverage.words import Remark
from facility_coverage_maps.fonts import css_family, require_font

INSTALL_PANGO = "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
CONTENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""Of a printed page: it runs nothing and loads nothing."""

_CODE_POINT = re.compile(r"U\+[0-9A-F]+")
_SHOWN_LETTERS = 10
_STYLE = Path(__file__).parent / "paper.css"


def print_style() -> Markup:
    """Return the style sheet that everything printed shares.

    It knows the classes ``page`` (starts on a fresh sheet), ``figure``, ``figures`` (side by
    side), ``number`` (a column of numbers), ``key`` (a figure with its words), ``warning`` (data
    that is made up), ``note`` and ``verdict-fail``, ``verdict-pass``, ``verdict-advice``,
    ``verdict-not_assessable``. The name of the document at the foot of each sheet is the text of
    the element with class ``running``.

    Returns
    -------
    Markup
        CSS, for a ``style`` element of a template.
    """
    return Markup(_STYLE.read_text(encoding="utf-8").replace("FONT_FAMILY", css_family()))  # noqa: S704  (our own file)


def write_pdf(html: str, path: Path) -> None:
    """Write a page as PDF, whole or not at all.

    Parameters
    ----------
    html
        See ``pdf_bytes``.
    path
        Where to.

    Raises
    ------
    SourceError
        See ``pdf_bytes``; or the disk refused.
    """
    content = pdf_bytes(html)
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def pdf_bytes(html: str) -> bytes:
    """Return a page as PDF. Equal pages give equal bytes.

    A letter that no font has is warned of.

    Parameters
    ----------
    html
        A whole page. Pictures stand in it as ``data:`` URLs or SVG; whatever it would load from
        elsewhere is left out.

    Returns
    -------
    bytes
        The file; its text can be copied and searched.

    Raises
    ------
    SourceError
        Pango is missing, or the page has Chinese letters and no font has them.
    """
    require_font(html, "PDF")
    weasyprint = _weasyprint()
    page = weasyprint.HTML(
        string=html,
        base_url="about:blank",
        media_type="print",
        url_fetcher=weasyprint.URLFetcher(allowed_protocols=["data"], allow_redirects=False),
    )
    lost = _LostLetters()
    log = logging.getLogger("weasyprint")
    log.addHandler(lost)
    collects = gc.isenabled()
    gc.disable()  # all of a page's objects live to its end: looking for dead ones is a fifth of it
    try:
        content: bytes = page.write_pdf(pdf_identifier=b"facility-coverage")
    finally:
        log.removeHandler(lost)
        if collects:
            gc.enable()
    if lost.letters:
        shown = " ".join(sorted(lost.letters)[:_SHOWN_LETTERS])
        message = "PDF: no font here has {letters}: shown as boxes; install a font that has them"
        warnings.warn(ToldWarning(Remark(message, letters=shown)), stacklevel=2)
    return content


class _LostLetters(logging.Handler):
    """Hears from WeasyPrint which letters no font has."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.letters: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the code points that a message names."""
        if ".notdef" in str(record.msg):
            self.letters.update(_CODE_POINT.findall(record.getMessage()))


def require_pango() -> str:
    """Make sure that a page can be printed here, before any work is done.

    Returns
    -------
    str
        The version of WeasyPrint.

    Raises
    ------
    SourceError
        A library of the system is missing.
    """
    version: str = _weasyprint().__version__
    return version


def _weasyprint() -> Any:  # noqa: ANN401  (a module)
    """Import WeasyPrint, which takes a second and needs libraries of the system."""
    try:
        import weasyprint  # noqa: PLC0415  (only those who print wait for it)
    except OSError as error:
        msg = "PDF: a library of the system is missing ({reason}); install it ({command})"
        reason = one_line(error)
        raise SourceError(msg, reason=reason, command=INSTALL_PANGO) from error
    return weasyprint
