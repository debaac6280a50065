"""A proposal: someone would open a facility at a place, close some, or both."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from facility_coverage import words
from facility_coverage.coordinates.systems import WGS84
from facility_coverage.errors import InputError
from facility_coverage.inputs.facilities import NewFacility

Kind = Literal["centre", "station", "ambulance_station"]
Position = tuple[float, float]
Parcel = tuple[tuple[tuple[Position, ...], ...], ...]
"""Coordinates of a GeoJSON MultiPolygon, degrees."""

_PLAIN = r"^[^\x00-\x1f\x7f]*$"
Id = Annotated[str, Field(min_length=1, max_length=200, pattern=_PLAIN)]
Text = Annotated[str, Field(max_length=500, pattern=_PLAIN)]
Amount = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]

_LARGEST_LON, _LARGEST_LAT = 180.0, 90.0


class Frozen(BaseModel):
    """Values that never change: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Told(Frozen):
    """A sentence in every language of the program."""

    en: str
    zh: str

    @classmethod
    def of(cls, remark: words.Told) -> Self:
        """Say a remark in every language.

        Parameters
        ----------
        remark
            The remark, or an error.

        Returns
        -------
        Told
            The sentence.
        """
        return cls(en=remark.told("en"), zh=remark.told("zh"))

    def told(self, language: words.Language) -> str:
        """Return the sentence in a language.

        Parameters
        ----------
        language
            ``"en"`` or ``"zh"``.

        Returns
        -------
        str
            The sentence.
        """
        return self.en if language == "en" else self.zh


class Document(Frozen):
    """A file that belongs to a proposal; only its hash is kept."""

    name: Annotated[str, Field(min_length=1, max_length=300, pattern=_PLAIN)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Proposal(Frozen):
    """What someone proposes; places are WGS 84, longitude first."""

    id: Id
    title: Text = ""
    proposer: Text = ""
    kind: Kind = "centre"
    lonlat: Position | None = None
    """Where it would stand; of a parcel a point inside. None of a pure closure."""
    parcel: Parcel | None = None
    """The land, where it was handed over as a polygon."""
    coordinates: Annotated[str, Field(min_length=1, max_length=40)] = WGS84
    """The system in which the place was handed over; it was converted."""
    ownership: Text = ""
    floor_area_m2: Amount | None = None
    beds: Amount | None = None
    older_care: bool | None = None
    """Whether it has places for the care of older people."""
    capacity: Amount | None = None
    """Residents whom it can serve."""
    cost: Amount | None = None
    opening_year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    closes: tuple[Id, ...] = ()
    """Ids of facilities that close: those that it replaces or moves."""
    documents: tuple[Document, ...] = ()

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.lonlat is None and not self.closes:
            msg = (
                "has neither a place nor a facility that closes; draw its point or parcel, or "
                "name what closes"
            )
            raise InputError(msg)
        return self

    @model_validator(mode="after")
    def _lies_on_earth(self) -> Self:
        if self.lonlat is not None:
            lon, lat = self.lonlat
            if not (abs(lon) <= _LARGEST_LON and abs(lat) <= _LARGEST_LAT):
                msg = "{lon}, {lat} is no longitude and latitude; exchange them if swapped"
                raise InputError(msg, lon=lon, lat=lat)
        if self.parcel is not None and self.lonlat is None:
            msg = "has a parcel but no point in it; give both, or the parcel as geometry"
            raise InputError(msg)
        return self

    @model_validator(mode="after")
    def _closes_once(self) -> Self:
        if len(set(self.closes)) < len(self.closes):
            msg = "closes names a facility twice: {ids}; remove one"
            raise InputError(msg, ids=", ".join(self.closes))
        return self

    @property
    def name(self) -> str:
        """Return the title, or the id where there is none."""
        return self.title or self.id

    @property
    def facility_id(self) -> str:
        """Return the id under which its facility stands among those of the register."""
        return f"proposal {self.id}"

    @property
    def facilities(self) -> tuple[NewFacility, ...]:
        """Return the facility that it opens, none of a pure closure."""
        if self.lonlat is None:
            return ()
        new = NewFacility(
            self.facility_id,
            self.name,
            self.lonlat,
            self.kind,
            self.ownership,
            self.floor_area_m2,
            self.beds,
        )
        return (new,)
