"""``fetch``: a study folder made from OpenStreetMap, over the internet or from an extract."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from facility_coverage.errors import InputError
from facility_coverage.words import Remark
from facility_coverage_cli.folders import default_cache_folder
from facility_coverage_cli.isochrones import coverage_of
from facility_coverage_cli.options import Json, Overwrite, Quiet
from facility_coverage_cli.terminal import progress, say, say_json, say_warning

if TYPE_CHECKING:
    from facility_coverage.inputs.admin_areas import AdminArea
    from facility_coverage.inputs.overpass import Overpass
    from facility_coverage.inputs.region import RegionalExtract


def fetch(
    place: Annotated[
        str | None,
        typer.Argument(metavar="PLACE", help="Name of the district, such as 广州市天河区."),
    ] = None,
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the study.")],
    bbox: Annotated[
        str | None, typer.Option("--bbox", help="In place of a name: west,south,east,north.")
    ] = None,
    relation: Annotated[
        int | None, typer.Option("--relation", min=1, help="In place of a name: OSM relation.")
    ] = None,
    boundary: Annotated[
        Path | None, typer.Option("--boundary", help="In place of a name: layer of its outline.")
    ] = None,
    from_pbf: Annotated[
        Path | None,
        typer.Option("--from-pbf", help="Cut the study out of this OSM extract; no internet."),
    ] = None,
    admin_level: Annotated[
        int,
        typer.Option(
            "--admin-level", min=0, max=12, help="Of subdistricts; 0: the district is the only one."
        ),
    ] = 8,
    minutes: Annotated[str, typer.Option("--minutes", help="Walking minutes.")] = "5,10,15",
    facilities: Annotated[
        Literal["community", "all"],
        typer.Option(
            "--facilities", help="社区卫生服务中心/分中心/站 by name, or all health places."
        ),
    ] = "community",
    population: Annotated[
        Path | None, typer.Option("--population", help="Raster, table or layer of people.")
    ] = None,
    language: Annotated[
        Literal["en", "zh"], typer.Option("--language", help="In which the map opens.")
    ] = "zh",
    overpass: Annotated[
        str | None,
        typer.Option("--overpass", envvar="FACILITY_COVERAGE_OVERPASS", help="Overpass server."),
    ] = None,
    nominatim: Annotated[
        str | None,
        typer.Option("--nominatim", envvar="FACILITY_COVERAGE_NOMINATIM", help="Nominatim server."),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            envvar="FACILITY_COVERAGE_ALLOWED_HOSTS",
            help="A further server that may be asked; may be repeated.",
        ),
    ] = None,
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Folder where answers are kept.")
    ] = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make a study folder from OpenStreetMap.

    Streets, subdistricts and health places, ready to run once the population is there. A fetch
    that breaks off goes on where it stood when it is repeated.
    """
    from facility_coverage.files import atomic_folder
    from facility_coverage.outputs.fetched_study import Wish, write_fetched_study

    if sum(one is not None for one in (place, bbox, relation, boundary)) != 1:
        msg = "name one district: a place, or --bbox, --relation or --boundary"
        raise InputError(msg)
    times = tuple(coverage_of(minutes).minutes)
    wish = Wish(admin_level, times, facilities, population, language)
    _require_own_work(out, population, overwrite=overwrite)
    source = _source(from_pbf, overpass, nominatim, allow_host or [], cache)
    with progress(quiet=quiet) as advance, atomic_folder(out, overwrite=overwrite) as folder:
        advance("Looking for the district", 0.0)
        district = _district(source, bbox, boundary, place or relation or "")
        manifest = write_fetched_study(source, district, wish, folder, advance)
    _tell(out, manifest, quiet=quiet, json=json)


def _source(
    from_pbf: Path | None,
    overpass: str | None,
    nominatim: str | None,
    hosts: list[str],
    cache: Path | None,
) -> "Overpass | RegionalExtract":
    """Choose where OpenStreetMap is taken from."""
    from facility_coverage.inputs.endpoints import NOMINATIM_URL, OVERPASS_URL, Endpoints
    from facility_coverage.inputs.osm import require_file
    from facility_coverage.inputs.overpass import Overpass
    from facility_coverage.inputs.region import RegionalExtract

    if from_pbf is not None:
        require_file(from_pbf)
        return RegionalExtract(from_pbf)
    servers = Endpoints(overpass or OVERPASS_URL, nominatim or NOMINATIM_URL, frozenset(hosts))
    return Overpass(servers, (cache or default_cache_folder()) / "osm", _wait)


def _wait(seconds: float) -> None:
    """Wait before a server is asked again, and say so."""
    message = "the server does not answer now; it is asked again in {seconds:.0f} s"
    say_warning(Remark(message, seconds=seconds))
    time.sleep(seconds)


def _district(
    source: "Overpass | RegionalExtract", bbox: str | None, boundary: Path | None, asked: str | int
) -> "AdminArea":
    """Find the district that an option names."""
    from facility_coverage.inputs.admin_areas import AdminArea
    from facility_coverage.inputs.fetch_area import box_district, read_district

    if boundary is not None:
        return AdminArea("boundary", boundary.stem, "", read_district(boundary))
    if bbox is not None:
        return AdminArea("bbox", bbox, "", box_district(_four_numbers(bbox)))
    return source.district(asked)


def _four_numbers(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        msg = "--bbox {text}: not four numbers; write west,south,east,north as {example}"
        raise InputError(msg, text=text, example="113.3,23.1,113.4,23.2") from error
    return west, south, east, north


def _require_own_work(out: Path, population: Path | None, *, overwrite: bool) -> None:
    """Refuse to replace what a person has put into a fetched study since, before any work."""
    from facility_coverage.files import refuse_existing
    from facility_coverage.inputs.osm import require_file
    from facility_coverage.outputs.fetched_study import foreign_files

    if population is not None:
        require_file(population)
    refuse_existing(out, overwrite=overwrite)
    if out.is_dir() and any(out.iterdir()) and (changed := foreign_files(out)):
        msg = (
            "{path}: {changed} were added or changed by hand and would be lost; move them, or name "
            "another place"
        )
        raise InputError(msg, path=out, changed=", ".join(changed))


def _tell(out: Path, manifest: dict[str, Any], *, quiet: bool, json: bool) -> None:
    """Say what was written and what is missing."""
    from facility_coverage.outputs.study_text import NAMES

    if json:
        say_json({"path": str(out), **manifest})
        return
    if quiet:
        return
    say(Remark("{path}: {text}", path=out, text=manifest["district"]))
    for name, count in manifest["counts"].items():
        say(Remark("  {name}: {value}", name=NAMES[name], value=f"{count:,}"))
    say(f"  {manifest['licence']}")
    message = (
        "next: facility-coverage run {study} --out results"
        if manifest["complete"]
        else "next: OpenStreetMap knows no population; fill in {table}, or name a raster of people "
        "in {study}, then run it"
    )
    say(Remark(message, study=out / "study.toml", table=out / "population.csv"))
