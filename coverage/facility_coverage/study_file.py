"""What to do: a study, read from ``study.toml`` and validated with every fault told at once.

It is one module, long as it is, because it is one contract: a class for each section of the file
and their common types, in the order in which a person meets them in ``docs/study-file.md``.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from facility_coverage.coordinates.systems import known_system
from facility_coverage.crs import require_metric
from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.thresholds import Threshold
from facility_coverage.toml_file import read_toml
from facility_coverage.units import (
    DEFAULT_OFF_STREET_LIMIT_M,
    DEFAULT_TARGET_SHARE,
)
from facility_coverage.words import Remark

BASEMAPS = ("tianditu", "gaode", "osm")
_TILES = re.compile(r"(https?://[a-z0-9.-]+(:\d+)?/|(?!/|[a-z0-9+.-]*:))", re.IGNORECASE)
"""A web server, or a path beside the map."""
_NO_FILE = (
    "{path}: {key}: there is no file {file}; correct the path, which is taken from the folder of "
    "the study file"
)
_NO_RULE_FILE = (
    "{path}: standards.use: there is no rule file {file}; correct the path, which is taken from "
    "the folder of the study file"
)
MAX_THRESHOLDS = 6
MAX_MINUTES = 180.0
MAX_DISTANCE_M = 50_000.0

Minutes = Annotated[float, Field(gt=0, le=MAX_MINUTES, allow_inf_nan=False)]
Metres = Annotated[float, Field(gt=0, le=MAX_DISTANCE_M, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Coordinates = Annotated[Text, AfterValidator(known_system)]
"""``wgs84``, ``gcj02``, ``bd09``, ``cgcs2000`` or an EPSG code, under its one name."""


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
    """``[network]``: where the streets come from, and who moves along them how."""

    source: Text
    """An OSM file, a network that was built before (.npz), or a graph of OSMnx (.graphml)."""
    profile: Text = "walk"
    """A profile that comes with the program, or the path of a profile file (.toml)."""
    speed_kph: float | None = Field(None, gt=0, le=30, allow_inf_nan=False)
    """In place of the profile's own speed; only for one with a single speed."""
    direction: Literal["to", "from"] | None = None
    """Whether people go to the facility or help comes from it; by default as the profile says."""
    elevation: Text | None = None
    """An elevation model (.hgt, .tif) whose slopes change the speed; without it all is flat."""
    corrections: Text | None = None
    """Gates, walls, new streets … (.csv, .xlsx, .gpkg, .geojson), kept apart from OSM."""
    year: int | None = Field(None, ge=1900, le=2200)
    """Corrections of a later year do not count; without it none that says a year does."""

    @model_validator(mode="after")
    def _year_is_about_corrections(self) -> Self:
        if self.year is not None and self.corrections is None:
            msg = 'year is about corrections; add corrections = "corrections.gpkg" or remove year'
            raise InputError(msg)
        return self

    @property
    def corrections_file(self) -> Path | None:
        """Return the path of the corrections, None without any."""
        return None if self.corrections is None else Path(self.corrections)

    @property
    def profile_file(self) -> Path | None:
        """Return the path of the profile file, None for a profile that comes with the program."""
        return Path(self.profile) if self.profile.endswith(".toml") else None

    @property
    def elevation_file(self) -> Path | None:
        """Return the path of the elevation model, None where all is flat."""
        return None if self.elevation is None else Path(self.elevation)


