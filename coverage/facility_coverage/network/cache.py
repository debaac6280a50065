"""Networks that were built before, found again by the content of their source."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from facility_coverage import __version__
from facility_coverage.errors import InputError, SourceError
from facility_coverage.files import sha256_of
from facility_coverage.inputs.osm import require_file
from facility_coverage.network.build import read_network
from facility_coverage.network.exchange import is_ours, of_graph, read_graphml
from facility_coverage.network.profiles import Profile
from facility_coverage.network.street_network import FORMAT, StreetNetwork
from facility_coverage.words import Joined, Remark


def street_network(
    source: Path,
    profile: Profile,
    *,
    crs: str | None = None,
    elevation: Path | None = None,
    corrections: Path | None = None,
    year: int | None = None,
    cache_folder: Path | None = None,
) -> StreetNetwork:
    """Return the network of a source, from the cache where it was built before.

    Parameters
    ----------
    source
        An OSM file, an ``.npz`` that ``network build`` wrote, or a ``.graphml`` that OSMnx saved,
        of its own graphs or of ``to_networkx``.
    profile
        Who moves on it.
    crs
        The metric CRS; by default chosen from the middle of the streets.
    elevation
        An elevation model whose slopes change the speed; None leaves the streets flat.
    corrections
        A file of corrections that are put on the ways before anything else; None for none.
    year
        Up to which year they count.
    cache_folder
        Where built networks are kept; None builds anew. A file there that cannot be read is
        built again.

    Returns
    -------
    StreetNetwork
        The network, with the profile that was asked for: its name, source and direction shape
        no street.

    Raises
    ------
    NotFoundError, InputError, CrsError
        The source cannot be used, or a saved network is of another profile or CRS.
    """
    shaping = _Shaping(crs, elevation, corrections, year)
    for file in filter(None, (elevation, corrections)):
        require_file(file)
    if source.suffix == ".npz":
        return _agreeing(StreetNetwork.load(source), source, profile, shaping)
    if is_ours(source):
        return _agreeing(of_graph(read_graphml(source), str(source)), source, profile, shaping)
    if cache_folder is None or not source.is_file():
        return read_network(source, profile, **shaping._asdict())
    path = cache_folder / f"{_key(source, profile, shaping)}.npz"
    if path.is_file():
        try:
            return replace(StreetNetwork.load(path), profile=profile)
        except InputError:
            path.unlink(missing_ok=True)
    network = read_network(source, profile, **shaping._asdict())
    try:
        cache_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = "{folder}: no folder for networks can be made there; name another (--cache)"
        raise SourceError(msg, folder=cache_folder) from error
    network.save(path)
    return network


class _Shaping(NamedTuple):
    """What shapes a network beside its source and profile; see ``read_network``."""

    crs: str | None
    elevation: Path | None
    corrections: Path | None
    year: int | None


def _agreeing(
    network: StreetNetwork, source: Path, profile: Profile, shaping: _Shaping
) -> StreetNetwork:
    """Return a network that was built before; one that is not what was asked for is refused."""
    crs, elevation, corrections, year = shaping
    differences = _differences(network.profile, profile)
    if differences:
        msg = (
            "{source}: built for profile {profile} with {differences}; build it again or name the "
            "OSM file itself"
        )
        told = Joined.of(differences)
        raise InputError(msg, source=source, profile=network.profile.name, differences=told)
    if network.elevation != _digest(elevation):
        msg = (
            "{source}: built without slopes, the study asks for {asked}; build it again or name "
            "the OSM file itself"
            if network.elevation is None
            else "{source}: built with slopes, the study asks for {asked}; build it again or name "
            "the OSM file itself"
        )
        raise InputError(msg, source=source, asked=elevation or Remark("none"))
    own = network.corrections
    if (own and (own.sha256, own.year)) != (corrections and (sha256_of(corrections), year)):
        msg = (
            "{source}: built without corrections, the study asks for {asked}; build it again or "
            "name the OSM file itself"
            if own is None
            else "{source}: built with other corrections, the study asks for {asked}; build it "
            "again or name the OSM file itself"
        )
        raise InputError(msg, source=source, asked=corrections or Remark("none"))
    if crs is not None and network.crs != crs:
        msg = "{source}: built in {built}, the study asks for {asked}; leave [study] crs out"
        raise InputError(msg, source=source, built=network.crs, asked=crs)
    return replace(network, profile=profile)


def _differences(built: Profile, asked: Profile) -> list[Remark]:
    """Say in words how two profiles shape streets otherwise; of a table only that it differs."""
    there, here = _shape(built), _shape(asked)
    return [
        Remark("another {key}", key=key)
        if isinstance(there[key], dict | list) or isinstance(here[key], dict | list)
        else Remark(
            "{key} = {built} where {asked} is asked for",
            key=key,
            built=there[key],
            asked=here[key],
        )
        for key in there
        if there[key] != here[key]
    ]


def _shape(profile: Profile) -> dict[str, Any]:
    """Return what of a profile shapes a network: not its words, nor the way searches run."""
    return profile.model_dump(mode="json", exclude={"name", "source", "direction"})


def _key(source: Path, profile: Profile, shaping: _Shaping) -> str:
    """Return the name under which a network is kept: everything that shapes it, hashed."""
    crs, elevation, corrections, year = shaping
    digests = sha256_of(source), _digest(elevation)
    parts = [*digests, _shape(profile), crs, FORMAT, __version__]
    if corrections is not None:
        parts += [sha256_of(corrections), year]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _digest(elevation: Path | None) -> str | None:
    return None if elevation is None else sha256_of(elevation)
