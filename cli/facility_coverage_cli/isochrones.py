"""``isochrones``: one polygon per facility and band."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from facility_coverage.errors import InputError
from facility_coverage.words import Remark
from facility_coverage_cli.folders import cache_folder, refuse_target
from facility_coverage_cli.network import Changes, open_network
from facility_coverage_cli.options import (
    Cache,
    Elevation,
    Json,
    Overwrite,
    ProfileName,
    Quiet,
    SpeedKph,
    checked_section,
)
from facility_coverage_cli.terminal import progress, say, say_json, say_warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geopandas import GeoDataFrame

    from facility_coverage.study_file import CoverageSection, FacilitiesSection
    from facility_coverage.words import Told

ENDINGS = (".geojson", ".gpkg", ".fgb")

NetworkFile = Annotated[
    Path, typer.Option("--network", help="OSM file, .npz of 'network build', or .graphml of OSMnx.")
]
Register = Annotated[
    Path, typer.Option("--facilities", help="Register of facilities: csv, xlsx, geojson, gpkg.")
]
Minutes = Annotated[str, typer.Option("--minutes", help="Walking minutes, such as 5,10,15.")]
Method = Annotated[
    Literal["exact", "streets"],
    typer.Option("--method", help="The area itself, or reached streets with a margin of 25 m."),
]
Target = Annotated[
    Path, typer.Option("--out", help=f"File to write, ending in {', '.join(ENDINGS)}.")
]


def isochrones(
    network: NetworkFile,
    facilities: Register,
    minutes: Minutes,
    out: Target,
    *,
    method: Method = "exact",
    profile: ProfileName = None,
    speed_kph: SpeedKph = None,
    elevation: Elevation = None,
    cache: Cache = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Draw one polygon per facility and band.

    Columns: facility_id, threshold_s, area_m2, access_s (walk from the facility to its street),
    method and its cell_size_m or street_buffer_m.
    """
    from facility_coverage.outputs.layers import write_layer
    from facility_coverage.study import facility_isochrones
    from facility_coverage.study_file import FacilitiesSection
    from facility_coverage.travel.circles import Drawing

    refuse_target(out, ENDINGS, overwrite=overwrite)
    coverage = coverage_of(minutes, method)
    register = FacilitiesSection.model_construct(source=str(facilities.resolve()))
    with progress(quiet=quiet) as advance:
        advance("Reading streets", 0.0)
        streets = open_network(
            network, profile, speed_kph, changes=Changes(elevation), cache=cache_folder(cache)
        )
        advance("Drawing isochrones", 0.5)
        layer = facility_isochrones(
            streets,
            register,
            coverage.thresholds,
            off_street_limit_m=coverage.off_street_limit_m,
            drawing=Drawing.of(coverage),
        )
        write_layer(layer.drop(columns=["scope", "threshold_m"]), out)
    for facility, reason in _left_out(register, streets.crs, layer, coverage):
        message = "{path}: {facility} is left out: {reason}"
        say_warning(Remark(message, path=facilities, facility=facility, reason=reason))
    count = layer["facility_id"].nunique()
    if json:
        say_json({"path": str(out), "facilities": count, "polygons": len(layer)})
    elif not quiet:
        message = "{path}: {polygons} polygons of {facilities} facilities"
        say(Remark(message, path=out, polygons=len(layer), facilities=count))


def _left_out(
    register: "FacilitiesSection",
    crs: str,
    layer: "GeoDataFrame",
    coverage: "CoverageSection",
) -> "Iterator[tuple[str, Told]]":
    """Yield each facility of the register that has no polygon, and why."""
    from facility_coverage.inputs.facilities import read_facilities

    table = read_facilities(register, crs, extract=None).table
    message = "no street within {limit_m:g} m; correct its position"
    far = Remark(message, limit_m=coverage.off_street_limit_m)
    lost = table[~table["facility_id"].isin(layer["facility_id"])]
    for facility, reason in zip(lost["facility_id"], lost["reason"], strict=True):
        yield facility, reason or far


def coverage_of(minutes: str, method: str = "exact") -> "CoverageSection":
    """Read ``5,10,15`` under the rules of a study file's ``[coverage]``.

    Parameters
    ----------
    minutes
        As it was typed.
    method
        How circles are drawn.

    Returns
    -------
    CoverageSection
        The section.

    Raises
    ------
    InputError
        It is no list of numbers, or one of them breaks the rules.
    """
    from facility_coverage.study_file import CoverageSection

    option = f"--minutes {minutes}"
    try:
        values = [float(part) for part in minutes.split(",")]
    except ValueError as error:
        msg = "{option}: not numbers; write them as 5,10,15"
        raise InputError(msg, option=option) from error
    return checked_section(option, CoverageSection, {"minutes": values, "method": method})
