"""The synthetic streets as a real OpenStreetMap extract (.osm.pbf)."""

from pathlib import Path

import osmium
from osmium.osm import mutable

from facility_coverage.sample.plane import to_degrees
from facility_coverage.sample.streets import Streets

_FORMAT = "pbf,add_metadata=none,pbf_compression=none"
"""No versions and times, and no compression, whose bytes depend on the library at hand."""


def write_extract(path: Path, streets: Streets) -> None:
    """Write nodes and ways, numbered from 1, in order of their number.

    Parameters
    ----------
    path
        A file that does not exist yet.
    streets
        What to write.
    """
    header = osmium.io.Header()
    header.set("generator", "facility-coverage synthetic sample")
    header.set("sorting", "Type_then_ID")
    positions = to_degrees(streets.node_xy_m).tolist()
    with osmium.SimpleWriter(osmium.io.File(str(path), _FORMAT), header=header) as writer:
        for index, position in enumerate(positions):
            tags = dict(streets.node_tags.get(index, {}))
            writer.add_node(mutable.Node(id=index + 1, location=position, tags=tags))
        for number, (way, nodes) in enumerate(
            zip(streets.ways, streets.way_nodes, strict=True), start=1
        ):
            references = [index + 1 for index in nodes]
            writer.add_way(mutable.Way(id=number, nodes=references, tags=dict(way.tags)))
