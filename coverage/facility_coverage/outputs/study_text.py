"""The texts of a fetched study: ``study.toml`` and ``README.md``."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from facility_coverage.units import DEFAULT_WALK_SPEED_KPH
from facility_coverage.words import Remark

NAMES = {
    "overpass": Remark("overpass"),
    "nominatim": Remark("nominatim"),
    "asked": Remark("asked"),
    "extract": Remark("extract"),
    "sha256": Remark("sha256"),
    "data_of": Remark("data_of"),
    "streets": Remark("streets"),
    "nodes": Remark("nodes"),
    "subdistricts": Remark("subdistricts"),
    "facilities": Remark("facilities"),
}
"""Names of what a fetched study holds, and of where it is from."""

_LONGEST_NAME = 200

_STUDY = """\
# 由 OpenStreetMap 生成，来源见 README.md。Made from OpenStreetMap; README.md says from where.

[study]
name = {name}
language = {language}

[network]
source = "streets.osm.pbf"
profile = "walk"
speed_kph = {speed_kph}

[boundaries]
source = "subdistricts.gpkg"
id = "unit_id"
name = "unit_name"

[facilities]
source = "facilities.csv"

[demand]
{about_people}
source = {people}

[coverage]
minutes = {minutes}

[siting]
sites = 5
"""

_ABOUT_PEOPLE = {
    True: "# 自备的人口数据。People as you named them.",
    False: """\
# OpenStreetMap 没有人口。请把 population.csv 填好（经度、纬度、人口，每行一处），
# 或在下面写上人口栅格（GeoTIFF）或居住点图层的路径，然后运行。
# OpenStreetMap knows no population. Fill in population.csv (one row a place), or name a raster of
# people (GeoTIFF) or a layer here; then run the study.""",
}

_README = """\
# {district}

{licence}

| | |
|---|---|
{rows}

- `study.toml`：研究文件；the study file.
- `streets.osm.pbf`：道路与医疗设施，含区外 {reach_m} 米；streets and health places, as far as
  {reach_m} m beyond the district. 更大的时间阈值须重新获取；wider circles need another fetch.
- `subdistricts.gpkg`：街道（镇）；subdistricts. OSM 边界可能过时；borders may be out of date.
- `facilities.csv`：OSM 所记的机构，须与本区名册核对；facilities as OSM has them: hold them against
  the district's own register.
- `area.geojson`：研究区与获取范围；the district and the area fetched.
{people}

```
facility-coverage run study.toml --out results
```
"""

_PEOPLE = {
    True: "- 人口：见 `study.toml`；people: see `study.toml`.",
    False: """\
- `population.csv`：**待填**。OpenStreetMap 没有人口数据；**to be filled in**: OpenStreetMap knows
  no population. 列：`lon`, `lat`, `population`（WGS84）；或在 `study.toml` 的 `[demand]`
  改用人口栅格（如 WorldPop 的 GeoTIFF）；or name a raster of people in `[demand]`.""",
}


def study_toml(name: str, language: str, people: str, minutes: Sequence[float]) -> str:
    """Return the text of a study file.

    Parameters
    ----------
    name
        Of the study; what cannot be printed is left out.
    language
        ``en`` or ``zh``.
    people
        Where people are from; ``population.csv`` is an empty table.
    minutes
        Walking times to test.

    Returns
    -------
    str
        TOML.
    """
    return _STUDY.format(
        name=_text(plain(name)[:_LONGEST_NAME]),
        language=_text(language),
        speed_kph=DEFAULT_WALK_SPEED_KPH,
        about_people=_ABOUT_PEOPLE[people != "population.csv"],
        people=_text(people),
        minutes=json.dumps(list(minutes)),
    )


def readme(about: Mapping[str, Any], origin: Mapping[str, str], counts: Mapping[str, int]) -> str:
    """Return the text that tells people what was fetched, when and from where.

    Parameters
    ----------
    about
        ``district``, ``reach_m``, ``licence``, and whether the study is ``complete``.
    origin
        Where the data are from.
    counts
        How much there is.

    Returns
    -------
    str
        Markdown.
    """
    rows = [
        f"| {NAMES[key].told('zh')}；{key} | {plain(str(value))} |"
        for key, value in {**origin, **counts}.items()
    ]
    return _README.format(
        district=plain(about["district"]),
        licence=about["licence"],
        reach_m=about["reach_m"],
        rows="\n".join(rows),
        people=_PEOPLE[about["complete"]],
    )


def plain(text: str) -> str:
    """Return a name from outside as one line that can be printed.

    Parameters
    ----------
    text
        The name.

    Returns
    -------
    str
        Without whatever cannot be printed; signs that steer Markdown or HTML become blanks.
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.translate(str.maketrans("<>`|[]", "      ")).split())


def _text(value: str) -> str:
    """Return a text as TOML writes it: as JSON does."""
    return json.dumps(value, ensure_ascii=False)
