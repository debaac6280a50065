"""What the bodies of live requests have in common: places, circles, and who moves."""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from facility_coverage.crs import WGS84, project
from facility_coverage.errors import InputError
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.study_file import (
    MAX_THRESHOLDS,
    CoverageSection,
    Metres,
    Minutes,
    Study,
)
from facility_coverage.units import METRES_PER_KILOMETRE
from facility_coverage.words import Remark
from facility_coverage_api.doors.limits import Limits
from facility_coverage_api.jobs.kinds import StudyId, refused

FAR_M = 20_000.0
"""A place further than this from the rectangle around all streets belongs to another study."""

Profile = Literal["walk", "older", "wheelchair", "bicycle", "car"]


class PlaceError(InputError):
    """A place is nowhere near the streets of the study."""

    code = "place"


def _checked_latitude(lat: float) -> float:
    if abs(lat) > 90.0:  # noqa: PLR2004  (degrees from the equator to a pole)
        msg = "there is no latitude {lat:g}; are longitude and latitude exchanged?"
        raise InputError(msg, lat=lat)
    return lat


Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[113.36])]
Latitude = Annotated[
    float,
    Field(allow_inf_nan=False, json_schema_extra={"minimum": -90, "maximum": 90}, examples=[23.13]),
    AfterValidator(_checked_latitude),
]
LonLat = Annotated[
    tuple[Longitude, Latitude],
    Field(strict=False, description="Longitude, latitude in degrees (WGS84)."),
]


class Asked(BaseModel):
    """A body: unknown names are faults, and nothing is turned into another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    study: StudyId = Field(description="Id of a registered study: its streets and people count.")
    profile: Profile | None = Field(
        None, description="Who moves; by default as the study says.", examples=["walk"]
    )


class AskedCircles(Asked):
    """A body that may name other circles than the study's."""

    minutes: Annotated[list[Minutes], Field(max_length=MAX_THRESHOLDS)] = Field(
        [], description="Circles in minutes; by default those of the study.", examples=[[5, 10, 15]]
    )
    distance_m: Annotated[list[Metres], Field(max_length=MAX_THRESHOLDS)] = Field(
        [], description="Circles in metres along the network.", examples=[[500]]
    )

    def coverage_of(self, study: Study, limits: Limits) -> CoverageSection:
        """Return the circles that are asked for.

        Parameters
        ----------
        study
            Stands in where nothing is asked.
        limits
            Of the service.

        Returns
        -------
        CoverageSection
            The circles, and all else as the study has it.

        Raises
        ------
        InputError
            A circle is named twice, or there are too many.
        LimitError
            A circle is too large, or there are too many for this service.
        """
        if not self.minutes and not self.distance_m:
            return study.coverage
        limits.require("circles", len(self.minutes) + len(self.distance_m))
        limits.require("minutes", max(self.minutes, default=0))
        values = study.coverage.model_dump()
        values |= {"minutes": self.minutes, "distance_m": self.distance_m}
        try:
            return CoverageSection.model_validate(values)
        except ValidationError as error:
            raise refused(error) from error


def places_xy(
    network: StreetNetwork, places: Sequence[tuple[float, float]], name: str, limits: Limits
) -> NDArray[np.float64]:
    """Return places in the study's metres, if they can be meant for this study.

    Parameters
    ----------
    network
        The study's streets.
    places
        Longitude and latitude of each, degrees.
    name
        How the request calls them.
    limits
        Of the service.

    Returns
    -------
    ndarray of float64
        Shape (p, 2), metres.

    Raises
    ------
    PlaceError
        A place lies in another part of the world.
    LimitError
        They lie too far apart.
    """
    lonlat = np.array(places, dtype=np.float64).reshape(-1, 2)
    xy = project(lonlat, WGS84, network.crs)
    away_m = _away_m(network, xy)
    if len(xy) and not away_m.max() <= FAR_M:
        first = int(np.argmax(~(away_m <= FAR_M)))
        raise PlaceError(_far_away(network, lonlat[first], f"{name}.{first}"))
    if len(xy) > 1:
        width_km, height_km = (np.ptp(xy, axis=0) / METRES_PER_KILOMETRE).tolist()
        limits.require("area_km2", width_km * height_km)
    return xy


def _far_away(network: StreetNetwork, lonlat: NDArray[np.float64], where: str) -> Remark:
    """Say where the streets are, and what may have gone wrong."""
    corners = project(network.corners_xy, network.crs, WGS84)
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    lon, lat = lonlat.tolist()
    exchanged = project(lonlat[None, ::-1], WGS84, network.crs)
    hint = "name a study of that place"
    if lon == 0.0 and lat == 0.0:
        hint = "0, 0 is where places without coordinates end up"
    elif _away_m(network, exchanged)[0] <= FAR_M:
        hint = "longitude and latitude are exchanged"
    return Remark(
        "{where}: {lon:.6g}, {lat:.6g} is far from the streets of the study, which lie between "
        "{west:.4f} and {east:.4f} east, {south:.4f} and {north:.4f} north; {hint}",
        where=where, lon=lon, lat=lat, hint=Remark(hint),
        west=west, east=east, south=south, north=north,
    )  # fmt: skip


def _away_m(network: StreetNetwork, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far places are from the rectangle around all streets; inf off the map."""
    (west, south), (east, north) = network.corners_xy[[0, 3]].tolist()
    aside = np.maximum(np.maximum(west - xy[:, 0], xy[:, 0] - east), 0.0)
    above = np.maximum(np.maximum(south - xy[:, 1], xy[:, 1] - north), 0.0)
    away: NDArray[np.float64] = np.hypot(aside, above)
    away[~np.isfinite(away)] = np.inf
    return away
