"""Asks Overpass and Nominatim, through OSMnx: the one module that reaches the internet.

OSMnx asks, waits for a free slot of the server and keeps each answer as JSON in a folder. Here an
answer is checked before it is kept, failures are tried again a bounded number of times, and what
was asked before is taken from the folder: a fetch that broke off goes on where it stood.
"""

import hashlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any

import shapely

from facility_coverage import __version__
from facility_coverage.errors import GeometryError, NotFoundError, SourceError
from facility_coverage.files import PROGRAM
from facility_coverage.inputs.admin_areas import AdminArea, of_level, read_admin_areas
from facility_coverage.inputs.doorman import LONGEST_PAUSE_S, Doorman, NotNowError
from facility_coverage.inputs.endpoints import Endpoints, host_of
from facility_coverage.inputs.raw_osm import (
    HEALTH_AMENITIES,
    RawOsm,
    data_time,
    raw_of_answers,
    streets_and_health_places,
    write_raw,
)
from facility_coverage.inputs.tables import POLYGONS
from facility_coverage.words import Remark

if TYPE_CHECKING:
    import geopandas as gpd

ATTEMPTS = 5
ATTEMPTS_TO_REACH = 2
"""Where there is no connection at all, as on most office machines."""
FIRST_PAUSE_S = 15.0
"""Before the second attempt; each further pause is twice as long."""
_TIMEOUT_S = 180
_STATUS_TIMEOUT_S = 30
_WHOLE = "whole"
"""Name of an empty file beside answers: nothing of this question is left to ask."""
_ONE_AT_A_TIME = Lock()
"""OSMnx has one set of settings for the whole process."""