class BoundariesSection(_Section):
    """``[boundaries]``: the polygon layer of subdistricts."""

    source: Text
    layer: Text | None = None
    id: Text | None = None
    """Column with their ids; without it the only one with division codes of 9 or 12 digits."""
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
    coordinates: Coordinates | None = None
    """What positions are counted in; by default WGS 84 in a table, a layer's own CRS in a layer."""
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
    coordinates: Coordinates | None = None
    """What positions are counted in; by default WGS 84 in a table, a layer's own CRS in a layer."""
    population: Text = "population"
    older: Text | None = None
    """Column (or second raster) with the people of 60 and over."""
    children: Text | None = None
    """Column (or another raster) with the children up to 6."""
    density: bool | None = None
    """Whether it holds people per km²; without it counts, and a raster is held against what can
    be."""
    weight: Literal["people", "area", "floor_area"] = "people"
    """What a polygon stands for: its people, or square metres that ``control`` or ``total`` turns
    into people."""
    floors: Text = "floors"
    """Column with the floors of a building, with ``weight = "floor_area"``."""
    default_floors: float | None = Field(None, gt=0, le=200, allow_inf_nan=False)
    """Floors where that column is empty; without it an empty one is a fault."""
    residential: Text | None = None
    """Land on which the people of a cell live: ``osm`` (landuse=residential of the street extract)
    or a layer of polygons."""
    split_m: float | None = Field(None, ge=20, le=5000, allow_inf_nan=False)
    """Largest side of the pieces into which cells are cut; 100 with ``residential``."""
    control: Text | None = None
    """A table with the census total of each subdistrict, which people are scaled to."""
    control_id: Text = "unit_id"
    control_population: Text = "population"
    control_older: Text | None = None
    control_children: Text | None = None
    total: float | None = Field(None, gt=0, allow_inf_nan=False)
    """The total of all subdistricts together, in place of ``control``."""
    cell_size_m: float | None = Field(None, gt=0, le=10_000, allow_inf_nan=False)
    """Side of the square cell around each row; without it a row is a point."""
    cell_crs: Text | None = None
    """The CRS in which those cells are squares, such as ``ESRI:54009``."""

    @model_validator(mode="after")
    def _cells_have_a_size(self) -> Self:
        if self.cell_crs is not None and self.cell_size_m is None:
            msg = "cell_crs is about cells; add cell_size_m = 100 or remove cell_crs"
            raise InputError(msg)
        return self

    @model_validator(mode="after")
    def _keys_fit_each_other(self) -> Self:
        if self.control is not None and self.total is not None:
            msg = "give control or total, not both"
            raise InputError(msg)
        if self.weight != "people" and self.control is None and self.total is None:
            msg = 'weight = "{weight}" needs control = "census.csv" or total = 120000'
            raise InputError(msg, weight=self.weight)
        if self.weight != "people" and (self.older or self.children or self.density):
            msg = 'weight = "{weight}" counts no people; remove older, children and density'
            raise InputError(msg, weight=self.weight)
        return self

    @property
    def from_raster(self) -> bool:
        """Tell whether people are counted in the pixels of a GeoTIFF."""
        return Path(self.source).suffix.lower() in {".tif", ".tiff"}

    def files(self) -> list[str]:
        """Return the keys that name a file.

        Returns
        -------
        list of str
            Such as ``["source", "older"]`` of two rasters.
        """
        named = ["source", "control"]
        named += ["older", "children"] if self.from_raster else []
        named += [] if self.residential == "osm" else ["residential"]
        return [key for key in named if getattr(self, key) is not None]


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
    method: Literal["exact", "streets"] = "exact"
    """How circles are drawn: the area itself, or reached streets with a margin."""
    street_buffer_m: float = Field(25.0, gt=0, le=500, allow_inf_nan=False)
    """That margin on both sides, with ``method = "streets"``."""

    @model_validator(mode="after")
    def _some_threshold(self) -> Self:
        if not self.minutes and not self.distance_m:
            msg = "give minutes = [5, 10, 15] or distance_m = [300, 500, 1000], or both"
            raise InputError(msg)
        if len(self.minutes) + len(self.distance_m) > MAX_THRESHOLDS:
            msg = "at most {most} thresholds in minutes and distance_m together"
            raise InputError(msg, most=MAX_THRESHOLDS)
        for key, values in (("minutes", self.minutes), ("distance_m", self.distance_m)):
            if len({f"{value:g}" for value in values}) < len(values):
                msg = "{key} names a threshold twice: {values}; remove one"
                raise InputError(msg, key=key, values=values)
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


SitingModel = Literal[
    "mclp", "lscp", "partial_lscp", "p_median", "p_center", "capacitated_mclp",
    "capacitated_p_median", "two_tier",
]  # fmt: skip
FREE_NUMBER_MODELS = frozenset({"lscp", "partial_lscp"})
"""Models that find the number of sites themselves."""
BUDGET_MODELS = frozenset(
    {"mclp", "p_median", "capacitated_mclp", "capacitated_p_median", "two_tier"}
)
CAPACITY_MODELS = frozenset({"capacitated_mclp", "capacitated_p_median"})
TIME_MODELS = frozenset({"p_median", "p_center", "capacitated_p_median"})
"""Models that count everybody's way; the others count who is within the target."""


