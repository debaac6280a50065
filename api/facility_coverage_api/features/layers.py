"""A layer of a finished study in memory: its rows, and its features as text in each CRS."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from facility_coverage.crs import WGS84, project
from facility_coverage.outputs.geojson import geometry_texts, property_texts
from facility_coverage_api.features.crs import ServedCrs, served_crs, storage_uri
from facility_coverage_api.features.memo import Memo
from facility_coverage_api.features.query import QueryError

_VIEWS, _TILES = 6, 512
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, eq=False)
class Shapes:
    """The shapes of a layer in one CRS.

    Attributes
    ----------
    shapes
        Shape (n,), east first; None where a feature has no place.
    tree
        The shapes, indexed.
    """

    shapes: NDArray[np.object_]
    tree: shapely.STRtree


@dataclass(frozen=True)
class Outline:
    """What is known of a layer before its rows are read.

    Attributes
    ----------
    geometry_type
        The one type of its shapes.
    crs
        The systems it is served in, by name.
    storage_crs
        The name of the study's own, if it has one.
    box
        West, south, east, north in degrees; None where it has no shape.
    """

    geometry_type: str
    crs: dict[str, ServedCrs]
    storage_crs: str | None
    box: tuple[float, float, float, float] | None

    @classmethod
    def read(cls, file: Path, name: str) -> Self:
        """Read what a GeoPackage says of a layer.

        Parameters
        ----------
        file
            ``results.gpkg`` of a study.
        name
            Name of the layer.

        Returns
        -------
        Outline
            Its outline.
        """
        info = pyogrio.read_info(file, layer=name)
        own = info["crs"]
        bounds = info["total_bounds"]
        box = None
        if bounds is not None and np.isfinite(bounds).all():
            box = Transformer.from_crs(own, WGS84, always_xy=True).transform_bounds(*bounds)
        return cls(info["geometry_type"], served_crs(own), storage_uri(own), box)


@dataclass(frozen=True, eq=False)
class Layer:
    """The rows of a layer; nothing in it may be changed.

    Attributes
    ----------
    frame
        In the study's CRS; its index holds the integer ids of the features, rising.
    outline
        What was known before.
    columns
        The JSON type of each property.
    tiles
        Vector tiles that were made of it, by zoom, column and row.
    """

    frame: gpd.GeoDataFrame
    outline: Outline
    columns: dict[str, str]
    tiles: Memo[tuple[int, int, int], bytes] = field(default_factory=lambda: Memo(_TILES))
    _shapes: Memo[str, Shapes] = field(default_factory=lambda: Memo(_VIEWS))
    _texts: Memo[str, tuple[str, ...]] = field(default_factory=lambda: Memo(_VIEWS))

    @classmethod
    def read(cls, file: Path, name: str) -> Self:
        """Read a layer of a GeoPackage.

        Parameters
        ----------
        file
            ``results.gpkg`` of a study.
        name
            Name of the layer.

        Returns
        -------
        Layer
            All of it.
        """
        frame = pyogrio.read_dataframe(file, layer=name, fid_as_index=True).sort_index()
        plain = frame.drop(columns=frame.geometry.name)
        columns = {str(column): _json_type(plain[column]) for column in plain.columns}
        return cls(frame, Outline.read(file, name), columns)

    def shapes(self, crs: ServedCrs) -> Shapes:
        """Return the shapes in a CRS.

        Parameters
        ----------
        crs
            One of those it is served in.

        Returns
        -------
        Shapes
            Made once.
        """
        return self._shapes.get(crs.uri, lambda: self._projected(crs))

    def texts(self, crs: ServedCrs) -> tuple[str, ...]:
        """Return the features as GeoJSON.

        Parameters
        ----------
        crs
            One of those it is served in; its axis order holds.

        Returns
        -------
        tuple of str
            One a feature; made once.
        """
        return self._texts.get(crs.uri, lambda: self._written(crs))

    def matching(self, equal: dict[str, str]) -> NDArray[np.bool_]:
        """Tell which features have these values.

        Parameters
        ----------
        equal
            Property to value, as text.

        Returns
        -------
        ndarray of bool
            Shape (n,).

        Raises
        ------
        QueryError
            A value is not of the property's type.
        """
        found = np.ones(len(self.frame), dtype=bool)
        for name, text in equal.items():
            value = _value(name, text, self.columns[name])
            found &= (self.frame[name] == value).fillna(value=False).to_numpy(bool)
        return found

    def touching(self, boxes: list[shapely.Geometry], crs: ServedCrs) -> NDArray[np.bool_]:
        """Tell which features share a point with any of several boxes.

        Parameters
        ----------
        boxes
            East first.
        crs
            Theirs.

        Returns
        -------
        ndarray of bool
            Shape (n,).
        """
        found = np.zeros(len(self.frame), dtype=bool)
        for box in boxes:
            found[self.shapes(crs).tree.query(box, predicate="intersects")] = True
        return found

    def _projected(self, crs: ServedCrs) -> Shapes:
        own = self.frame.crs
        shapes = shapely.transform(
            self.frame.geometry.to_numpy(), lambda xy: project(xy, own, crs.name)
        )
        return Shapes(shapes, shapely.STRtree(shapes))

    def _written(self, crs: ServedCrs) -> tuple[str, ...]:
        shapes = self.shapes(crs).shapes
        geometry = geometry_texts(shapes, crs.decimals, north_first=crs.north_first)
        columns = (self.frame.index, geometry, property_texts(self.frame))
        return tuple(
            f'{{"type": "Feature", "id": {at}, "geometry": {shape}, "properties": {{{words}}}}}'
            for at, shape, words in zip(*columns, strict=True)
        )


def _json_type(values: pd.Series) -> str:
    """Return the JSON type of a column."""
    if pd.api.types.is_bool_dtype(values):
        return "boolean"
    if pd.api.types.is_integer_dtype(values):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(values) else "string"


def _value(name: str, text: str, kind: str) -> object:
    """Return a text as a value of a property's type."""
    if kind == "string":
        return text
    try:
        if kind == "boolean":
            return {"true": True, "false": False}[text]
        return int(text) if _WHOLE.fullmatch(text) else float(text)
    except (LookupError, ValueError):
        msg = "{name}={text!r}: this property is of type {kind}; write such a value"
        raise QueryError(msg, name=name, text=text[:80], kind=kind) from None
