"""``network``: street networks, built once and kept in a file, and the profiles that shape them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from facility_coverage.words import Remark
from facility_coverage_cli.folders import refuse_target
from facility_coverage_cli.options import (
    Corrections,
    Elevation,
    Json,
    Overwrite,
    ProfileName,
    Quiet,
    SpeedKph,
    Year,
    checked_section,
)
from facility_coverage_cli.spoken import spoken
from facility_coverage_cli.terminal import say, say_json

if TYPE_CHECKING:
    from facility_coverage.network.profiles import Profile
    from facility_coverage.network.street_network import StreetNetwork

network = typer.Typer(help="Street networks, built once and kept in a file.", rich_markup_mode=None)


@network.callback()
def _root() -> None:
    """Street networks, built once and kept in a file."""


class Changes(NamedTuple):
    """What changes streets beside their profile; None where nothing does."""

    elevation: Path | None = None
    corrections: Path | None = None
    year: int | None = None


NO_CHANGES = Changes()

_FIGURES = {
    "nodes": Remark("nodes"),
    "edges": Remark("edges"),
    "length_km": Remark("length_km"),
    "components": Remark("components"),
    "island_length_share": Remark("island_length_share"),
    "crs": Remark("crs"),
    "profile": Remark("profile"),
    "mode": Remark("mode"),
    "direction": Remark("direction"),
    "speed_kph": Remark("speed_kph"),
    "off_street_speed_kph": Remark("off_street_speed_kph"),
    "elevation_sha256": Remark("elevation_sha256"),
    "filled_heights": Remark("filled_heights"),
    "raw_nodes": Remark("raw_nodes"),
    "raw_segments": Remark("raw_segments"),
    "torn_ways": Remark("torn_ways"),
}
"""Names of a network's figures."""


@network.command("build")
def build(
    source: Annotated[
        Path,
        typer.Argument(metavar="SOURCE", help="OSM file: .osm.pbf, .osm, .osm.gz; or .graphml."),
    ],
    out: Annotated[Path, typer.Option("--out", help="File to write: .npz, or .graphml for OSMnx.")],
    *,
    profile: ProfileName = None,
    speed_kph: SpeedKph = None,
    elevation: Elevation = None,
    corrections: Corrections = None,
    year: Year = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Read the streets of an OSM file that a profile may use and keep them as a network."""
    from facility_coverage.crs import require_true_lengths
    from facility_coverage.network.exchange import write_graphml

    refuse_target(out, (".npz", ".graphml"), overwrite=overwrite)
    changes = Changes(elevation, corrections, year)
    streets = open_network(source, profile, speed_kph, changes=changes, cache=None)
    require_true_lengths(streets.crs, streets.corners_xy, str(source))
    if out.suffix.lower() == ".graphml":
        write_graphml(streets, out)
    else:
        streets.save(out)
    figures = streets.summary()
    if json:
        say_json({"path": str(out), **figures})
    elif not quiet:
        say(str(out))
        figures["speed_kph"] = _speed(streets.profile)
        figures.pop("corrections", None)
        for name, value in figures.items():
            if value is not None:
                shown = f"{value:,}" if isinstance(value, int | float) else value
                say(Remark("  {name}: {value}", name=_FIGURES.get(name, name), value=shown))
        for row in () if streets.corrections is None else streets.corrections.outcomes:
            what = f"{row.kind} {row.name}" if row.name else row.kind
            say(Remark("  row {row} ({what}): {told}", row=row.row, what=what, told=row))


@network.command("profiles")
def profiles(
    *,
    language: Annotated[
        Literal["en", "zh"] | None,
        typer.Option("--language", help="Of the sources; by default that of messages."),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """List the profiles that come with the program, each with its source."""
    from facility_coverage.network.profiles import SHIPPED, shipped_profile
    from facility_coverage.words import say as in_words

    shipped = [shipped_profile(name) for name in SHIPPED]
    if json:
        say_json([profile.model_dump(mode="json") for profile in shipped])
    language = language or spoken()
    for profile in () if json or quiet else shipped:
        towards = in_words(
            "to the facility" if profile.direction == "to" else "from the facility", language
        )
        say(f"{profile.name:<12}{f'{_speed(profile)} km/h':<18}{towards}")
        say(f"  {in_words(profile.source, language)}")


def _speed(profile: "Profile") -> str:
    """Say how fast a profile is: one speed, or the least and the most."""
    if isinstance(profile.speed_kph, dict):
        speeds = profile.speed_kph.values()
        return f"{min(speeds):g}–{max(speeds):g}"
    return f"{profile.speed_kph:g}"


def open_network(
    source: Path,
    profile: str | None,
    speed_kph: float | None,
    *,
    changes: Changes = NO_CHANGES,
    cache: Path | None,
) -> "StreetNetwork":
    """Open a street network from an OSM file or a saved network.

    Parameters
    ----------
    source
        An OSM file, or an ``.npz`` that ``network build`` wrote.
    profile
        Name of a shipped profile or path of a profile file; None takes that of a saved network,
        else ``walk``.
    speed_kph
        In place of the profile's speed.
    changes
        Slopes and corrections.
    cache
        Folder for built networks; None keeps none.

    Returns
    -------
    StreetNetwork
        The network.
    """
    from facility_coverage.network.cache import street_network
    from facility_coverage.network.profiles import chosen_profile
    from facility_coverage.network.street_network import StreetNetwork
    from facility_coverage.study_file import NetworkSection

    asked = {"profile": profile, "speed_kph": speed_kph, **changes._asdict()}
    given = {key: value for key, value in asked.items() if value is not None}
    if not given and source.suffix == ".npz":
        return StreetNetwork.load(source)
    options = " ".join(
        f"--{key.replace('_', '-')} {f'{value:g}' if isinstance(value, float) else value}"
        for key, value in given.items()
    )
    texts = {key: str(value) for key, value in given.items() if isinstance(value, Path)}
    section = checked_section(options, NetworkSection, {"source": "-", **given, **texts})
    return street_network(
        source,
        chosen_profile(section),
        elevation=section.elevation_file,
        corrections=section.corrections_file,
        year=section.year,
        cache_folder=cache,
    )
