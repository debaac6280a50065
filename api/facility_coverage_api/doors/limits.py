"""Named limits: every quantity that a request can make large has one, and all can be read."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

from facility_coverage.errors import LimitError


class Limits(BaseModel):
    """The limits of a service; each can be set as ``FACILITY_COVERAGE_LIMITS__`` and its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body_bytes: PositiveInt = Field(20_000_000, description="Body of a request.")
    upload_bytes: PositiveInt = Field(500_000_000, description="Body of an upload.")
    unpacked_bytes: PositiveInt = Field(
        2_000_000_000, description="All files of an uploaded archive, unpacked."
    )
    archive_entries: PositiveInt = Field(1_000, description="Files in an uploaded archive.")
    archive_ratio: PositiveFloat = Field(
        100, description="Unpacked bytes of a file in an archive, per packed byte."
    )
    locations: PositiveInt = Field(20, description="Places of one request for isochrones.")
    facilities: PositiveInt = Field(2_000, description="Facilities in one request.")
    vertices_per_polygon: PositiveInt = Field(5_000, description="Vertices of one polygon.")
    vertices: PositiveInt = Field(200_000, description="Vertices in one request.")
    area_km2: PositiveFloat = Field(
        50_000, description="Square kilometres between the outermost places of one request."
    )
    minutes: PositiveFloat = Field(180, description="Minutes of one circle.")
    circles: PositiveInt = Field(6, description="Circles (minutes or metres) of one request.")
    sites: PositiveInt = Field(50, description="New sites that one request may ask for.")
    file_features: PositiveInt = Field(200_000, description="Features in one file.")
    concurrent_calculations: PositiveInt = Field(2, description="Calculations at the same time.")
    calculation_wait_s: PositiveFloat = Field(
        30, description="Seconds that a request waits for its turn to calculate."
    )
    queued_jobs: PositiveInt = Field(1_000, description="Unfinished jobs of all callers.")
    queued_jobs_per_key: PositiveInt = Field(100, description="Unfinished jobs of one caller.")

    def require(self, name: str, value: float) -> None:
        """Refuse a quantity that is larger than its limit.

        Parameters
        ----------
        name
            Name of the limit.
        value
            The quantity in the limit's unit.

        Raises
        ------
        LimitError
            It is larger.
        """
        limit = getattr(self, name)
        if value > limit:
            msg = "{name}: {value:,.15g} is above the limit {limit:,.15g}; ask for less at once"
            raise LimitError(msg, name=name, value=value, limit=limit)


router = APIRouter(tags=["service"])


async def limits_of(request: Request) -> Limits:
    """Return the limits of the service that a request came to.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    Limits
        Its limits.
    """
    limits: Limits = request.app.state.settings.limits
    return limits


Limited = Annotated[Limits, Depends(limits_of)]


@router.get("/v1/limits", summary="Named limits of this service", operation_id="limits")
def read_limits(limits: Limited) -> Limits:
    """Tell how large a request may be; larger ones answer 413 and name the limit."""
    return limits
