"""A Folium map that needs no internet: every asset is written into the page, or it is refused."""

import html
import re
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure, Link
from folium.template import Template

from facility_coverage.errors import SourceError
from facility_coverage_maps.content_policy import policy

LEAFLET_JS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/leaflet.js"
LEAFLET_CSS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/leaflet.css"

_LEAFLET = Path(__file__).parent / "vendor" / "leaflet-1.9.4"
_VENDORED = {LEAFLET_JS: _LEAFLET / "leaflet.js", LEAFLET_CSS: _LEAFLET / "leaflet.css"}
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_IMAGE = re.compile(r"url\(images/[^)]*\)")


class Verbatim(Element):
    """Text that reaches the page as it stands: it never passes through a template.

    Parameters
    ----------
    text
        Markup or code of the program itself, or data as ``script_json`` writes it.
    """

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class PageParts(Element):
    """What stands around a map and draws on it: a style, panels with their data, and code.

    Parameters
    ----------
    figure
        The page of the map.
    style
        A style sheet.
    body
        Markup of the panels, and data blocks as ``script_json`` writes them.
    code
        The page's own script.
    """

    def __init__(self, figure: "OfflineFigure", *, style: str, body: str, code: str) -> None:
        super().__init__()
        self.figure = figure
        self.style, self.body, self.code = style, body, code

    def render(self, **kwargs: object) -> str:  # noqa: ARG002  (branca's signature)
        """Hand the parts to the page's head, its body and its script.

        Parameters
        ----------
        **kwargs
            Not used.

        Returns
        -------
        str
            Nothing: all of it stands elsewhere in the page.
        """
        self.figure.header.add_child(Verbatim(f"<style>{self.style}</style>\n"))
        self.figure.html.add_child(Verbatim(self.body), index=0)
        self.figure.script.add_child(Verbatim(f'(() => {{\n"use strict";\n{self.code}}})();\n'))
        return ""


class OfflineHeader(Element):
    """The head of a page, which takes in the file that a link names instead of the link.

    Parameters
    ----------
    figure
        The page.
    """

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self._parent = figure

    def add_child(
        self, child: Element, name: str | None = None, index: int | None = None
    ) -> Element:
        """Add an element; a link is replaced by the vendored copy of what it names.

        Parameters
        ----------
        child
            What to add.
        name
            Its name; an element of the same name is replaced.
        index
            Its place; by default the last.

        Returns
        -------
        Element
            The head itself.

        Raises
        ------
        SourceError
            There is no vendored copy.
        """
        kept = Verbatim(_vendored(child.url)) if isinstance(child, Link) else child
        return super().add_child(kept, name=name, index=index)


class OfflineFigure(Figure):
    """A page that loads nothing and runs no script but its own.

    Parameters
    ----------
    title
        The title of the page; any text.
    language
        Language tag of the page, such as ``"zh-CN"``.
    image_sources
        From where it may load images; see ``policy``.
    """

    def __init__(self, title: str, language: str, image_sources: str = "") -> None:
        super().__init__()
        self.image_sources = image_sources
        self.page_title = title
        self.page_language = language
        self.header = OfflineHeader(self)

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401  (branca's signature)
        """Return the page.

        Parameters
        ----------
        **kwargs
            Handed on to the elements, as branca does.

        Returns
        -------
        str
            HTML with a content security policy that admits its own scripts only.

        Raises
        ------
        SourceError
            Something in the page would be loaded from elsewhere.
        """
        for child in self._children.values():
            child.render(**kwargs)
        head = self.header.render(**kwargs)
        body = self.html.render(**kwargs)
        script = self.script.render(**kwargs)
        content = (
            f"<title>{html.escape(self.page_title)}</title>\n{head}\n</head>\n"
            f"<body>\n{body}\n<script>{script}</script>\n</body>\n</html>\n"
        )
        csp = policy(content, self.image_sources)
        return (
            f'<!DOCTYPE html>\n<html lang="{html.escape(self.page_language)}">\n<head>\n'
            f'<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{csp}">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n{content}'
        )


class OfflineMap(folium.Map):
    """A Folium map on an offline page; its Leaflet map is the variable ``map_study``.

    Anything of Folium can be added to it whose links have a vendored copy.

    Parameters
    ----------
    title
        The title of the page; any text.
    language
        Language tag of the page.
    image_sources
        From where it may load images; see ``policy``.
    **options
        Options of Leaflet's map, in Python spelling.
    """

    _template = Template(
        "{% macro html(this, kwargs) %}"
        '<main class="folium-map" id={{ this.get_name()|tojson }}></main>'
        "{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, "
        "{{ this.options|tojavascript }});"
        "{% endmacro %}"
    )
    default_js = [("leaflet", LEAFLET_JS)]  # noqa: RUF012  (folium declares it so)
    default_css = [("leaflet_css", LEAFLET_CSS)]  # noqa: RUF012  (folium declares it so)

    def __init__(
        self,
        title: str,
        language: str,
        image_sources: str = "",
        **options: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(tiles=None, zoom_control=False, **options)
        self._id = "study"
        self.figure = OfflineFigure(title, language, image_sources)
        self.figure.add_child(self)


def _vendored(url: str) -> str:
    """Return the element that holds the vendored copy of an asset."""
    path = _VENDORED.get(url)
    if path is None:
        msg = "map page: {url} has no vendored copy, and a map must open with no internet; add one"
        raise SourceError(msg, url=url)
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        return f"<style>{_IMAGE.sub('none', text)}</style>\n"
    return f"<script>{_SOURCE_MAP.sub('', text)}</script>\n"


def write_page(page: OfflineMap, path: Path, *, style: str, body: str, code: str) -> None:
    """Write a map and what stands around it as one HTML file.

    Parameters
    ----------
    page
        The map.
    path
        The file to write.
    style, body, code
        As in ``PageParts``.
    """
    page.add_child(PageParts(page.figure, style=style, body=body, code=code))
    text = page.figure.render()
    # A lone surrogate cannot be written as UTF-8; as \udXXX it is what JSON writes anyway.
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
