"""Which servers the program may ask: those of OpenStreetMap, and those that the user adds."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from facility_coverage.errors import InputError

OVERPASS_URL = "https://overpass-api.de/api"
NOMINATIM_URL = "https://nominatim.openstreetmap.org"
KNOWN_HOSTS = frozenset({"overpass-api.de", "nominatim.openstreetmap.org"})


@dataclass(frozen=True)
class Endpoints:
    """The servers of one fetch; none but these are asked.

    Attributes
    ----------
    overpass_url, nominatim_url
        Where Overpass and Nominatim answer.
    added_hosts
        Hosts that the user allows beside ``KNOWN_HOSTS``; this machine itself is always allowed.
    """

    overpass_url: str = OVERPASS_URL
    nominatim_url: str = NOMINATIM_URL
    added_hosts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a server that nobody allowed, and one without encryption.

        Raises
        ------
        InputError
            An address is none, is not in the list, or is plain ``http`` beyond this machine.
        """
        for url in (self.overpass_url, self.nominatim_url):
            _require_allowed(url, self.added_hosts)


def host_of(url: str) -> str:
    """Return the host of an address.

    Parameters
    ----------
    url
        The address.

    Returns
    -------
    str
        In lower case; empty where it names none.
    """
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # such as an unclosed bracket
        return ""


def _require_allowed(url: str, added: frozenset[str]) -> None:
    host = host_of(url)
    scheme = url.partition("://")[0].lower()
    if not host or scheme not in {"http", "https"}:
        msg = "{url}: no address of a server; write one like {example}"
        raise InputError(msg, url=url, example=OVERPASS_URL)
    if _is_this_machine(host):
        return
    if scheme != "https":
        msg = "{url}: only this machine is asked without encryption; write https://"
        raise InputError(msg, url=url)
    if host not in KNOWN_HOSTS | {name.lower() for name in added}:
        msg = (
            "{url}: the host {host} is not in the list of servers that may be asked; add it with "
            "--allow-host {host}"
        )
        raise InputError(msg, url=url, host=host)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
