"""The map of a batch: every district by the share of its people who are covered, and a ranking."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from facility_coverage.batch.roll_up import RollUp
from facility_coverage.words import LANGUAGE_TAGS, Language, catalogue
from facility_coverage_maps.offline_map import OfflineMap, write_page
from facility_coverage_maps.script_json import script_json
from facility_coverage_maps.theme import COVERAGE_COLOURS, NO_DATA_COLOUR, share_classes

_PAGE = Path(__file__).parent / "batch_page"
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
        language=LANGUAGE_TAGS[language],
        attribution_control=False,
        zoom_snap=0.25,
    )
    words = {word: catalogue(language)[word] for word in WORDS}
    data = {
        "language": LANGUAGE_TAGS[language],
        "words": words,
        "colours": COVERAGE_COLOURS,
        "classes": share_classes(_TARGET_SHARE),
        "no_data": NO_DATA_COLOUR,
        "rows": _rows(found),
        "shapes": _shapes(found.districts),
    }
    style, panel, code = (_asset(f"batch.{kind}") for kind in ("css", "html", "js"))
    write_page(page, path, style=style, body=panel + script_json("batch-data", data), code=code)


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
