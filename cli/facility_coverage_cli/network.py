"""``network``: street networks, built once and kept in a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facility_coverage.units import DEFAULT_WALK_SPEED_KPH
from facility_coverage_cli.folders import refuse_target
from facility_coverage_cli.options import Json, Overwrite, Quiet, SpeedKph, checked_section
from facility_coverage_cli.terminal import say, say_json

if TYPE_CHECKING:
    from facility_coverage.network.street_network import StreetNetwork

network = typer.Typer(help="Street networks, built once and kept in a file.", rich_markup_mode=None)


@network.callback()
def _root() -> None:
    """Street networks, built once and kept in a file."""


@network.command("build")
def build(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="OSM file: .osm.pbf, .osm or .osm.gz.")
    ],
    out: Annotated[Path, typer.Option("--out", help="File to write, ending in .npz.")],
    *,
    speed_kph: SpeedKph = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Read the walkable streets of an OSM file and keep them as a network."""
    refuse_target(out, (".npz",), overwrite=overwrite)
    streets = open_network(source, speed_kph, cache=None)
    streets.save(out)
    figures = streets.summary()
    if json:
        say_json({"path": str(out), **figures})
    elif not quiet:
        say(f"{out}")
        for name, value in figures.items():
            say(f"  {name}: {value:,}" if isinstance(value, int | float) else f"  {name}: {value}")


def open_network(source: Path, speed_kph: float | None, *, cache: Path | None) -> "StreetNetwork":
    """Open a street network from an OSM file or a saved network.

    Parameters
    ----------
    source
        An OSM file, or an ``.npz`` that ``network build`` wrote.
    speed_kph
        Walking speed; None takes that of a saved network, or the default.
    cache
        Folder for built networks; None keeps none.

    Returns
    -------
    StreetNetwork
        The network.
    """
    from facility_coverage.network.cache import street_network
    from facility_coverage.network.profiles import walk
    from facility_coverage.network.street_network import StreetNetwork
    from facility_coverage.study_file import NetworkSection

    if speed_kph is None and source.suffix == ".npz":
        return StreetNetwork.load(source)
    speed = DEFAULT_WALK_SPEED_KPH if speed_kph is None else speed_kph
    option = f"--speed-kph {speed:g}"
    section = checked_section(option, NetworkSection, {"source": "-", "speed_kph": speed})
    return street_network(source, walk(section.speed_kph), cache_folder=cache)