@dataclass(frozen=True)
class Overpass:
    """A source of OpenStreetMap over the internet.

    Attributes
    ----------
    endpoints
        The servers.
    folder
        Where answers are kept.
    sleep
        Waits some seconds.
    """

    endpoints: Endpoints
    folder: Path
    sleep: Callable[[float], None] = time.sleep
    _answered: dict[Path, str] = field(default_factory=dict)
    """Answers used so far, and of when their data are."""

    @property
    def origin(self) -> dict[str, str]:
        """Return where its data are from and of when they are, for a manifest."""
        asked = [path.stat().st_mtime for path in self._answered]
        return {
            "overpass": self.endpoints.overpass_url,
            "nominatim": self.endpoints.nominatim_url,
            "asked": f"{datetime.fromtimestamp(min(asked), UTC):%Y-%m-%dT%H:%MZ}" if asked else "",
            "data_of": min((text for text in self._answered.values() if text), default=""),
        }

    def district(self, asked: str | int) -> AdminArea:
        """Ask Nominatim for a place.

        Parameters
        ----------
        asked
            A name such as ``广州市天河区``, or the id of a relation.

        Returns
        -------
        AdminArea
            The most important place of this name that has an outline.

        Raises
        ------
        NotFoundError
            There is none, or it has no outline.
        GeometryError
            Its outline is broken.
        SourceError
            The server does not answer.
        """
        import osmnx  # noqa: PLC0415  (a second of import that only a fetch needs)

        by_id = isinstance(asked, int)
        query = f"R{asked}" if by_id else str(asked)
        url = self.endpoints.nominatim_url

        def ask() -> "gpd.GeoDataFrame":
            return osmnx.geocode_to_gdf(query, by_osmid=by_id)

        try:
            found = self._ask("nominatim", query, url, ask).iloc[0]
        except (ValueError, TypeError, LookupError) as error:  # what OSMnx raises
            msg = (
                "{host}: knows no area {query!r}; write the name as OpenStreetMap has it, name its "
                "relation with --relation, or its outline with --boundary"
            )
            raise NotFoundError(msg, host=host_of(url), query=query) from error
        shape = found.geometry
        if shape.geom_type not in POLYGONS or not shape.is_valid:
            msg = "{host}: the outline of {query!r} is no area; name a layer in --boundary"
            raise GeometryError(msg, host=host_of(url), query=query)
        osm_id = f"{str(found['osm_type'])[:1]}{found['osm_id']}"
        return AdminArea(osm_id, str(found["display_name"]), "", shape)

    def admin_areas(self, area: shapely.Geometry, level: int) -> list[AdminArea]:
        """Ask Overpass for the administrative areas of a level that touch an area.

        Parameters
        ----------
        area
            Polygons in degrees.
        level
            The tag ``admin_level``.

        Returns
        -------
        list of AdminArea
            Sorted by id.

        Raises
        ------
        InputError, SourceError
            The server answers something else, or does not answer.
        """
        raw = self._features(area, {"admin_level": [str(level)]})
        with TemporaryDirectory(prefix="facility-coverage-") as folder:
            path = Path(folder) / "areas.osm.pbf"
            write_raw(raw, path)
            return read_admin_areas(path, of_level(level))

    def streets_and_health_places(self, area: shapely.Geometry) -> RawOsm:
        """Ask Overpass for the streets and health places that touch an area.

        Parameters
        ----------
        area
            Polygons in degrees.

        Returns
        -------
        RawOsm
            With all their tags.

        Raises
        ------
        InputError, SourceError
            The server answers something else, or does not answer.
        """
        import osmnx  # noqa: PLC0415

        def ask() -> None:
            with suppress(InterruptedError):  # the answers are kept, no graph is wanted
                osmnx.graph_from_polygon(area, custom_filter='["highway"]', retain_all=True)

        streets = self._answers("streets", area, ask)
        health = self._features(area, {"amenity": [*HEALTH_AMENITIES], "healthcare": True})
        return streets_and_health_places(_both(streets, health), area)

    def _features(self, area: shapely.Geometry, tags: dict[str, Any]) -> RawOsm:
        """Ask for everything with some tags that touches an area."""
        import osmnx  # noqa: PLC0415

        def ask() -> None:
            with suppress(InterruptedError):
                osmnx.features_from_polygon(area, tags)

        return self._answers(json.dumps(tags, sort_keys=True), area, ask)

    def _answers(self, question: str, area: shapely.Geometry, ask: Callable[[], None]) -> RawOsm:
        """Ask, and read the answers that are kept then."""
        url = self.endpoints.overpass_url
        asked = f"{question} {shapely.to_wkt(area)}"
        self._ask("overpass", asked, url, ask)
        answers = []
        for path in sorted(self._kept("overpass", asked, url).glob("*.json")):
            answers.append(json.loads(path.read_text(encoding="utf-8")))
            self._answered[path] = data_time(answers[-1])
        return raw_of_answers(answers, host_of(url))

    def _kept(self, service: str, question: str, url: str) -> Path:
        """Return the folder where the answers to one question are kept."""
        digest = hashlib.sha256(f"{url} {question}".encode()).hexdigest()
        return self.folder / f"{service}-{digest[:24]}"

    def _ask(self, service: str, question: str, url: str, ask: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Ask until the server answers, as often as is polite."""
        folder = _opened(self._kept(service, question, url))
        pause_s = FIRST_PAUSE_S
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with _osmnx_for(self.endpoints, folder):
                    if service == "overpass" and not (folder / _WHOLE).exists():
                        _require_status(url)
                    answer = ask()
                    (folder / _WHOLE).touch()
                    return answer
            except SourceError:
                raise
            except (NotNowError, OSError) as error:  # OSError: all that requests raises
                wait_s = max(pause_s, getattr(error, "pause_s", 0.0))
                if attempt == _attempts(error) or wait_s > LONGEST_PAUSE_S:
                    raise self._no_answer(url, error, attempt) from error
            self.sleep(wait_s)
            pause_s *= 2.0
        raise AssertionError  # pragma: no cover  (the last attempt returns or raises)

    def _no_answer(self, url: str, error: Exception, attempts: int) -> SourceError:
        """Return the error of a server that was asked often enough."""
        msg = (
            "{host}: {reason} (asked {attempts} times); repeat the command later, what has come is "
            "kept in {folder}; or cut the study out of an extract with --from-pbf"
        )
        host, reason = host_of(url), _reason(error)
        return SourceError(msg, host=host, reason=reason, attempts=attempts, folder=self.folder)


def _both(one: RawOsm, other: RawOsm) -> RawOsm:
    """Return two answers as one."""
    return RawOsm(
        one.place | other.place,
        one.node_tags | other.node_tags,
        one.ways | other.ways,
        one.relations | other.relations,
    )


def _opened(folder: Path) -> Path:
    """Make a folder for answers, less those that were being written when a program was killed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*.json"):
            try:
                json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                path.unlink()
                (folder / _WHOLE).unlink(missing_ok=True)
    except OSError as error:
        msg = "{folder}: answers cannot be kept there: {reason}; name another --cache"
        raise SourceError(msg, folder=folder, reason=error.strerror) from error
    return folder


@contextmanager
def _osmnx_for(endpoints: Endpoints, folder: Path) -> Iterator[None]:
    """Set OSMnx up for our servers, and leave it and the process as they were."""
    import osmnx  # noqa: PLC0415

    ours = {
        "cache_folder": folder,
        "use_cache": True,
        "cache_only_mode": True,  # answers are kept; no graph is built of them
        "doh_url_template": None,  # names are asked of nobody but the system
        "http_accept_language": "zh,en",
        "http_referer": PROGRAM,
        "http_user_agent": f"{PROGRAM}/{__version__} (OSMnx)",
        "nominatim_url": endpoints.nominatim_url,
        "overpass_rate_limit": True,
        "overpass_url": endpoints.overpass_url,
        "requests_kwargs": {"allow_redirects": False, "hooks": {"response": Doorman()}},
        "requests_timeout": _TIMEOUT_S,
    }
    with _ONE_AT_A_TIME:
        before = {name: getattr(osmnx.settings, name) for name in ours}
        resolve = socket.getaddrinfo  # OSMnx exchanges it to stay with one server
        try:
            for name, value in ours.items():
                setattr(osmnx.settings, name, value)
            yield
        finally:
            socket.getaddrinfo = resolve
            for name, value in before.items():
                setattr(osmnx.settings, name, value)


def _require_status(url: str) -> None:
    """Ask for a server's status at once: OSMnx would wait a minute where nobody answers."""
    import osmnx  # noqa: PLC0415
    import requests  # noqa: PLC0415

    requests.get(
        f"{url.rstrip('/')}/status",
        headers={"User-Agent": osmnx.settings.http_user_agent},
        timeout=_STATUS_TIMEOUT_S,
        **osmnx.settings.requests_kwargs,
    )


def _attempts(error: Exception) -> int:
    """Return how often to ask in all: a server that nobody reaches is not waited for long."""
    import requests  # noqa: PLC0415

    return ATTEMPTS_TO_REACH if isinstance(error, requests.ConnectionError) else ATTEMPTS


def _reason(error: Exception) -> Remark:
    """Say in a few words why there is no answer; what requests says fills many lines."""
    if isinstance(error, NotNowError):
        return error.reason
    return Remark("cannot be reached ({error})", error=type(error).__name__)
