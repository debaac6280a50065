"""Places of health care in OpenStreetMap, as rows of a register."""

import re
from pathlib import Path

import osmium
import pandas as pd

from facility_coverage.inputs.osm import OsmPlace, read_tagged
from facility_coverage.inputs.raw_osm import is_health_place

_COMMUNITY = re.compile("社区卫生服务(?:分中心|中心|站)")
_COPIED = ("amenity", "healthcare", "operator")


def health_places(path: Path) -> pd.DataFrame:
    """Read the health places of an extract.

    Parameters
    ----------
    path
        An OSM file.

    Returns
    -------
    pandas.DataFrame
        ``facility_id`` (the OSM id), ``name``, ``kind`` (as the name says it: 社区卫生服务中心,
        社区卫生服务分中心, 社区卫生服务站; else the tag ``amenity`` or ``healthcare``),
        ``ownership``, ``lon``, ``lat`` (empty where the extract holds no geometry), ``amenity``,
        ``healthcare``, ``operator``. Sorted by id.

    Raises
    ------
    NotFoundError, InputError
        There is no such file, or it is no whole OSM file.
    """
    found = read_tagged(path, osmium.filter.KeyFilter("amenity", "healthcare"))
    places = [place for place in found if is_health_place(place.tags)]
    points = [place.lonlat or (None, None) for place in places]
    return pd.DataFrame(
        {
            "facility_id": [place.osm_id for place in places],
            "name": [place.tags.get("name", place.osm_id) for place in places],
            "kind": [_kind(place) for place in places],
            "ownership": [place.tags.get("operator:type", "") for place in places],
            "lon": pd.Series([lon for lon, _ in points], dtype=float),
            "lat": pd.Series([lat for _, lat in points], dtype=float),
            **{key: [place.tags.get(key, "") for place in places] for key in _COPIED},
        }
    )


def _kind(place: OsmPlace) -> str:
    """Return what a place is; its name goes before its tags."""
    named = _COMMUNITY.search(place.tags.get("name", ""))
    if named:
        return named.group()
    return place.tags.get("amenity") or place.tags["healthcare"]
