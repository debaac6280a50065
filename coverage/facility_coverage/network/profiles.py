"""Who moves, on which ways and how fast: a profile, read from a file in TOML."""

from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.network.speed_limits import MAX_LIMIT_KPH, limit_kph
from facility_coverage.network.way_rules import Mode, Tags, directions, may_use
from facility_coverage.study_file import NetworkSection
from facility_coverage.toml_file import read_toml
from facility_coverage.units import DEFAULT_WALK_SPEED_KPH, metres_per_second
from facility_coverage.words import Remark

SHIPPED = ("walk", "older", "wheelchair", "bicycle", "car")
_FOLDER = Path(__file__).with_name("shipped_profiles")

Text = Annotated[str, Field(min_length=1, max_length=1000)]
Speed = Annotated[float, Field(gt=0, le=MAX_LIMIT_KPH, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]

CLOSED = (0.0, 0.0)


def _kind_of_speed(value: object) -> str:
    """Tell a table of speeds from a single one, so that a fault is told of the one meant."""
    return "by class" if isinstance(value, dict) else "everywhere"


SpeedOrSpeeds = Annotated[
    Annotated[Speed, Tag("everywhere")] | Annotated[dict[Text, Speed], Tag("by class")],
    Discriminator(_kind_of_speed),
]


class Profile(BaseModel):
    """A way of moving: the content of a profile file. Frozen and hashable."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Text
    mode: Mode
    """Whose signs are read: permissions and one-way streets."""
    source: Text
    """Where its figures come from, in one sentence."""
    direction: Literal["to", "from"] = "to"
    """Whether people go to the facility, or help comes from it."""
    speed_kph: SpeedOrSpeeds
    """One speed everywhere, or a speed by class of street (``highway``): other classes are
    closed then."""
    off_street_speed_kph: Speed | None = None
    """On the leg between a place and its street; by default the one speed."""
    step_free: bool = False
    """Leave out steps, and ways with the tag ``wheelchair=no``."""
    only_with_permission: list[Text] = []
    """Classes that are closed unless a tag of access opens them."""
    maxspeed_kph: dict[Text, Speed] | None = None
    """Given, the tag ``maxspeed`` goes before ``speed_kph``; limits that are said in words."""
    node_delay_s: dict[Text, Seconds] = {}
    """Seconds at a node by its tag ``highway``, such as ``traffic_signals`` or ``crossing``."""
    junction_delay_s: dict[Text, Seconds] = {}
    """Seconds at a node where more than two segments meet, by class of the streets there."""
    slope: Literal["tobler"] | None = None
    """How slopes change its speed where a study names an elevation model."""

    @model_validator(mode="after")
    def _says_the_speed_off_streets(self) -> Self:
        if isinstance(self.speed_kph, dict):
            if not self.speed_kph:
                msg = "speed_kph names no class; give one speed, or a speed by class"
                raise InputError(msg)
            if self.off_street_speed_kph is None:
                msg = "off_street_speed_kph is needed beside speeds by class; add it"
                raise InputError(msg)
        return self

    def __hash__(self) -> int:
        """Return a hash of the whole content: pydantic's own fails on tables."""
        return hash(self.model_dump_json())

    @property
    def off_street_speed_m_per_s(self) -> float:
        """Return the speed off the streets, in metres per second."""
        if self.off_street_speed_kph is not None:
            return metres_per_second(self.off_street_speed_kph)
        assert isinstance(self.speed_kph, float)  # noqa: S101  (validated)
        return metres_per_second(self.speed_kph)

    @property
    def has_delays(self) -> bool:
        """Tell whether it waits anywhere."""
        return any((*self.node_delay_s.values(), *self.junction_delay_s.values()))

    def with_speed(self, speed_kph: float) -> Self:
        """Return the profile at another speed.

        Parameters
        ----------
        speed_kph
            Speed in kilometres per hour.

        Returns
        -------
        Profile
            A copy.

        Raises
        ------
        InputError
            It has a speed by class.
        """
        if isinstance(self.speed_kph, dict):
            msg = (
                "profile {profile} has a speed by class, so speed_kph = {speed_kph:g} says "
                "nothing; write a profile file of your own"
            )
            raise InputError(msg, profile=self.name, speed_kph=speed_kph)
        return self.model_copy(update={"speed_kph": speed_kph})

    def speeds_kph(self, tags: Tags) -> tuple[float, float]:
        """Return how fast a way may be used.

        Parameters
        ----------
        tags
            The way's OSM tags; ``highway`` is one of them.

        Returns
        -------
        tuple of float
            Along the way as drawn and against it, km/h; 0 where it may not be used.
        """
        speed = self.speed_kph
        if isinstance(speed, dict):
            speed = speed.get(tags["highway"], 0.0)
        if not speed or not may_use(self.mode, tags, self._only_with_permission):
            return CLOSED
        if self.step_free and (tags["highway"] == "steps" or tags.get("wheelchair") == "no"):
            return CLOSED
        along, against = directions(self.mode, tags)
        if self.maxspeed_kph is None:
            return (speed if along else 0.0, speed if against else 0.0)
        both = tags.get("maxspeed", "")
        there = limit_kph(tags.get("maxspeed:forward", both), self.maxspeed_kph) or speed
        back = limit_kph(tags.get("maxspeed:backward", both), self.maxspeed_kph) or speed
        return (there if along else 0.0, back if against else 0.0)

    @cached_property
    def _only_with_permission(self) -> frozenset[str]:
        return frozenset(self.only_with_permission)


@cache
def shipped_profile(name: str) -> Profile:
    """Return a profile that comes with the program.

    Parameters
    ----------
    name
        One of ``SHIPPED``.

    Returns
    -------
    Profile
        The profile.

    Raises
    ------
    NotFoundError
        There is none of this name.
    """
    if name not in SHIPPED:
        msg = (
            "there is no profile {name!r}; choose one of {shipped}, or name a profile file that "
            "ends in .toml"
        )
        raise NotFoundError(msg, name=name, shipped=", ".join(SHIPPED))
    return load_profile(_FOLDER / f"{name}.toml")


def load_profile(path: Path) -> Profile:
    """Read a profile file.

    Parameters
    ----------
    path
        A file in TOML; its keys are the attributes of ``Profile``.

    Returns
    -------
    Profile
        The profile.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is not TOML, or breaks the contract; the message has a line for each fault.
    """
    absent = Remark("there is no such profile file; correct the path of the profile")
    return read_toml(path, Profile, absent=absent)


def chosen_profile(section: NetworkSection) -> Profile:
    """Return the profile that a study's ``[network]`` asks for.

    Parameters
    ----------
    section
        ``profile`` names a shipped one or a file; ``speed_kph`` and ``direction`` may replace
        what it says.

    Returns
    -------
    Profile
        The profile.

    Raises
    ------
    NotFoundError
        There is no such profile.
    InputError
        Its file breaks the contract, or it has no single speed that could be replaced.
    """
    file = section.profile_file
    profile = shipped_profile(section.profile) if file is None else load_profile(file)
    if section.direction is not None:
        profile = profile.model_copy(update={"direction": section.direction})
    return profile if section.speed_kph is None else profile.with_speed(section.speed_kph)


def walk(speed_kph: float = DEFAULT_WALK_SPEED_KPH) -> Profile:
    """Return the walking profile of definition D0.

    Parameters
    ----------
    speed_kph
        Kilometres per hour; by default 4.0, which is 1000 m in 15 minutes (天宁区).

    Returns
    -------
    Profile
        The profile.
    """
    return shipped_profile("walk").with_speed(speed_kph)
