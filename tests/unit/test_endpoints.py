"""Which servers may be asked."""

import pytest

from facility_coverage.errors import InputError
from facility_coverage.inputs.endpoints import Endpoints, host_of


@pytest.mark.parametrize(
    "url",
    [
        "https://overpass-api.de/api",
        "http://127.0.0.1:8080/api",
        "http://[::1]:8080/api",
        "http://localhost/api",
        "https://localhost/api",
        "HTTPS://Overpass-API.de/api",
    ],
)
def test_known_servers_and_this_machine_may_be_asked(url: str) -> None:
    assert Endpoints(overpass_url=url).overpass_url == url


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://example.org/api", "example.org is not in the list"),
        ("https://overpass-api.de.example.org/api", "is not in the list"),
        ("https://overpass-api.de@example.org/api", "the host example.org is not in the list"),
        ("http://overpass-api.de/api", "only this machine is asked without encryption"),
        ("http://10.0.0.1/api", "only this machine is asked without encryption"),
        ("ftp://overpass-api.de/api", "no address of a server"),
        ("file:///etc/passwd", "no address of a server"),
        ("overpass-api.de", "no address of a server"),
        ("https://[::1", "no address of a server"),
        ("", "no address of a server"),
    ],
)
def test_no_other_server_is_asked(url: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        Endpoints(overpass_url=url)
    assert told in str(caught.value)
    with pytest.raises(InputError):
        Endpoints(nominatim_url=url)


def test_a_user_adds_a_server_by_its_host() -> None:
    url = "https://Overpass.Example.org/api"
    added = Endpoints(overpass_url=url, added_hosts=frozenset({"overpass.example.ORG"}))
    assert host_of(added.overpass_url) == "overpass.example.org"
