"""The offline page: everything is inside, or it is refused; nothing passes through a template."""

import base64
import hashlib
import html
import re
from pathlib import Path

import folium
import pytest
from branca.element import CssLink, Element, JavascriptLink
from toy_result import HOSTILE

import facility_coverage_maps
from facility_coverage.errors import SourceError
from facility_coverage_maps.content_policy import policy
from facility_coverage_maps.offline_map import OfflineMap, Verbatim

VENDOR = Path(facility_coverage_maps.__file__).parent / "vendor"


def offline_map(title: str = "Toy") -> OfflineMap:
    return OfflineMap(title, "en")


def test_the_page_holds_leaflet_and_names_no_other_place() -> None:
    page = offline_map().figure.render()
    assert "Leaflet 1.9.4" in page
    assert "sourceMappingURL" not in page
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)


def test_a_plugin_without_vendored_copy_is_refused() -> None:
    page = offline_map()
    page.add_child(folium.RegularPolygonMarker([0.0, 0.0]))
    with pytest.raises(SourceError, match=r"dvf\.markers.* has no vendored copy"):
        page.figure.render()


@pytest.mark.parametrize("link", [JavascriptLink, CssLink])
def test_a_link_without_vendored_copy_is_refused(link: type[JavascriptLink | CssLink]) -> None:
    with pytest.raises(SourceError, match=r"https://example\.org/a has no vendored copy"):
        offline_map().figure.header.add_child(link("https://example.org/a"))


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="https://example.org/a.png">',
        '<script src="//example.org/a.js"></script>',
        '<link rel="stylesheet" href="http://example.org/a.css">',
        "<style>@import 'a.css';</style>",
        "<style>a { background: url( 'https://example.org/a.png') }</style>",
        '<iframe src="page.html"></iframe>',
        '<video poster="a.png"></video>',
    ],
)
def test_whatever_would_be_loaded_is_refused(markup: str) -> None:
    page = offline_map()
    page.figure.html.add_child(Verbatim(markup))
    with pytest.raises(SourceError, match="open with no internet"):
        page.figure.render()


def test_what_loads_nothing_is_admitted() -> None:
    policy('<a href="https://example.org">a</a><img src="data:,"><use href="#b"></use>')


@pytest.mark.parametrize("text", HOSTILE)
def test_a_title_stays_text(text: str) -> None:
    page = offline_map(text).figure.render()
    titles = re.findall(r"<title>(.*?)</title>", page, re.DOTALL)
    assert [html.unescape(title) for title in titles] == [text]


@pytest.mark.parametrize("text", HOSTILE)
def test_verbatim_text_passes_no_template(text: str) -> None:
    page = Element()
    page.add_child(Verbatim(text))
    assert text in page.render()


def test_the_policy_names_each_script_by_its_digest_and_no_data() -> None:
    code = base64.b64encode(hashlib.sha256(b" let a = 1 < 2; ").digest()).decode()
    data = '<script type="application/json">{"a":1}</script>'
    directives = policy(f"{data}<script> let a = 1 < 2; </script>{data}").split("; ")
    assert directives[0] == "default-src 'none'"
    assert directives[1] == f"script-src 'sha256-{code}'"


def test_vendored_files_are_those_that_the_readme_names() -> None:
    readme = next(VENDOR.glob("*/README.md"))
    listed = dict(re.findall(r"`([\w.]+)`[^|]*\| `([0-9a-f]{64})`", readme.read_text("utf-8")))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in readme.parent.iterdir()
        if path != readme
    }
    assert found == listed
