"""A small static map as SVG: polygons, lines and numbered points, a scale bar and north.

It takes plain geometry in metres with its looks, so that a report, a review sheet or anything
else that is printed can show a place. Every text in it is escaped.
"""

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

import numpy as np
import shapely
from markupsafe import Markup
from numpy.typing import NDArray

from facility_coverage.words import Language, say
from facility_coverage_maps.fonts import css_family

INK = "#14202e"
GROUND = "#f7f8f9"

_M_PER_KM = 1000.0
_SMALLEST_PX = 1.0
"""What moves a line by less cannot be seen on paper."""
_LABEL_PX = 9.0
_WIDE_FROM = 0x2E80
"""Letters from here on are as wide as they are high."""
_LETTERS = 14
"""Of a name on the map; the tables hold all of it."""
_SCALE_SHARE = 0.28
"""The scale bar is no longer than this share of the map."""
_CORNERS: dict[str, list[tuple[float, float]]] = {
    "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "triangle": [(0, -1.15), (1.1, 0.85), (-1.1, 0.85)],
    "diamond": [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)],
}
"""Of a symbol, in halves of its size."""
_HALO = 'stroke="#ffffff" stroke-width="2.5" stroke-linejoin="round"'

Symbol = Literal["square", "disc", "triangle", "diamond", "ring"]


@dataclass(frozen=True)
class Area:
    """Polygons of one look.

    Attributes
    ----------
    shape
        Polygon or MultiPolygon, metres.
    fill, line
        Colours, ``none`` for none.
    line_px
        Width of the border.
    opacity
        Of the filling, 0 to 1.
    dashes
        Of the border, such as ``4 3``; empty for an unbroken one.
    label
        A name to write in it; any text.
    """

    shape: shapely.Geometry
    fill: str = "none"
    line: str = "#5a6472"
    line_px: float = 0.8
    opacity: float = 1.0
    dashes: str = ""
    label: str = ""


@dataclass(frozen=True)
class Lines:
    """Lines of one look.

    Attributes
    ----------
    shapes
        Shape (n,), LineStrings or MultiLineStrings, metres.
    colour
        Of all of them.
    width_px
        Of all of them.
    shortest_px
        Lines that are shorter on the map are left out.
    """

    shapes: NDArray[np.object_]
    colour: str = "#c3cad2"
    width_px: float = 0.5
    shortest_px: float = 2.5


@dataclass(frozen=True)
class Marks:
    """Points of one look.

    Attributes
    ----------
    points
        Shape (n,), points, metres.
    symbol
        ``square``, ``disc``, ``triangle``, ``diamond`` or ``ring``.
    fill
        Colour.
    size_px
        Across.
    labels
        Short texts inside, such as ranks; none where empty.
    """

    points: NDArray[np.object_]
    symbol: Symbol = "disc"
    fill: str = INK
    size_px: float = 7.0
    labels: tuple[str, ...] = ()


Layer = Area | Lines | Marks
Extent = tuple[float, float, float, float]


def around(shapes: Sequence[shapely.Geometry], margin_share: float = 0.06) -> Extent:
    """Return the extent of some shapes with a margin.

    Parameters
    ----------
    shapes
        At least one that is not empty, metres.
    margin_share
        Of the longer side, on each side.

    Returns
    -------
    tuple of float
        West, south, east, north, metres.
    """
    west, south, east, north = shapely.total_bounds(np.array(list(shapes), dtype=object)).tolist()
    margin = max(east - west, north - south, 100.0) * margin_share
    return west - margin, south - margin, east + margin, north + margin


def small_map(
    layers: Sequence[Layer],
    extent: Extent,
    title: str,
    language: Language,
    *,
    width_px: float = 360.0,
    height_px: float = 300.0,
) -> Markup:
    """Draw a map.

    Parameters
    ----------
    layers
        From the ground upwards; empty shapes are passed over.
    extent
        What to show: west, south, east, north, metres; widened to the map's proportions.
    title
        What the map shows, for those who cannot see it; any text.
    language
        Of scale bar and north.
    width_px, height_px
        Its size; as it stands in a page it may be scaled.

    Returns
    -------
    Markup
        An ``svg`` element for a template. Equal input gives equal text.
    """
    frame = _Frame.of(extent, width_px, height_px)
    body = [part for layer in layers for part in _drawn(layer, frame)]
    return Markup(  # noqa: S704  (every text in it went through escape)
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width_px:g} {height_px:g}" width="{width_px:g}" height="{height_px:g}" '
        f'font-family="{css_family()}">'
        f'<rect width="{width_px:g}" height="{height_px:g}" fill="{GROUND}"/>'
        + "".join(body)
        + "".join(_labels([layer for layer in layers if isinstance(layer, Area)], frame))
        + _scale_bar(frame, language)
        + _north(frame, language)
        + f'<rect x="0.5" y="0.5" width="{width_px - 1:g}" height="{height_px - 1:g}" '
        f'fill="none" stroke="#9aa5b1"/></svg>'
    )


