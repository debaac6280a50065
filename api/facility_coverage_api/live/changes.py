"""What if: facilities that a request adds, removes, or puts in place of the register's."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from facility_coverage.errors import InputError
from facility_coverage.inputs.facilities import NewFacility
from facility_coverage.prepared import PreparedStudy
from facility_coverage_api.doors.limits import Limits
from facility_coverage_api.live.asked import AskedCircles, Latitude, Longitude, places_xy

_NAME = r"^[^\x00-\x1f\x7f]+$"

FacilityId = Annotated[str, Field(min_length=1, max_length=200, pattern=_NAME, examples=["new-1"])]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Word = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class FacilityPoint(BaseModel):
    """A facility that might be built."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    lon: Longitude
    lat: Latitude
    facility_id: FacilityId | None = Field(None, description="By default new-1, new-2, …")
    name: Word = ""
    kind: Word = Field("", examples=["社区卫生服务中心"])
    ownership: Word = Field("", examples=["政府办"])
    floor_area_m2: Amount | None = None
    beds: Amount | None = None

    def named(self, number: int) -> NewFacility:
        """Return the facility as a row of a register.

        Parameters
        ----------
        number
            Its place in the request, from 1.

        Returns
        -------
        NewFacility
            The row.
        """
        facility_id = self.facility_id or f"new-{number}"
        return NewFacility(
            facility_id,
            self.name or facility_id,
            (self.lon, self.lat),
            self.kind,
            self.ownership,
            self.floor_area_m2,
            self.beds,
        )


class AskedChange(AskedCircles):
    """A body that may change the facilities of a study."""

    facilities: list[FacilityPoint] | None = Field(
        None, min_length=1, description="Points in place of the whole register."
    )
    added: list[FacilityPoint] = Field([], description="Facilities besides those of the register.")
    removed: list[FacilityId] = Field([], description="Ids of facilities that close.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.facilities is not None and (self.added or self.removed):
            msg = "facilities stands in place of the register: give either it or added and removed"
            raise InputError(msg)
        return self

    @property
    def is_change(self) -> bool:
        """Tell whether anything is added or removed."""
        return bool(self.added or self.removed)

    def changed(self, prepared: PreparedStudy, limits: Limits) -> PreparedStudy:
        """Return the study with the facilities that are asked for.

        Parameters
        ----------
        prepared
            The study as it is.
        limits
            Of the service.

        Returns
        -------
        PreparedStudy
            The same where nothing is changed.

        Raises
        ------
        FacilityCoverageError
            There are too many, one is elsewhere, or an id is unknown or taken.
        """
        added = self.added if self.facilities is None else self.facilities
        limits.require("facilities", len(added))
        if self.facilities is None and not self.is_change:
            return prepared
        name = "added" if self.facilities is None else "facilities"
        places_xy(prepared.network, [(place.lon, place.lat) for place in added], name, limits)
        known = prepared.facilities.table["facility_id"].tolist()
        removed = self.removed if self.facilities is None else known
        rows = [place.named(number) for number, place in enumerate(added, start=1)]
        return prepared.with_facilities(rows, removed)
