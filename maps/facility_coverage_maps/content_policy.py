"""What a page may run and load: its own scripts by digest, and nothing from elsewhere."""

import base64
import hashlib
import re
from html.parser import HTMLParser

from facility_coverage.errors import SourceError
from facility_coverage.words import Remark

_STYLE_RESOURCE = re.compile(r"@import|url\(\s*(?!['\"]?(?:data:|#))")
_RESOURCE_ATTRIBUTES = {"action", "background", "data", "formaction", "poster", "src", "srcset"}


def policy(content: str, image_sources: str = "") -> str:
    """Return the policy under which a page opens with no internet and runs nothing foreign.

    Parameters
    ----------
    content
        The HTML of the page, without the policy.
    image_sources
        From where it may load images, in the words of a policy: the servers of a base map that
        the study asks for.

    Returns
    -------
    str
        The value of ``Content-Security-Policy``, with the digest of each script of the page.

    Raises
    ------
    SourceError
        The page would load something from elsewhere.
    """
    reader = _PageReader()
    reader.feed(content)
    reader.close()
    if reader.resources:
        msg = (
            "map page: it would load {resource} from elsewhere, and a map must open with no "
            "internet; write the resource into the page"
        )
        raise SourceError(msg, resource=reader.resources[0])
    digests = " ".join(f"'sha256-{_digest(script)}'" for script in reader.scripts)
    images = f"data: {image_sources}".strip()
    return (
        f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; img-src {images}; "
        f"base-uri 'none'; form-action 'none'"
    )


class _PageReader(HTMLParser):
    """Lists the scripts of a page and whatever it would load."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.resources: list[Remark | str] = []
        self._kind = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_data = tag == "script" and dict(attrs).get("type") == "application/json"
        self._kind = "" if is_data else tag
        self._text = []
        for name, value in attrs:
            loads = name in _RESOURCE_ATTRIBUTES or (name == "href" and tag not in {"a", "area"})
            if loads and not (value or "").startswith(("data:", "#")):
                self.resources.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        text = "".join(self._text)
        if tag == "script" and self._kind == "script":
            self.scripts.append(text)
        if tag == "style" and _STYLE_RESOURCE.search(text):
            self.resources.append(Remark("a resource of a style sheet"))


def _digest(script: str) -> str:
    """Return the SHA-256 of a script in base64."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
