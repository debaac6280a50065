"""Headings of registers in Chinese and English, and what each column means."""

import re
import unicodedata
from collections.abc import Iterable

import pandas as pd

_BOTH = ("坐标", "经纬度", "坐标位置", "经纬度坐标", "location", "coordinates", "lonlat", "lnglat")
"""One column whose cells hold longitude and latitude."""

ALIASES: dict[str, tuple[str, ...]] = {
    "facility_id": (
        "机构代码", "机构编号", "医疗机构代码", "设施编号", "编号", "代码", "序号", "id", "code",
        "no", "no.",
    ),
    "name": (
        "机构名称", "医疗机构名称", "单位名称", "设施名称", "中心名称", "站点名称", "名称",
        "facility_name", "facility name", "facility",
    ),
    "lon": ("经度", "东经", "longitude", "lng", "long", "x", "point_x", *_BOTH),
    "lat": ("纬度", "北纬", "latitude", "y", "point_y", *_BOTH),
    "kind": (
        "机构类别", "机构类型", "设施类别", "设施类型", "类别", "类型", "type", "category",
    ),
    "ownership": (
        "举办主体性质", "举办主体/性质", "举办主体", "办别", "办医主体", "举办单位", "经营性质",
        "所有制", "性质", "owner", "operator",
    ),
    "floor_area_m2": (
        "建筑面积", "业务用房面积", "总建筑面积", "用房面积", "面积", "floor area", "area_m2",
        "floor_area",
    ),
    "beds": ("床位数", "床位", "编制床位", "实际床位", "开放床位"),
    "address": ("地址", "机构地址", "详细地址", "所在地址", "单位地址", "addr"),
    "candidate_id": ("用地编号", "地块编号", "编号", "代码", "序号", "id", "code"),
    "cost": ("造价", "费用", "投资", "租金"),
    "earliest_year": ("可用年份", "最早年份", "年份"),
    "capacity": ("服务能力", "服务人口", "可服务人口"),
    "unit_id": ("区划代码", "行政区划代码", "统计用区划代码", "街道代码", "街镇代码"),
    "population": ("常住人口", "常住人口数", "总人口", "人口", "人口数", "pop"),
}  # fmt: skip
"""Column as a study names it by default to other headings of it, the surest first."""

_UNIT = re.compile(
    r"[(\[](㎡|m2|平方米|平米|张|人|元|度|°|十进制|必填|选填|wgs-?84|gcj-?02|bd-?09|cgcs2000)[)\]]$"
)
"""A remark that does not change what the numbers count; 万㎡ would, and is not taken away."""


def plain_heading(text: str) -> str:
    """Return a heading as headings are compared.

    Parameters
    ----------
    text
        As a file has it.

    Returns
    -------
    str
        Half-width, lower case, without blanks, line breaks, asterisks or a unit behind it.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).lower().split()).strip("*:")
    return _UNIT.sub("", plain)


def heading(frame: pd.DataFrame, name: str) -> str:
    """Return the heading of a column that a study names.

    Parameters
    ----------
    frame
        The table.
    name
        The column that the study names.

    Returns
    -------
    str
        ``name`` where the table has it or nobody knows another word for it; else the heading in
        the table that means the same.
    """
    if name in frame.columns:
        return name
    found = {plain_heading(str(column)): str(column) for column in reversed(list(frame.columns))}
    words = (name, *ALIASES.get(name, ()))
    return next((found[word] for word in map(plain_heading, words) if word in found), name)


def meanings(columns: Iterable[str]) -> dict[str, str]:
    """Return what columns mean by their headings.

    Parameters
    ----------
    columns
        Headings of a register of facilities.

    Returns
    -------
    dict of str to str
        Our name to their heading, for every meaning that some heading has.
    """
    frame = pd.DataFrame(columns=list(columns))
    ours = ("facility_id", "name", "address", "lon", "lat", "kind", "ownership", "floor_area_m2",
            "beds")  # fmt: skip
    found = {name: heading(frame, name) for name in ours}
    return {name: theirs for name, theirs in found.items() if theirs in frame.columns}
