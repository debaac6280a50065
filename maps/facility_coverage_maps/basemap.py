"""Base maps: tiles of others behind the study's own layers, only where the study asks for them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from facility_coverage.errors import InputError
from facility_coverage.study_file import MapSection

TIANDITU_KEY = "FACILITY_COVERAGE_TIANDITU_KEY"
"""The environment variable with the key, at the command line."""

_TIANDITU = (
    "https://t0.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk="
)
_GAODE = (
    "https://webrd01.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"
)
_OSM = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"


@dataclass(frozen=True)
class Basemap:
    """Tiles that a page loads.

    Attributes
    ----------
    urls
        Addresses with ``{z}``, ``{x}`` and ``{y}``, the lowest layer first.
    attribution
        Whose they are; any text.
    max_zoom
        The deepest level that the server has.
    gcj02
        Whether the tiles are shifted as Chinese law asks. The page shifts them back; the study's
        own layers stay where they are.
    """

    urls: tuple[str, ...]
    attribution: str
    max_zoom: int
    gcj02: bool = False

    @classmethod
    def of(cls, section: MapSection, tianditu_key: str | None) -> "Basemap | None":
        """Return the base map that a study asks for.

        Parameters
        ----------
        section
            ``[map]`` of the study.
        tianditu_key
            Key of Tianditu, which the page then holds for everybody to read.

        Returns
        -------
        Basemap or None
            None where the study asks for none, or for Tianditu and there is no key.
        """
        if section.basemap is None:
            return None
        if section.basemap == "tianditu":
            if tianditu_key is None:
                return None
            urls = tuple(_TIANDITU.format(layer=layer) + tianditu_key for layer in ("vec", "cva"))
            return cls(urls, "天地图 · 国家地理信息公共服务平台", 18)
        if section.basemap == "gaode":
            return cls((_GAODE,), "© 高德地图", 18, gcj02=True)
        if section.basemap == "osm":
            return cls((_OSM,), "© OpenStreetMap contributors", 19)
        return cls((section.basemap,), section.basemap_attribution or "", 19)

    @property
    def image_sources(self) -> str:
        """Return what the page's policy must admit: the servers, or files beside the page."""
        parts = [urlsplit(url) for url in self.urls]
        hosts = {f"{p.scheme}://{p.netloc}" if p.netloc else "'self' file:" for p in parts}
        return " ".join(sorted(hosts))

    def data(self) -> dict[str, Any]:
        """Return it as the page reads it.

        Returns
        -------
        dict
            Its attributes by name.
        """
        return asdict(self)


def tianditu_key(section: MapSection, environment: Mapping[str, str]) -> str | None:
    """Return the key of Tianditu, before a long run ends in a page without its base map.

    Parameters
    ----------
    section
        ``[map]`` of the study.
    environment
        The variables of the command line.

    Returns
    -------
    str or None
        None where the study does not ask for Tianditu.

    Raises
    ------
    InputError
        It does, and there is no key.
    """
    if section.basemap != "tianditu":
        return None
    key = environment.get(TIANDITU_KEY, "")
    if not (key.isascii() and key.isalnum()):
        msg = (
            '[map] basemap = "tianditu" needs a key of letters and digits: get one at '
            "tianditu.gov.cn and set {variable}, or remove basemap"
        )
        raise InputError(msg, variable=TIANDITU_KEY)
    return key
