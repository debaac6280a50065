"""The two maps of a review sheet: today, and with the proposal, with what it gains and loses."""

from collections.abc import Sequence

import numpy as np
import shapely
from markupsafe import Markup

from facility_coverage.proposals.layers import ReviewLayers
from facility_coverage.words import Language, say
from facility_coverage_maps.small_map import (
    Area,
    Extent,
    Layer,
    Lines,
    Marks,
    Symbol,
    around,
    small_map,
)

TODAY_COLOUR = "#9fb8d6"
GAINED_COLOUR = "#542788"
LOST_COLOUR = "#b35806"
PROPOSAL_COLOUR = "#a3081f"
OTHER_COLOUR = "#e69f00"
FACILITY_COLOUR = "#0b3c8c"
NEARBY_COLOUR = "#00695c"
"""Gained and lost differ for people who see no red or green too, as do the symbols."""

_AROUND_M = 450.0
"""What is shown at least around what opens and closes."""
_WIDTH_PX, _HEIGHT_PX = 360.0, 190.0

NAMES = ("map_before", "map_after")


def pictures(layers: ReviewLayers, target: str, language: Language) -> dict[str, Markup]:
    """Draw the maps of a review.

    Parameters
    ----------
    layers
        Where it plays.
    target
        Label of the threshold whose circles are drawn.
    language
        Of scale bars and titles.

    Returns
    -------
    dict of str to Markup
        ``NAMES`` to ``svg`` elements; equal layers give equal text.
    """
    circles = layers.circles[layers.circles["threshold"] == target].set_index("state").geometry
    extent = _extent(layers, [circles["gained"], circles["lost"]])
    ground: list[Layer] = [
        Area(circles["before"], TODAY_COLOUR, "none", opacity=0.55),
        Lines(layers.streets, "#8a96a3", 0.45),
        *(Area(shape, line="#5a6472", dashes="4 3") for shape in layers.units.geometry),
    ]
    changes: list[Layer] = [
        Area(circles["gained"], GAINED_COLOUR, GAINED_COLOUR, 0.8, opacity=0.5),
        Area(circles["lost"], LOST_COLOUR, LOST_COLOUR, 0.8, opacity=0.5),
        *(Area(shape, line=PROPOSAL_COLOUR, line_px=1.4) for shape in layers.parcels.geometry),
    ]
    before = [*ground, _marks(layers, "existing"), _marks(layers, "closes")]
    after = [
        *ground[:1], *changes, *ground[1:], _marks(layers, "existing"), _marks(layers, "closes"),
        _marks(layers, "other"), _marks(layers, "nearby"), _marks(layers, "proposal"),
    ]  # fmt: skip
    titles = ("Map: what is covered today", "Map: what the proposal gains and loses")
    return {
        name: small_map(
            drawn,
            extent,
            say(title, language),
            language,
            width_px=_WIDTH_PX,
            height_px=_HEIGHT_PX,
        )
        for name, title, drawn in zip(NAMES, titles, (before, after), strict=True)
    }


def _extent(layers: ReviewLayers, changed: Sequence[shapely.Geometry]) -> Extent:
    """Return the box of what changes, and of the ground around what opens and closes."""
    own = layers.places["role"].isin(["proposal", "closes"])
    ground = shapely.buffer(layers.places.geometry[own].to_numpy(), _AROUND_M)
    shapes = [*ground, *changed, *layers.parcels.geometry]
    return around([shape for shape in shapes if not shape.is_empty])


def _marks(layers: ReviewLayers, role: str) -> Marks:
    """Return the places of one role with their symbol."""
    own = layers.places[layers.places["role"] == role]
    points = np.asarray(own.geometry.to_numpy(), dtype=object)
    if role == "nearby":
        return Marks(points, "disc", NEARBY_COLOUR, 11.0, tuple(str(rank) for rank in own["rank"]))
    symbol, colour, size_px = _LOOKS[role]
    return Marks(points, symbol, colour, size_px)


_LOOKS: dict[str, tuple[Symbol, str, float]] = {
    "proposal": ("triangle", PROPOSAL_COLOUR, 13.0),
    "other": ("triangle", OTHER_COLOUR, 9.0),
    "closes": ("diamond", LOST_COLOUR, 11.0),
    "existing": ("square", FACILITY_COLOUR, 7.0),
}
