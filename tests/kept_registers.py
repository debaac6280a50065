"""Registers as people keep them, and places beside the streets of the toy study."""

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
from numpy.typing import NDArray
from toy_study import CORNER_M, CRS

from facility_coverage.coordinates.systems import from_wgs84, to_wgs84
from facility_coverage.crs import WGS84, project

TITLE: list[Any] = ["天河区社区卫生服务机构登记表", None, None, None, None, None]
UNIT: list[Any] = ["填报单位：区卫健局", None, None, None, None, "日期：2026"]
UPPER: list[Any] = ["序号", "机构名称", "坐标", None, "床位", "备注"]
LOWER: list[Any] = [None, None, "经度", "纬度", None, None]
ROWS: list[list[Any]] = [
    [1, "甲社区卫生服务中心", 113.36, 23.14, 20, None],
    [None, None, None, None, None, None],
    [2, "乙社区卫生服务站", 113.37, 23.15, None, "注意"],
]
SUM: list[Any] = ["合计", None, None, None, 20, None]
NOTE: list[Any] = ["注：床位以批复为准", None, None, None, None, None]


def book(path: Path, rows: list[list[Any]], *merged: str) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    workbook.save(path)
    return path


def beside_streets(count: int, seed: int = 1) -> NDArray[np.float64]:
    """Return places in the middle of the toy study, 6 to 14 m beside a street."""
    random = np.random.default_rng(seed)
    along = random.uniform(300.0, 900.0, count)
    aside = 100.0 * random.integers(2, 5, count) + random.uniform(6.0, 14.0, count)
    return np.column_stack([along, aside]) + CORNER_M


def read_as(xy: NDArray[np.float64], true: str, declared: str) -> NDArray[np.float64]:
    """Return where places of the toy study lie whose numbers are read in the wrong system."""
    return project(to_wgs84(from_wgs84(project(xy, CRS, WGS84), true), declared), WGS84, CRS)