def data_url(svg: bytes) -> str:
    """Return a picture as the address of an ``img`` element.

    On a page of many pictures this is read and printed twice as fast as ``svg`` elements are.

    Parameters
    ----------
    svg
        The picture.

    Returns
    -------
    str
        A ``data:`` URL.
    """
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")


@dataclass(frozen=True)
class _Frame:
    """Where metres lie on the map."""

    west_m: float
    north_m: float
    metre_px: float
    width_px: float
    height_px: float

    @classmethod
    def of(cls, extent: Extent, width_px: float, height_px: float) -> "_Frame":
        west, south, east, north = extent
        metre_px = min(width_px / (east - west), height_px / (north - south))
        spare_m = width_px / metre_px - (east - west), height_px / metre_px - (north - south)
        return cls(west - spare_m[0] / 2, north + spare_m[1] / 2, metre_px, width_px, height_px)

    def placed(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return the visible part of shapes in pixels, without what cannot be seen."""
        slack_m = 6.0 / self.metre_px
        seen = shapely.clip_by_rect(
            shapes,
            self.west_m - slack_m,
            self.north_m - self.height_px / self.metre_px - slack_m,
            self.west_m + self.width_px / self.metre_px + slack_m,
            self.north_m + slack_m,
        )
        plain = shapely.simplify(seen, _SMALLEST_PX / self.metre_px)
        placed: NDArray[np.object_] = shapely.transform(plain, self.pixels)
        empty = shapely.is_empty(placed) | shapely.is_missing(placed)
        kept: NDArray[np.object_] = placed[~empty]
        return kept

    def pixels(self, xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return positions in pixels, shape (n, 2)."""
        return np.column_stack(
            [
                (xy_m[:, 0] - self.west_m) * self.metre_px,
                (self.north_m - xy_m[:, 1]) * self.metre_px,
            ]
        )


def _drawn(layer: Layer, frame: _Frame) -> list[str]:
    """Return the elements of a layer."""
    if isinstance(layer, Area):
        return _area(layer, frame)
    if isinstance(layer, Lines):
        shapes = np.asarray(layer.shapes, dtype=object)
        long = shapely.length(shapes) * frame.metre_px >= layer.shortest_px
        path = _path(frame.placed(shapes[long]))
        look = f'stroke="{layer.colour}" stroke-width="{layer.width_px:g}"'
        return [f'<path d="{path}" fill="none" {look}/>'] if path else []
    return _marks(layer, frame)


def _area(layer: Area, frame: _Frame) -> list[str]:
    path = _path(frame.placed(np.array([layer.shape], dtype=object)))
    dashes = f' stroke-dasharray="{layer.dashes}"' if layer.dashes else ""
    opacity = f' fill-opacity="{layer.opacity:g}"' if layer.opacity < 1 else ""
    look = f'stroke="{layer.line}" stroke-width="{layer.line_px:g}"{dashes}'
    element = f'<path d="{path}" fill="{layer.fill}" fill-rule="evenodd"{opacity} {look}/>'
    return [element] if path else []


def _path(shapes: NDArray[np.object_]) -> str:
    """Return shapes as the commands of one path, in tenths of a pixel."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    kind = shapely.get_type_id(parts)
    rings = shapely.get_rings(parts[kind == shapely.GeometryType.POLYGON])
    lines = parts[kind == shapely.GeometryType.LINESTRING]
    return "".join([*_commands(rings, "Z"), *_commands(lines, "")])


def _commands(lines: NDArray[np.object_], end: str) -> list[str]:
    """Return the commands of each line: to its start, then in steps."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    tenths = np.rint(xy * 10.0).astype(np.int64)
    texts = []
    for points in np.split(tenths, np.flatnonzero(np.diff(line)) + 1):
        steps = np.diff(points, axis=0)
        steps = steps[(steps != 0).any(axis=1)]
        if len(steps):
            moves = " ".join(f"{x / 10:g},{y / 10:g}" for x, y in steps.tolist())
            texts.append(f"M{points[0, 0] / 10:g},{points[0, 1] / 10:g}l{moves}{end}")
    return texts


def _marks(layer: Marks, frame: _Frame) -> list[str]:
    points = np.asarray(layer.points, dtype=object)
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    labels = np.array(layer.labels or [""] * len(points), dtype=str)[there]
    xy = frame.pixels(shapely.get_coordinates(points[there]))
    inside = ((xy >= 0) & (xy <= [frame.width_px, frame.height_px])).all(axis=1)
    x, y = xy[inside].T
    texts: list[str] = labels[inside].tolist()
    return [
        _symbol(layer, east, south)
        + (_inscription(text, east, south, layer.size_px) if text else "")
        for east, south, text in zip(x.tolist(), y.tolist(), texts, strict=True)
    ]


def _symbol(layer: Marks, x: float, y: float) -> str:
    """Return one symbol around its place."""
    half = layer.size_px / 2
    look = f'fill="{layer.fill}" stroke="#ffffff" stroke-width="0.9"'
    if layer.symbol == "ring":
        look = f'fill="#ffffff" stroke="{layer.fill}" stroke-width="1.6"'
    if layer.symbol in {"disc", "ring"}:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{half:g}" {look}/>'
    points = " ".join(
        f"{x + half * dx:.1f},{y + half * dy:.1f}" for dx, dy in _CORNERS[layer.symbol]
    )
    return f'<polygon points="{points}" {look}/>'


def _inscription(text: str, x: float, y: float, size_px: float) -> str:
    """Return a short white text in a symbol."""
    font_px = size_px * 0.62
    return (
        f'<text x="{x:.1f}" y="{y + font_px * 0.36:.1f}" font-size="{font_px:.1f}" '
        f'font-weight="bold" text-anchor="middle" fill="#ffffff">{escape(text)}</text>'
    )


def _labels(areas: list[Area], frame: _Frame) -> list[str]:
    """Return the names that fit: the largest area first, none across another or the edge."""
    named = []
    for area in areas:
        seen = frame.placed(np.array([area.shape], dtype=object))
        if area.label and len(seen):
            named.append((float(shapely.area(seen[0])), seen[0], area.label))
    width, height = frame.width_px, frame.height_px
    bar = shapely.box(0, height - 26, width * (_SCALE_SHARE + 0.06), height)
    taken = [bar, shapely.box(width - 32, 0, width, 34)]  # scale and north
    texts = []
    page = shapely.box(0, 0, frame.width_px, frame.height_px)
    for _, seen, label in sorted(named, key=lambda own: -own[0]):
        name = label if len(label) <= _LETTERS else label[: _LETTERS - 1] + "…"
        point = shapely.point_on_surface(seen)
        half = sum(_LABEL_PX * (0.5 if ord(x) >= _WIDE_FROM else 0.3) for x in name)
        box = shapely.box(
            point.x - half, point.y - _LABEL_PX * 0.6, point.x + half, point.y + _LABEL_PX * 0.6
        )
        west, _, east, _ = seen.bounds
        if half <= east - west and page.contains(box) and not any(box.intersects(b) for b in taken):
            taken.append(box)
            texts.append(_name(name, point.x, point.y))
    return texts


def _name(name: str, x: float, y: float) -> str:
    """Return a name around a place, on a light edge."""
    place = f'x="{x:.1f}" y="{y + _LABEL_PX * 0.36:.1f}" font-size="{_LABEL_PX:g}"'
    look = f'{place} text-anchor="middle"'
    return (
        f'<text {look} fill="#ffffff" {_HALO}>{escape(name)}</text>'
        f'<text {look} fill="{INK}">{escape(name)}</text>'
    )


def _scale_bar(frame: _Frame, language: Language) -> str:
    """Return a bar of a round length, lower left."""
    longest_m = frame.width_px * _SCALE_SHARE / frame.metre_px
    power = 10.0 ** math.floor(math.log10(longest_m))
    length_m = max(step * power for step in (1, 2, 5) if step * power <= longest_m)
    if length_m < _M_PER_KM:
        text = say("{value} m", language).format(value=f"{length_m:g}")
    else:
        text = say("{value} km", language).format(value=f"{length_m / _M_PER_KM:g}")
    x, y, width = 8.0, frame.height_px - 9.0, length_m * frame.metre_px
    return (
        f'<rect x="{x - 4:g}" y="{y - 14:g}" width="{width + 8:.1f}" height="19" fill="#ffffff" '
        f'fill-opacity="0.85"/>'
        f'<path d="M{x:g},{y - 4:g}v4h{width:.1f}v-4" fill="none" stroke="{INK}"/>'
        f'<text x="{x + width / 2:.1f}" y="{y - 4:g}" font-size="8.5" text-anchor="middle" '
        f'fill="{INK}">{escape(text)}</text>'
    )


def _north(frame: _Frame, language: Language) -> str:
    """Return an arrow to grid north, upper right."""
    x, y = frame.width_px - 15.0, 8.0
    return (
        f'<circle cx="{x:g}" cy="{y + 11:g}" r="13" fill="#ffffff" fill-opacity="0.85"/>'
        f'<path d="M{x:g},{y:g}l4.5,12l-4.5,-2.6l-4.5,2.6Z" fill="{INK}"/>'
        f'<text x="{x:g}" y="{y + 21.5:g}" font-size="8.5" font-weight="bold" '
        f'text-anchor="middle" fill="{INK}">{escape(say("N", language))}</text>'
    )
