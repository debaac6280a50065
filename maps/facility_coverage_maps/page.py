"""The map of a study: one HTML file that holds everything it needs."""

from pathlib import Path

from branca.element import Element

from facility_coverage.result import StudyResult
from facility_coverage.words import catalogue
from facility_coverage_maps.layers import map_data
from facility_coverage_maps.offline_map import OfflineFigure, OfflineMap, Verbatim
from facility_coverage_maps.script_json import script_json

SCRIPTS = ("words", "shapes", "symbols", "findings", "popups", "layers", "chart", "panel", "start")
"""The page's own scripts, in the order in which they build on each other."""

_PAGE = Path(__file__).parent / "page"
_LANGUAGE_TAGS = {"en": "en", "zh": "zh-CN"}
_DEEPEST_ZOOM = 19


class StudyPage(Element):
    """The panel, the data and the code that stand around a map and draw on it.

    Parameters
    ----------
    figure
        The page of the map.
    data
        Data blocks as ``script_json`` writes them.
    """

    def __init__(self, figure: OfflineFigure, data: str) -> None:
        super().__init__()
        self.figure = figure
        self.data = data

    def render(self, **kwargs: object) -> str:  # noqa: ARG002  (branca's signature)
        """Hand the page's parts to its head, its body and its script.

        Parameters
        ----------
        **kwargs
            Not used.

        Returns
        -------
        str
            Nothing: all of it stands elsewhere in the page.
        """
        code = "\n".join(_asset(f"{name}.js") for name in SCRIPTS)
        self.figure.header.add_child(Verbatim(f"<style>{_asset('page.css')}</style>\n"))
        self.figure.html.add_child(Verbatim(_asset("panel.html") + self.data), index=0)
        self.figure.script.add_child(Verbatim(f'(() => {{\n"use strict";\n{code}}})();\n'))
        return ""


def write_map(result: StudyResult, path: Path) -> None:
    """Write the map of a study as one HTML file that opens with no internet.

    Equal results give equal bytes.

    Parameters
    ----------
    result
        The study's result.
    path
        The file to write; the caller sees to it that a half file never bears the final name.
    """
    study = result.study.study
    page = OfflineMap(
        title=study.name,
        language=_LANGUAGE_TAGS[study.language],
        attribution_control=False,
        max_zoom=_DEEPEST_ZOOM,
        zoom_snap=0.25,
    )
    words = {language: catalogue(language) for language in ("en", "zh")}
    data = script_json("study-data", map_data(result)) + script_json("study-words", words)
    page.add_child(StudyPage(page.figure, data))
    text = page.figure.render()
    # A lone surrogate cannot be written as UTF-8; as \udXXX it is what JSON writes anyway.
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def _asset(name: str) -> str:
    """Return a file of the page's own folder."""
    return (_PAGE / name).read_text(encoding="utf-8")
