"""The small maps of a report: the whole district, and each subdistrict with its streets."""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.facility_words import CENTRE, GOVERNMENT, STATION
from facility_coverage.result import OUTSIDE_UNIT_ID, StudyResult
from facility_coverage.words import Language
from facility_coverage_maps.small_map import (
    Area,
    Extent,
    Layer,
    Lines,
    Marks,
    Symbol,
    around,
    data_url,
    small_map,
)
from facility_coverage_maps.theme import (
    GAP_COLOUR,
    band_colours,
    share_colour,
)

FACILITY_COLOUR, OTHER_COLOUR, SITE_COLOUR = "#0b3c8c", "#55626f", "#a3081f"
BEYOND_COLOUR = "#9aa5b1"
SYMBOLS: dict[str, Symbol] = {CENTRE: "square", STATION: "disc"}
OTHER_SYMBOL: Symbol = "diamond"

_STREET_TOLERANCE_M = 2.0
_STREET_PX, _BEYOND_PX = (1.1, 2.5), (0.6, 7.0)
"""Width of streets on a map, and how long they must be to be drawn."""
_NAMED_UNITS = 40
"""A district with more subdistricts is drawn without their names."""


@dataclass(frozen=True)
class Picture:
    """A map in a report.

    Attributes
    ----------
    data_url
        Address of its ``img`` element.
    text
        What it shows, in words.
    """

    data_url: str
    text: str


@dataclass(frozen=True)
class Drawing:
    """What maps of one study share; streets are joined and thinned once.

    Attributes
    ----------
    result
        The study's result.
    language
        Of scale bars.
    say
        Turns a message into words.
    units
        The subdistricts, without the row outside.
    streets
        Band and lines: of each band, joined pieces and where they lie.
    """

    result: StudyResult
    language: Language
    say: Callable[..., str]
    units: gpd.GeoDataFrame
    streets: tuple[tuple[str, shapely.STRtree], ...]

    @classmethod
    def of(cls, result: StudyResult, language: Language, say: Callable[..., str]) -> "Drawing":
        """Prepare the maps of a result.

        Parameters
        ----------
        result, language, say
            As above.

        Returns
        -------
        Drawing
            What ``district`` and ``subdistrict`` draw from.
        """
        inside = result.units["unit_id"] != OUTSIDE_UNIT_ID
        bands = [t.label for t in result.thresholds if t.kind == result.target.kind] + ["beyond"]
        return cls(
            result,
            language,
            say,
            result.units[inside],
            tuple((band, shapely.STRtree(_joined(result.streets, band))) for band in bands),
        )

    def colours(self) -> dict[str, str]:
        """Return the colour of each band of streets.

        Returns
        -------
        dict of str to str
            Label of the band to colour, nearest first, ``beyond`` last.
        """
        bands = [band for band, _ in self.streets[:-1]]
        return dict(zip(bands, band_colours(len(bands)), strict=True)) | {"beyond": BEYOND_COLOUR}

    def district(self) -> Picture:
        """Draw the covered share of every subdistrict, facilities and suggested sites.

        Returns
        -------
        Picture
            The map.
        """
        column = f"covered_share_{self.result.target.label}"
        named = len(self.units) <= _NAMED_UNITS
        layers: list[Layer] = [
            Area(
                shape, share_colour(share, self.result.study.coverage.target_share), "#ffffff",
                label=name if named else "",
            )
            for shape, share, name in zip(
                self.units.geometry, self.units[column], self.units["unit_name"], strict=True
            )
        ]  # fmt: skip
        layers += [*self._facilities(5.0), *self._sites()]
        title = self.say("Map of the district: covered share, facilities and suggested sites")
        extent = around(self.units.geometry.to_list(), 0.02)
        return self._picture(layers, extent, title, height_px=345.0)

    def subdistrict(self, unit_id: str, name: str) -> Picture:
        """Draw one subdistrict: its streets by time, gaps, facilities and suggested sites.

        Parameters
        ----------
        unit_id, name
            The subdistrict.

        Returns
        -------
        Picture
            The map.
        """
        own = self.units.loc[self.units["unit_id"] == unit_id, "geometry"].iloc[0]
        extent = around([own])
        near = self.units.geometry.intersects(shapely.box(*extent)) & (
            self.units["unit_id"] != unit_id
        )
        colour = self.colours()
        layers: list[Layer] = [
            Area(own, "#ffffff", "none"),
            *(Area(gap, GAP_COLOUR, "none", opacity=0.35) for gap in self._gaps(extent)),
            *(
                Lines(
                    lines.geometries[np.sort(lines.query(own, "intersects"))],
                    colour[band],
                    *(_BEYOND_PX if band == "beyond" else _STREET_PX),
                )
                for band, lines in reversed(self.streets)
            ),
            *(
                Area(shape, line="#7a8591", dashes="3 2", label=label)
                for shape, label in zip(
                    self.units.geometry[near], self.units["unit_name"][near], strict=True
                )
            ),
            Area(own, line="#14202e", line_px=1.8),
            *self._facilities(8.0),
            *self._sites(),
        ]  # fmt: skip
        title = self.say("Map of {name}: streets by time, gaps, facilities and suggested sites")
        return self._picture(layers, extent, title.format(name=name), height_px=360.0)

    def _picture(
        self, layers: list[Layer], extent: Extent, title: str, height_px: float
    ) -> Picture:
        """Draw a map as a picture of its own."""
        svg = small_map(layers, extent, title, self.language, width_px=400.0, height_px=height_px)
        return Picture(data_url(svg.encode()), title)

    def _gaps(self, extent: Extent) -> NDArray[np.object_]:
        """Return the gaps that may be seen."""
        gaps = self.result.gaps.geometry
        seen: NDArray[np.object_] = gaps.to_numpy()[
            np.sort(gaps.sindex.query(shapely.box(*extent)))
        ]
        return seen

    def _facilities(self, size_px: float) -> list[Layer]:
        """Return the facilities that count, government-run ones darker, by kind."""
        own = self.result.facilities
        own = own[own["status"] == "assessed"]
        public = own["ownership"] == GOVERNMENT
        symbol = own["kind"].map(lambda kind: SYMBOLS.get(kind, OTHER_SYMBOL))
        return [
            Marks(
                own.geometry[(symbol == form) & (public == is_public)].to_numpy(),
                form,
                FACILITY_COLOUR if is_public else OTHER_COLOUR,
                size_px,
            )
            for form in (OTHER_SYMBOL, *SYMBOLS.values())
            for is_public in (False, True)
        ]

    def _sites(self) -> list[Layer]:
        """Return the suggested sites with their ranks, the best on top."""
        sites = self.result.candidates.sort_values("rank", ascending=False)
        labels = tuple(str(rank) for rank in sites["rank"])
        return [Marks(sites.geometry.to_numpy(), "disc", SITE_COLOUR, 13.0, labels)]


def _joined(streets: gpd.GeoDataFrame, band: str) -> NDArray[np.object_]:
    """Return the pieces of a band, end to end where they meet, thinned."""
    pieces = streets.geometry[streets["band"] == band].to_numpy()
    if not len(pieces):
        return np.empty(0, dtype=object)
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(pieces)))
    thinned: NDArray[np.object_] = shapely.simplify(merged, _STREET_TOLERANCE_M)
    return thinned
