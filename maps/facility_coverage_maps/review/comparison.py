"""All proposals of a study as one page: a map, a table that sorts, conflicts, the best plan."""

from pathlib import Path

from markupsafe import Markup

from facility_coverage.outputs.review import review_manifest, write_comparison, write_manifest
from facility_coverage.proposals.comparison import Comparison
from facility_coverage.proposals.layers import ComparisonLayers
from facility_coverage.siting.notes import STATUS_WORDS
from facility_coverage.study_file import Study
from facility_coverage.words import Language, say
from facility_coverage_maps.content_policy import policy
from facility_coverage_maps.review import picture
from facility_coverage_maps.review.page import LANGUAGES, rendered
from facility_coverage_maps.small_map import Area, Layer, Marks, around, small_map

_POLICY_MARK = "policy-of-this-page"
_WIDTH_PX, _HEIGHT_PX = 720.0, 480.0
MOST_CONFLICTS = 30


def write_comparison_folder(
    comparison: Comparison, layers: ComparisonLayers, study: Study, folder: Path
) -> None:
    """Write everything of a comparison.

    Parameters
    ----------
    comparison
        The proposals of a study.
    layers
        Where they stand.
    study
        What they were held against, with absolute paths.
    folder
        An existing folder; the caller makes it appear under its name when all is written.

    Raises
    ------
    SourceError
        The disk refused.
    """
    write_comparison(comparison, layers, folder)
    for language in LANGUAGES:
        page = comparison_html(comparison, layers, language)
        content = page.encode("utf-8", "backslashreplace")
        (folder / f"compare.{language}.html").write_bytes(content)
    write_manifest(review_manifest(comparison, study), folder)


def comparison_html(comparison: Comparison, layers: ComparisonLayers, language: Language) -> str:
    """Return a comparison as a page that loads nothing.

    Parameters
    ----------
    comparison
        The proposals of a study.
    layers
        Where they stand.
    language
        Of the page.

    Returns
    -------
    str
        HTML; a click on a heading sorts the table.
    """
    best = comparison.best
    page = rendered(
        "comparison.html.j2",
        language,
        policy=_POLICY_MARK,
        comparison=comparison,
        rows=sorted(comparison.proposals, key=lambda one: one.rank),
        conflicts=comparison.conflicts[:MOST_CONFLICTS],
        more_conflicts=len(comparison.conflicts) - MOST_CONFLICTS,
        status=say(STATUS_WORDS[best.status], language) if best else "",
        map=_map(layers, language),
        script=Markup((Path(__file__).parent / "sort.js").read_text("utf-8")),  # noqa: S704  (our own file)
    )
    return page.replace(_POLICY_MARK, policy(page), 1)


def _map(layers: ComparisonLayers, language: Language) -> Markup:
    """Draw the proposals by rank, and what they reach."""
    proposals = layers.proposals[~layers.proposals.geometry.is_empty]
    drawn: list[Layer] = [
        *(
            Area(shape, picture.GAINED_COLOUR, picture.GAINED_COLOUR, 0.5, opacity=0.15)
            for shape in layers.circles.geometry
        ),
        *(Area(shape, line="#5a6472", dashes="4 3") for shape in layers.units.geometry),
        Marks(layers.facilities.geometry.to_numpy(), "square", picture.FACILITY_COLOUR, 5.0),
    ]
    if len(proposals):
        worst_first = proposals.sort_values("rank", ascending=False)
        labels = tuple(str(rank) for rank in worst_first["rank"])
        points = worst_first.geometry.to_numpy()
        drawn.append(Marks(points, "disc", picture.PROPOSAL_COLOUR, 14.0, labels))
    title = say("Map: the proposals and what they reach", language)
    extent = around([*layers.circles.geometry, *(layers.units.geometry)], 0.02)
    return small_map(drawn, extent, title, language, width_px=_WIDTH_PX, height_px=_HEIGHT_PX)
