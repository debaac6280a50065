"""What to do: a study, read from ``study.toml`` and validated with every fault told at once."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from facility_coverage.crs import require_metric
from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.thresholds import Threshold
from facility_coverage.units import (
    DEFAULT_OFF_STREET_LIMIT_M,
    DEFAULT_TARGET_SHARE,
    DEFAULT_WALK_SPEED_KPH,
)

MAX_THRESHOLDS = 6
MAX_MINUTES = 180.0
MAX_DISTANCE_M = 50_000.0

_SHOWN_CHARACTERS = 80

Minutes = Annotated[float, Field(gt=0, le=MAX_MINUTES, allow_inf_nan=False)]
Metres = Annotated[float, Field(gt=0, le=MAX_DISTANCE_M, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class _Section(BaseModel):
    """A section of the study file: unknown keys are faults, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StudySection(_Section):
    """``[study]``: its name, the language of its pages and, rarely, its metric CRS."""

    name: Text
    language: Literal["en", "zh"] = "en"
    crs: Text | None = None
    """A projected CRS in metres; by default chosen from where the streets are."""
    synthetic: Text | None = None
    """What in this study is made up; shown wherever its results are shown."""


class NetworkSection(_Section):
    """``[network]``: where the streets come from and how people move along them."""

    source: Text
    mode: Literal["walk"] = "walk"
    speed_kph: float = Field(DEFAULT_WALK_SPEED_KPH, gt=0, le=30, allow_inf_nan=False)


class BoundariesSection(_Section):
    """``[boundaries]``: the polygon layer of subdistricts."""

    source: Text
    layer: Text | None = None
    id: Text
    name: Text | None = None
    max_overlap_m2: float = Field(2_000_000.0, ge=0, allow_inf_nan=False)
    """The largest overlap of two subdistricts that is tidied up; a larger one stops the run."""


class FacilitiesSection(_Section):
    """``[facilities]``: a register (csv, geojson, gpkg, xlsx) or ``source = "osm"``."""

    source: Text
    layer: Text | None = None
    amenity: list[Text] = ["hospital", "clinic", "doctors"]
    """With ``source = "osm"``: values of the tag ``amenity`` that count as a facility."""
    id: Text = "facility_id"
    name: Text = "name"
    lon: Text = "lon"
    lat: Text = "lat"
    kind: Text = "kind"
    ownership: Text = "ownership"
    floor_area_m2: Text = "floor_area_m2"
    beds: Text = "beds"

    @property
    def from_osm(self) -> bool:
        """Tell whether the facilities are taken from the street extract itself."""
        return self.source == "osm"


class DemandSection(_Section):
    """``[demand]``: where people live: a table of points or cells, or a raster of counts."""

    source: Text
    layer: Text | None = None
    lon: Text = "lon"
    lat: Text = "lat"
    population: Text = "population"
    older: Text | None = None
    """Column (or second raster) with the people of 60 and over."""
    cell_size_m: float | None = Field(None, gt=0, le=10_000, allow_inf_nan=False)
    """Side of the square cell around each row; without it a row is a point."""
    cell_crs: Text | None = None
    """The CRS in which those cells are squares, such as ``ESRI:54009``."""

    @model_validator(mode="after")
    def _cells_have_a_size(self) -> Self:
        if self.cell_crs is not None and self.cell_size_m is None:
            msg = "cell_crs is about cells; add cell_size_m = 100 or remove cell_crs"
            raise ValueError(msg)
        return self

    @property
    def from_raster(self) -> bool:
        """Tell whether people are counted in the pixels of a GeoTIFF."""
        return Path(self.source).suffix.lower() in {".tif", ".tiff"}


class CoverageSection(_Section):
    """``[coverage]``: the circles that are tested."""

    minutes: list[Minutes] = []
    distance_m: list[Metres] = []
    target_share: float = Field(DEFAULT_TARGET_SHARE, ge=0, le=1, allow_inf_nan=False)
    off_street_limit_m: float = Field(
        DEFAULT_OFF_STREET_LIMIT_M, gt=0, le=2000, allow_inf_nan=False
    )
    cell_size_m: float = Field(20.0, ge=2, le=200, allow_inf_nan=False)
    """Cell of the grid that turns travel times into polygons."""

    @model_validator(mode="after")
    def _some_threshold(self) -> Self:
        if not self.minutes and not self.distance_m:
            msg = "give minutes = [5, 10, 15] or distance_m = [300, 500, 1000], or both"
            raise ValueError(msg)
        if len(self.minutes) + len(self.distance_m) > MAX_THRESHOLDS:
            msg = f"at most {MAX_THRESHOLDS} thresholds in minutes and distance_m together"
            raise ValueError(msg)
        for key, values in (("minutes", self.minutes), ("distance_m", self.distance_m)):
            if len({f"{value:g}" for value in values}) < len(values):
                msg = f"{key} names a threshold twice: {values}; remove one"
                raise ValueError(msg)
        return self

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """Return the tests in rising order, minutes first."""
        return tuple(
            [Threshold("minutes", value) for value in sorted(self.minutes)]
            + [Threshold("metres", value) for value in sorted(self.distance_m)]
        )

    @property
    def target(self) -> Threshold:
        """Return the test that the target share is held against: the widest circle in minutes.

        Without minutes it is the widest one in metres.
        """
        kind = "minutes" if self.minutes else "metres"
        return max(t for t in self.thresholds if t.kind == kind)


