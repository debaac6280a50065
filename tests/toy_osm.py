"""Small OSM files, written by code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr


@dataclass(frozen=True)
class Way:
    """A way: its nodes, some of which the file may lack, and its tags."""

    nodes: list[int]
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Relation:
    """A relation of ways: role and id of each member, and its tags."""

    ways: list[tuple[str, int]]
    tags: dict[str, str]


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def _refs(kind: str, ids: Iterable[int]) -> str:
    return "".join(f'<{kind} ref="{number}"/>' for number in ids)


def write_osm(
    path: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Mapping[int, Way],
    *,
    node_tags: Mapping[int, dict[str, str]] | None = None,
    relations: Mapping[int, Relation] | None = None,
) -> Path:
    """Write nodes (longitude, latitude), ways in their order, and relations as OSM XML."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    for number, (lon, lat) in sorted(nodes.items()):
        tags = _tags((node_tags or {}).get(number, {}))
        lines.append(f'<node id="{number}" version="1" lon="{lon}" lat="{lat}">{tags}</node>')
    for number, way in ways.items():
        body = _refs("nd", way.nodes) + _tags(way.tags)
        lines.append(f'<way id="{number}" version="1">{body}</way>')
    for number, relation in sorted((relations or {}).items()):
        members = "".join(
            f'<member type="way" ref="{ref}" role="{role}"/>' for role, ref in relation.ways
        )
        body = members + _tags(relation.tags)
        lines.append(f'<relation id="{number}" version="1">{body}</relation>')
    lines.append("</osm>")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