class SitingSection(_Section):
    """``[siting]``: where new sites could go, how many are wanted, and by which model."""

    sites: int = Field(5, ge=0, le=200)
    """Most new sites; ``lscp`` and ``partial_lscp`` find the number themselves, and of
    ``two_tier`` these are the centres."""
    stations: int = Field(0, ge=0, le=200)
    """Most new stations of ``two_tier``; one stands only where no centre reaches."""
    station_minutes: Minutes | None = None
    """How far a station serves; without it as far as a centre, which is the study's target."""
    station_distance_m: Metres | None = None
    """The same where the target is in metres."""
    model: SitingModel = "mclp"
    time_limit_s: float | None = Field(None, ge=0, le=86_400, allow_inf_nan=False)
    """Wall clock of the solver; without it the effort is fixed, and so is the answer."""
    gap: float = Field(0.0, ge=0, le=1, allow_inf_nan=False)
    """Good enough: the solver stops when this share of the objective is proven."""
    budget: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Most that all new sites cost together, in place of a number of sites."""
    capacity: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Residents that a new site can serve, where its row does not say."""
    existing_capacity: float | None = Field(None, ge=0, allow_inf_nan=False)
    """Residents that an existing facility can serve; without it there is no limit."""
    robustness: bool = False
    """Whether the chosen sites are tried at other speeds and populations, and one by one."""

    candidates: Text | None = None
    """A list of parcels or premises; without it candidates are generated on streets."""
    candidates_layer: Text | None = None
    id: Text = "candidate_id"
    name: Text = "name"
    lon: Text = "lon"
    lat: Text = "lat"
    coordinates: Coordinates | None = None
    """What positions are counted in; by default WGS 84 in a table, a layer's own CRS in a layer."""
    floor_area_m2: Text = "floor_area_m2"
    ownership: Text = "ownership"
    cost: Text = "cost"
    earliest_year: Text = "earliest_year"
    site_capacity: Text = "capacity"
    """Column of a list with the residents that a site could serve."""
    min_floor_area_m2: float | None = Field(None, gt=0, allow_inf_nan=False)
    by_year: int | None = Field(None, ge=1900, le=2200)
    """Only premises that can be had by this year."""

    spacing_m: float = Field(150.0, ge=20, le=5000, allow_inf_nan=False)
    """Least distance between two generated candidates."""
    max_candidates: int = Field(2000, ge=1, le=20_000)
    """Most generated candidates; the spacing is widened until they are no more."""
    frontage: Literal["prefer", "require", "any"] = "prefer"
    """Whether a candidate should, must or need not front a real street."""
    inside: Text | None = None
    """A layer of polygons, such as renewal areas, in which every candidate must lie."""
    exclude: list[Literal["water", "park", "industry"]] = []
    """Land of the street extract on which no candidate may lie."""
    exclude_layer: Text | None = None
    """A layer of polygons in which no candidate may lie."""
    min_distance_m: float = Field(0.0, ge=0, le=MAX_DISTANCE_M, allow_inf_nan=False)
    """Least straight distance between a candidate and an existing facility."""

    @model_validator(mode="after")
    def _keys_fit_the_model(self) -> Self:
        if self.budget is not None and self.model not in BUDGET_MODELS:
            msg = "budget is for {models}; choose one of them"
            raise InputError(msg, models=", ".join(sorted(BUDGET_MODELS)))
        tiers = (self.stations, self.station_minutes, self.station_distance_m)
        if any(tiers) and self.model != "two_tier":
            msg = 'stations, station_minutes and station_distance_m are for model = "two_tier"'
            raise InputError(msg)
        if self.station_minutes is not None and self.station_distance_m is not None:
            msg = "give station_minutes or station_distance_m, not both"
            raise InputError(msg)
        if self.budget is not None and self.candidates is None:
            msg = 'budget needs candidates = "premises.csv", a list that says what each costs'
            raise InputError(msg)
        if self.model in CAPACITY_MODELS and self.capacity is None and self.candidates is None:
            msg = "{model} needs capacity = 50000, the residents that a new site can serve"
            raise InputError(msg, model=self.model)
        return self

    @property
    def asks(self) -> bool:
        """Tell whether any site is asked for at all."""
        return self.sites + self.stations > 0 or self.model in FREE_NUMBER_MODELS

    def station_limit(self, target: Threshold) -> float:
        """Return how far a station serves, in the unit of the target's limit.

        Parameters
        ----------
        target
            How far a centre serves.

        Returns
        -------
        float
            Seconds or metres, inclusive.

        Raises
        ------
        InputError
            It is said in another unit than the target, or is farther than a centre serves.
        """
        if self.station_minutes is not None:
            own = Threshold("minutes", self.station_minutes)
        elif self.station_distance_m is not None:
            own = Threshold("metres", self.station_distance_m)
        else:
            own = target
        if own.kind != target.kind or own.limit > target.limit:
            msg = (
                "[siting] a station that serves {station} and centres that serve {centre}: say "
                "both in one unit, the station's not farther"
            )
            raise InputError(msg, station=own.label, centre=target.label)
        return own.limit