class SitingSection(_Section):
    """``[siting]``: how many new sites to suggest, and by which model."""

    sites: int = Field(5, ge=0, le=200)
    model: Literal["mclp"] = "mclp"
    spacing_m: float = Field(150.0, ge=20, le=5000, allow_inf_nan=False)
    """Least distance between two generated candidate sites."""


class Study(_Section):
    """A whole study; paths in it are absolute once it was loaded."""

    study: StudySection
    network: NetworkSection
    boundaries: BoundariesSection
    facilities: FacilitiesSection
    demand: DemandSection
    coverage: CoverageSection
    siting: SitingSection = SitingSection()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read and validate a study file.

        Parameters
        ----------
        path
            The ``study.toml``; relative paths in it are taken from its own folder.

        Returns
        -------
        Study
            The study, with absolute paths.

        Raises
        ------
        NotFoundError
            The file does not exist, or one of the files that it names does not.
        InputError
            It is not TOML, or some of its keys or values are outside the contract; the message
            has a line for each fault.
        CrsError
            A CRS in it is unknown, or not in metres.
        """
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (FileNotFoundError, IsADirectoryError) as error:
            msg = f"{path}: there is no such study file; write one or run 'facility-coverage demo'"
            raise NotFoundError(msg) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            msg = f"{path}: not a TOML file in UTF-8: {error}; correct it or save it as UTF-8"
            raise InputError(msg) from error
        try:
            study = cls.model_validate(table)
        except ValidationError as error:
            msg = "\n".join(f"{path}: {_fault(entry)}" for entry in error.errors())
            raise InputError(msg) from error
        return study.resolved(path)

    def resolved(self, path: Path) -> Self:
        """Return the study with absolute paths.

        Parameters
        ----------
        path
            The study file; relative paths are taken from its own folder.

        Returns
        -------
        Study
            A copy.

        Raises
        ------
        NotFoundError
            Some files do not exist; all are told.
        CrsError
            A CRS in it is unknown, or not in metres.
        """
        for name, crs in (("study.crs", self.study.crs), ("demand.cell_crs", self.demand.cell_crs)):
            if crs is not None:
                require_metric(crs, f"{path}: {name}")
        sections: dict[str, _Section] = {}
        missing: list[str] = []
        for name, keys in self.files().items():
            section: _Section = getattr(self, name)
            found = {key: (path.parent / getattr(section, key)).resolve() for key in keys}
            missing.extend(
                f"{path}: {name}.{key}: there is no file {file}; correct the path, which is taken "
                f"from the folder of the study file"
                for key, file in found.items()
                if not file.is_file()
            )
            sections[name] = section.model_copy(
                update={key: str(file) for key, file in found.items()}
            )
        if missing:
            raise NotFoundError("\n".join(missing))
        return self.model_copy(update=sections)

    def files(self) -> dict[str, list[str]]:
        """Return the keys that name a file.

        Returns
        -------
        dict of str to list of str
            Section to keys, such as ``{"network": ["source"]}``.
        """
        older_raster = self.demand.from_raster and self.demand.older is not None
        return {
            "network": ["source"],
            "boundaries": ["source"],
            "facilities": [] if self.facilities.from_osm else ["source"],
            "demand": ["source", "older"] if older_raster else ["source"],
        }


def _fault(entry: Any) -> str:  # noqa: ANN401  (pydantic's ErrorDetails is a TypedDict of Any)
    """Say one fault of pydantic's list in one line: where, what, and the value found."""
    where = ".".join(str(part) for part in entry["loc"])
    if entry["type"] == "extra_forbidden":
        return f"{where}: there is no such key; remove it or correct its spelling"
    if entry["type"] == "missing":
        return f"{where}: this key is missing; add it"
    message = str(entry["msg"]).removeprefix("Value error, ")
    if isinstance(entry["input"], dict):
        return f"{where}: {message}"
    value = repr(entry["input"])
    shown = value if len(value) <= _SHOWN_CHARACTERS else f"{value[:_SHOWN_CHARACTERS]}…"
    return f"{where}: {message} (found {shown})"
