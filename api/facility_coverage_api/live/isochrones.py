"""Circles around any places, drawn as those of a study are."""

import json
from typing import Annotated, Any, Literal, Self

import numpy as np
import shapely
from fastapi import APIRouter, Response
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, model_validator

from facility_coverage.crs import WGS84, project
from facility_coverage.errors import InputError, UnreachableError
from facility_coverage.network.snapping import Snaps, snap
from facility_coverage.outputs.geojson import geometry_texts
from facility_coverage.study_file import MAX_DISTANCE_M, MAX_MINUTES, MAX_THRESHOLDS, Minutes
from facility_coverage.travel.buffered_streets import buffered_streets
from facility_coverage.travel.times import each_alone
from facility_coverage.units import SECONDS_PER_MINUTE
from facility_coverage.words import Remark
from facility_coverage_api.doors.limits import Limited, Limits
from facility_coverage_api.live.asked import Asked, LonLat, places_xy
from facility_coverage_api.live.warm import InTurn, Warm, WarmStudy

router = APIRouter(tags=["live"])

GEOJSON = "application/geo+json"

EXAMPLE: dict[str, Any] = {
    "study": "tianhe",
    "locations": [[113.3612, 23.1246]],
    "range": [300, 600, 900],
    "range_type": "time",
    "profile": "walk",
}
ANSWER: dict[str, Any] = {
    "type": "FeatureCollection",
    "bbox": [113.355, 23.119, 113.367, 23.13],
    "features": [
        {
            "type": "Feature",
            "properties": {
                "group_index": 0,
                "value": 300.0,
                "center": [113.3612, 23.1246],
                "area_m2": 214_530.5,
                "access_s": 7.2,
            },
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [
                    [[[113.36, 23.12], [113.362, 23.12], [113.361, 23.125], [113.36, 23.12]]]
                ],
            },
        }
    ],
}


class IsochronesRequest(Asked):
    """Circles around places; the names are those that routing services use."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    locations: Annotated[list[LonLat], Field(min_length=1)]
    range: Annotated[
        list[Annotated[float, Field(gt=0, allow_inf_nan=False)]], Field(max_length=MAX_THRESHOLDS)
    ] = Field([], description="Seconds, or metres where range_type is distance; rising.")
    range_type: Literal["time", "distance"] = "time"
    minutes: Annotated[list[Minutes], Field(max_length=MAX_THRESHOLDS)] = Field(
        [], description="Minutes, in place of range."
    )

    @model_validator(mode="after")
    def _one_range(self) -> Self:
        if bool(self.range) == bool(self.minutes):
            msg = "give either range (seconds or metres) or minutes"
            raise InputError(msg)
        if self.minutes and self.range_type == "distance":
            msg = "minutes are a time; give range in metres, or range_type time"
            raise InputError(msg)
        self._require_moderate()
        if len(set(self.limits)) < len(self.limits):
            msg = "range names a value twice; remove one"
            raise InputError(msg)
        return self

    def _require_moderate(self) -> None:
        is_time = self.range_type == "time"
        longest = MAX_MINUTES * SECONDS_PER_MINUTE if is_time else MAX_DISTANCE_M
        if max(self.limits) > longest:
            msg = "range: at most {longest:g} {unit}"
            unit = Remark("seconds" if is_time else "metres")
            raise InputError(msg, longest=longest, unit=unit)

    @property
    def limits(self) -> tuple[float, ...]:
        """Return the range in seconds or metres, rising."""
        values = self.range or [value * SECONDS_PER_MINUTE for value in self.minutes]
        return tuple(sorted(values))


@router.post(
    "/v1/isochrones",
    summary="Circles around places",
    operation_id="isochrones",
    response_class=Response,
    responses={
        200: {"content": {GEOJSON: {"schema": {"type": "object"}, "example": ANSWER}}},
    },
)
def isochrones(asked: IsochronesRequest, warm: Warm, turns: InTurn, limits: Limited) -> Response:
    """Draw what lies within reach of each place: one feature per place and value.

    The streets, the off-street limit and the way of drawing are those of the study, and so are
    the shapes: a facility of the register has the circles that the study drew.
    """
    limits.require("locations", len(asked.locations))
    limits.require("circles", len(asked.limits))
    if asked.range_type == "time":
        limits.require("minutes", asked.limits[-1] / SECONDS_PER_MINUTE)
    study = warm.get(asked.study, asked.profile)
    with turns.turn():
        return Response(_drawn(study, asked, limits), media_type=GEOJSON)


def _drawn(study: WarmStudy, asked: IsochronesRequest, limits: Limits) -> str:
    """Return the circles as GeoJSON."""
    prepared = study.prepared
    section = prepared.study.coverage
    xy = places_xy(prepared.network, asked.locations, "locations", limits)
    snaps = snap(prepared.index, xy, off_street_limit_m=section.off_street_limit_m)
    _require_streets(snaps, asked, section.off_street_limit_m)
    impedance = study.impedances["metres" if asked.range_type == "distance" else "minutes"]
    origins = each_alone(snaps)
    shapes = (
        prepared.canvas.polygons(origins, impedance, asked.limits)
        if section.method == "exact"
        else buffered_streets(
            prepared.network, origins, impedance, asked.limits, section.street_buffer_m
        )
    ).ravel()
    legs_s = snaps.off_street_m / prepared.network.profile.off_street_speed_m_per_s
    area_m2 = np.round(shapely.area(shapes), 3).tolist()
    properties = [
        {
            "group_index": place,
            "value": value,
            "center": list(asked.locations[place]),
            "area_m2": area_m2[place * len(asked.limits) + nth],
            "access_s": round(float(legs_s[place]), 3),
        }
        for place in range(len(xy))
        for nth, value in enumerate(asked.limits)
    ]
    return _collection(in_degrees(shapes, prepared.network.crs), properties)


def _require_streets(snaps: Snaps, asked: IsochronesRequest, limit_m: float) -> None:
    if snaps.found.all():
        return
    first = int(np.argmin(snaps.found))
    lon, lat = asked.locations[first]
    msg = "locations.{number}: no street within {limit_m:g} m of {lon:.6g}, {lat:.6g}; move it"
    raise UnreachableError(msg, number=first, limit_m=limit_m, lon=lon, lat=lat)


def in_degrees(shapes: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    """Return shapes in longitude and latitude.

    Parameters
    ----------
    shapes
        Metres.
    crs
        Their CRS.

    Returns
    -------
    ndarray of shapely.Geometry
        Degrees.
    """
    turned: NDArray[np.object_] = shapely.transform(shapes, lambda xy: project(xy, crs, WGS84))
    return turned


def _collection(shapes: NDArray[np.object_], properties: list[dict[str, Any]]) -> str:
    """Return shapes as a feature collection with its box."""
    box = np.round(shapely.total_bounds(shapes), 7).tolist()
    features = ",".join(
        f'{{"type":"Feature","properties":{json.dumps(own)},"geometry":{shape}}}'
        for own, shape in zip(properties, geometry_texts(shapes), strict=True)
    )
    return f'{{"type":"FeatureCollection","bbox":{json.dumps(box)},"features":[{features}]}}'
