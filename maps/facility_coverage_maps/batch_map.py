"""The map of a batch: every district by the share of its people who are covered, and a ranking."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from branca.element import Element

from facility_coverage.batch.roll_up import RollUp
from facility_coverage.words import Language, catalogue
from facility_coverage_maps.offline_map import OfflineFigure, OfflineMap, Verbatim
from facility_coverage_maps.script_json import script_json
from facility_coverage_maps.theme import COVERAGE_COLOURS, NO_DATA_COLOUR, share_classes

_PAGE = Path(__file__).parent / "batch_page"
_TAGS = {"en": "en", "zh": "zh-CN"}
_TARGET_SHARE = 0.8
"""Where the last class begins; districts may have other targets, which their own maps show."""
_DECIMALS = 5
_TOLERANCE_DEG = 0.0002
"""About 20 m: what the outlines on the map may be off; the layers hold them whole."""

WORDS = (
    "Districts", "District", "people", "covered", "subdistricts flagged", "all districts",
    "The map draws outlines to 20 m; batch_summary.gpkg holds them whole.",
)  # fmt: skip
"""Every word of the page."""


class BatchPage(Element):
    """The ranking, the data and the code that stand around the map.

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
        style, panel, code = (_asset(f"batch.{kind}") for kind in ("css", "html", "js"))
        self.figure.header.add_child(Verbatim(f"<style>{style}</style>\n"))
        self.figure.html.add_child(Verbatim(panel + self.data), index=0)
        self.figure.script.add_child(Verbatim(f'(() => {{\n"use strict";\n{code}}})();\n'))
        return ""


def write_batch_map(found: RollUp, path: Path, language: Language) -> None:
    """Write the map of a batch as one HTML file that opens with no internet.

    Parameters
    ----------
    found
        All districts together.
    path
        The file to write.
    language
        In which it speaks.
    """
    page = OfflineMap(
        title=catalogue(language)["Districts"],
        language=_TAGS[language],
        attribution_control=False,
        zoom_snap=0.25,
    )
    words = {word: catalogue(language)[word] for word in WORDS}
    data = {
        "language": _TAGS[language],
        "words": words,
        "colours": COVERAGE_COLOURS,
        "classes": share_classes(_TARGET_SHARE),
        "no_data": NO_DATA_COLOUR,
        "rows": _rows(found),
        "shapes": _shapes(found.districts),
    }
    page.add_child(BatchPage(page.figure, script_json("batch-data", data)))
    text = page.figure.render()
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def _rows(found: RollUp) -> list[dict[str, Any]]:
    """Return the districts by need, then those that failed, at last the totals."""
    columns = ["district_id", "district_name", "state", "rank", "covered_share", "population"]
    table = found.table[[*columns, "subdistricts_flagged", "synthetic", "folder", "reason"]]
    order = table[:-1].sort_values(["rank", "district_id"], na_position="last").index
    rows = table.loc[[*order, table.index[-1]]].astype(object)
    told = rows.where(rows.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in told]


def _shapes(districts: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return the outlines by id as GeoJSON geometries; neighbours keep their common border."""
    shapes = districts.geometry.to_numpy()
    if not len(shapes):
        return {}
    drawn = shapely.coverage_simplify(shapes, _TOLERANCE_DEG)
    drawn = shapely.transform(drawn, lambda xy: np.round(xy, _DECIMALS))
    geometries = map(shapely.geometry.mapping, drawn)
    return dict(zip(districts["district_id"], geometries, strict=True))


def _asset(name: str) -> str:
    """Return a file of the page's own folder."""
    return (_PAGE / name).read_text(encoding="utf-8")
