"""Networks that were built before, found again by the content of their source."""

import hashlib
import json
from pathlib import Path

from facility_coverage import __version__
from facility_coverage.errors import InputError, SourceError
from facility_coverage.files import sha256_of
from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import Profile
from facility_coverage.network.street_network import FORMAT, StreetNetwork


def street_network(
    source: Path, profile: Profile, *, crs: str | None = None, cache_folder: Path | None = None
) -> StreetNetwork:
    """Return the network of a source, from the cache where it was built before.

    Parameters
    ----------
    source
        An OSM file, or an ``.npz`` that ``network build`` wrote.
    profile
        Who moves on it.
    crs
        The metric CRS; by default chosen from the middle of the streets.
    cache_folder
        Where built networks are kept; None builds anew. A file there that cannot be read is
        built again.

    Returns
    -------
    StreetNetwork
        The network.

    Raises
    ------
    NotFoundError, InputError, CrsError
        The source cannot be used, or a saved network is of another profile or CRS.
    """
    if source.suffix == ".npz":
        return _saved(source, profile, crs)
    if cache_folder is None or not source.is_file():
        return read_network(source, profile, crs=crs)
    path = cache_folder / f"{_key(source, profile, crs)}.npz"
    if path.is_file():
        try:
            return StreetNetwork.load(path)
        except InputError:
            path.unlink(missing_ok=True)
    network = read_network(source, profile, crs=crs)
    try:
        cache_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{cache_folder}: no folder for networks can be made there; name another (--cache)"
        raise SourceError(msg) from error
    network.save(path)
    return network


def _saved(source: Path, profile: Profile, crs: str | None) -> StreetNetwork:
    network = StreetNetwork.load(source)
    if network.profile != profile:
        msg = (
            f"{source}: built for {network.profile}, the study asks for {profile}; build it again "
            f"or name the OSM file itself"
        )
        raise InputError(msg)
    if crs is not None and network.crs != crs:
        msg = f"{source}: built in {network.crs}, the study asks for {crs}; leave [study] crs out"
        raise InputError(msg)
    return network


def _key(source: Path, profile: Profile, crs: str | None) -> str:
    """Return the name under which a network is kept: everything that shapes it, hashed."""
    parts = [sha256_of(source), profile.name, profile.speed_kph, crs, FORMAT, __version__]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
