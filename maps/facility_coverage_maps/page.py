"""The map of a study: one HTML file that holds everything it needs."""

from pathlib import Path
from typing import Any

from facility_coverage.result import StudyResult
from facility_coverage.words import LANGUAGE_TAGS, page_catalogue
from facility_coverage_maps.basemap import Basemap
from facility_coverage_maps.ground import ground
from facility_coverage_maps.layers import map_data
from facility_coverage_maps.offline_map import OfflineMap, write_page
from facility_coverage_maps.packed_rows import packed
from facility_coverage_maps.proposed_change import ProposedChange, change_data
from facility_coverage_maps.script_json import script_json

SCRIPTS = (
    "words", "shapes", "coordinates", "symbols", "findings", "popups", "change", "measures",
    "basemap", "ink", "layers", "facilities", "circles", "here", "tools", "search", "chart",
    "legend", "panel", "print", "start",
)  # fmt: skip
"""The page's own scripts, in the order in which they build on each other."""

_PAGE = Path(__file__).parent / "page"
_DEEPEST_ZOOM = 19


def write_map(
    result: StudyResult,
    path: Path,
    *,
    change: ProposedChange | None = None,
    tianditu_key: str | None = None,
) -> None:
    """Write the map of a study as one HTML file that opens with no internet.

    Equal results give equal bytes. Only where the study asks for a base map does the page load
    anything: the tiles of that server.

    Parameters
    ----------
    result
        The study's result.
    path
        The file to write; the caller sees to it that a half file never bears the final name.
    change
        A proposal, to be seen before and after; None shows the study alone.
    tianditu_key
        For the base map of that name; the page then holds it for everybody to read.

    Raises
    ------
    NotFoundError, InputError
        ``[map] context`` asks for land, and the street extract is gone or holds none.
    """
    study = result.study.study
    basemap = Basemap.of(result.study.map, tianditu_key)
    page = OfflineMap(
        title=study.name,
        language=LANGUAGE_TAGS[study.language],
        image_sources="" if basemap is None else basemap.image_sources,
        attribution_control=False,
        max_zoom=_DEEPEST_ZOOM,
        zoom_snap=0.25,
    )
    data = script_json("study-data", _page_data(result, change, basemap))
    data += script_json("study-words", page_catalogue("zh"))
    write_page(
        page,
        path,
        style=_asset("page.css") + _asset("print.css"),
        body=_asset("panel.html") + data,
        code="\n".join(_asset(f"{name}.js") for name in SCRIPTS),
    )


def _page_data(
    result: StudyResult, change: ProposedChange | None, basemap: Basemap | None
) -> dict[str, Any]:
    """Return the data of the page; what has many rows is packed."""
    data = map_data(result)
    data["ground"] = ground(result)
    for name in ("facilities", "findings", "units"):
        data[name] = packed(data[name])
    data["circles"]["shapes"] = packed(data["circles"]["shapes"])
    data["change"] = None if change is None else change_data(change, result)
    data["basemap"] = None if basemap is None else basemap.data()
    data["basemap_missing"] = result.study.map.basemap if basemap is None else None
    return data


def _asset(name: str) -> str:
    """Return a file of the page's own folder."""
    return (_PAGE / name).read_text(encoding="utf-8")