class StandardsSection(_Section):
    """``[standards]``: by which rules the district is judged."""

    use: Annotated[tuple[Text, ...], Field(strict=False, max_length=20)] = ()
    """Ids of standards that come with the program, and rule files (``.toml``) of one's own."""

    @property
    def files(self) -> tuple[str, ...]:
        """Return the rule files among them."""
        return tuple(name for name in self.use if name.endswith(".toml"))


class MapSection(_Section):
    """``[map]``: what the map page bears beside the answer."""

    basemap: Text | None = None
    """``tianditu``, ``gaode``, ``osm``, or the address of tiles with ``{z}``, ``{x}`` and ``{y}``;
    by default there is none, and the page asks the internet for nothing."""
    basemap_attribution: Text | None = None
    """Whose tiles they are, where ``basemap`` is an address."""
    context: list[Literal["water", "park"]] = []
    """Land of the street extract that is drawn behind everything."""
    approval: Text | None = None
    """The approval number (审图号) under which the map may be published."""
    data_date: Text | None = None
    """Of what date the inputs are."""

    @model_validator(mode="after")
    def _tiles_can_be_found(self) -> Self:
        tiles = self.basemap or "osm"
        whole = all(hole in tiles for hole in ("{z}", "{x}", "{y}"))
        if tiles not in BASEMAPS and not (whole and _TILES.match(tiles)):
            msg = (
                "basemap is one of {known}, or an address of tiles such as "
                "https://tiles.example.cn/{{z}}/{{x}}/{{y}}.png or tiles/{{z}}/{{x}}/{{y}}.png"
            )
            raise InputError(msg, known=", ".join(BASEMAPS))
        return self


class Study(_Section):
    """A whole study; paths in it are absolute once it was loaded."""

    study: StudySection
    network: NetworkSection
    boundaries: BoundariesSection
    facilities: FacilitiesSection
    demand: DemandSection
    coverage: CoverageSection
    standards: StandardsSection = StandardsSection()
    siting: SitingSection = SitingSection()
    map: MapSection = MapSection()

    @model_validator(mode="after")
    def _land_can_be_read(self) -> Self:
        if self.map.context and Path(self.network.source).suffix in {".npz", ".graphml"}:
            msg = "map.context needs an OSM file in network.source: a network holds no land"
            raise InputError(msg)
        return self

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
        absent = Remark("there is no such study file; write one or run 'facility-coverage demo'")
        study = read_toml(path, cls, absent=absent)
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
                require_metric(crs, Remark("{path}: {reason}", path=path, reason=name))
        sections: dict[str, _Section] = {}
        missing: list[Remark] = []
        for name, keys in self.files().items():
            section: _Section = getattr(self, name)
            found = {key: (path.parent / getattr(section, key)).resolve() for key in keys}
            missing.extend(
                Remark(_NO_FILE, path=path, key=f"{name}.{key}", file=file)
                for key, file in found.items()
                if not file.is_file()
            )
            sections[name] = section.model_copy(
                update={key: str(file) for key, file in found.items()}
            )
        rule_files = {name: (path.parent / name).resolve() for name in self.standards.files}
        missing.extend(
            Remark(_NO_RULE_FILE, path=path, file=file)
            for file in rule_files.values()
            if not file.is_file()
        )
        use = tuple(str(rule_files.get(name, name)) for name in self.standards.use)
        sections["standards"] = self.standards.model_copy(update={"use": use})
        if missing:
            raise NotFoundError(*missing)
        return self.model_copy(update=sections)

    def files(self) -> dict[str, list[str]]:
        """Return the keys that name a file.

        Returns
        -------
        dict of str to list of str
            Section to keys, such as ``{"network": ["source"]}``.
        """
        return {
            "network": [
                "source",
                *(["profile"] if self.network.profile_file else []),
                *(["elevation"] if self.network.elevation_file else []),
                *(["corrections"] if self.network.corrections_file else []),
            ],
            "boundaries": ["source"],
            "facilities": [] if self.facilities.from_osm else ["source"],
            "demand": self.demand.files(),
            "siting": [
                key
                for key in ("candidates", "inside", "exclude_layer")
                if getattr(self.siting, key) is not None
            ],
        }
