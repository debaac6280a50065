"""Base maps: only what a study asks for is admitted, and Tianditu only with its key."""

import pytest
from pydantic import ValidationError
from toy_result import toy_study

from facility_coverage.errors import InputError
from facility_coverage.study_file import MapSection
from facility_coverage_cli.run import carry_out, map_key
from facility_coverage_maps.basemap import TIANDITU_KEY, Basemap, tianditu_key

OWN = "https://tiles.example.cn:8443/a/{z}/{x}/{y}.png"


def basemap(name: str, key: str | None = None) -> Basemap:
    found = Basemap.of(MapSection(basemap=name, basemap_attribution="Ours"), key)
    assert found is not None
    return found


def test_by_default_there_is_none() -> None:
    assert Basemap.of(MapSection(), "key") is None


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("osm", "https://tile.openstreetmap.org"),
        ("gaode", "https://webrd01.is.autonavi.com"),
        (OWN, "https://tiles.example.cn:8443"),
        ("tiles/{z}/{x}/{y}.png", "'self' file:"),
    ],
)
def test_the_policy_admits_that_server_and_no_other(name: str, sources: str) -> None:
    assert basemap(name).image_sources == sources


def test_only_gaode_is_shifted() -> None:
    shifted = {name: basemap(name, "k").gcj02 for name in ("osm", "gaode", "tianditu", OWN)}
    assert [name for name, is_shifted in shifted.items() if is_shifted] == ["gaode"]


def test_an_own_server_is_named_as_the_study_names_it() -> None:
    assert basemap(OWN).data() == {
        "urls": (OWN,), "attribution": "Ours", "max_zoom": 19, "gcj02": False,
    }  # fmt: skip


def test_tianditu_has_names_above_its_map_and_needs_a_key() -> None:
    section = MapSection(basemap="tianditu")
    urls = basemap("tianditu", "abc123").urls
    assert ["LAYER=vec" in urls[0], "LAYER=cva" in urls[1]] == [True, True]
    assert all(url.endswith("&tk=abc123") for url in urls)
    assert Basemap.of(section, None) is None
    assert tianditu_key(section, {TIANDITU_KEY: "abc123"}) == "abc123"
    assert tianditu_key(MapSection(basemap="osm"), {}) is None
    for key in ("", "a b", "a&x=1", "密钥"):
        with pytest.raises(InputError, match="needs a key of letters and digits"):
            tianditu_key(section, {TIANDITU_KEY: key})


def test_the_command_line_asks_for_the_key_before_a_long_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = toy_study()
    assert map_key(study) is None
    study = study.model_copy(update={"map": MapSection(basemap="tianditu")})
    with pytest.raises(InputError, match=TIANDITU_KEY):
        carry_out(study, cache=None, quiet=True)  # none of its files exists
    monkeypatch.setenv(TIANDITU_KEY, "k1")
    assert map_key(study) == "k1"


@pytest.mark.parametrize(
    "name",
    [
        "bing",
        "https://tiles.example.cn/tile.png",
        "ftp://tiles.example.cn/{z}/{x}/{y}",
        "javascript:alert(1)//{z}{x}{y}",
        "//tiles.example.cn/{z}/{x}/{y}",
        "/tiles/{z}/{x}/{y}",
        "https://a.cn; script-src *;/{z}/{x}/{y}",
        "https://user:pass@a.cn/{z}/{x}/{y}",
    ],
)
def test_what_is_no_address_of_tiles_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="basemap is one of tianditu, gaode, osm, or an"):
        MapSection(basemap=name)
