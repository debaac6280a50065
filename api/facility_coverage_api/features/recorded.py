"""The proposals of a study as a layer of points, as the record has them now."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from fastapi import Request

from facility_coverage.crs import WGS84
from facility_coverage.proposals.workflow import Case
from facility_coverage_api.features.crs import served_crs, storage_uri
from facility_coverage_api.features.layers import Layer, Outline
from facility_coverage_api.features.memo import Memo
from facility_coverage_api.store.proposals import ProposalRegister

RECORDED = "recorded_proposals"
"""Name of the layer."""

MAX_LAYERS = 16
_TEXTS = ("id", "title", "proposer", "kind", "ownership")
_NUMBERS = ("floor_area_m2", "beds", "capacity", "cost", "opening_year")

Layers = Memo[tuple[str, str], Layer]


@dataclass(frozen=True, eq=False)
class RecordedProposals:
    """The proposals of a study.

    Attributes
    ----------
    study_id
        The study.
    versions
        Number and version of each, which change when anything of them does.
    register
        Holds them.
    layers
        Those that were made before, of every study.
    """

    study_id: str
    versions: Sequence[tuple[int, int]]
    register: ProposalRegister
    layers: Layers

    @property
    def digest(self) -> str:
        """Return a digest that changes when any of them does."""
        return hashlib.sha256(repr(list(self.versions)).encode()).hexdigest()

    def outlines(self) -> dict[str, Outline]:
        """Return what is known of the layer, also where nothing was proposed yet."""
        return {RECORDED: self.layer(RECORDED).outline}

    def layer(self, _name: str) -> Layer:
        """Return the layer.

        Parameters
        ----------
        _name
            There is one.

        Returns
        -------
        Layer
            Made once, until a proposal changes.
        """
        return self.layers.get((self.study_id, self.digest), self._made)

    def _made(self) -> Layer:
        cases = [
            case
            for case in self.register.page(study_id=self.study_id)
            if case.content["lonlat"] is not None
        ]
        frame = gpd.GeoDataFrame(
            pd.DataFrame([_row(case) for case in cases], columns=list(_COLUMNS)).astype(_COLUMNS),
            geometry=[shapely.Point(case.content["lonlat"]) for case in cases],
            crs=WGS84,
        )
        frame.index = pd.Index([case.number for case in cases], dtype="int64")
        west, south, east, north = map(float, frame.total_bounds)
        box = (west, south, east, north) if len(frame) else None
        outline = Outline("Point", served_crs(WGS84), storage_uri(WGS84), box)
        return Layer(frame, outline, {name: _JSON_TYPES[kind] for name, kind in _COLUMNS.items()})


def recorded_of(request: Request) -> Callable[[str], RecordedProposals]:
    """Return the proposals of every study of the service that a request came to.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    callable
        From the id of a study to its proposals, as they all stand at this moment.
    """
    state = request.app.state
    register: ProposalRegister = state.store.proposals
    versions = register.versions()

    def of(study_id: str) -> RecordedProposals:
        own = versions.get(study_id, ())
        return RecordedProposals(study_id, own, register, state.proposal_layers)

    return of


_COLUMNS = {
    "state": "string",
    "version": "int64",
    **dict.fromkeys(_TEXTS, "string"),
    **dict.fromkeys(_NUMBERS, "float64"),
    "proposed_by": "string",
    "updated": "string",
    "outdated": "bool",
}
_JSON_TYPES = {"string": "string", "int64": "integer", "float64": "number", "bool": "boolean"}


def _row(case: Case) -> dict[str, Any]:
    return {
        "state": case.state,
        "version": case.version,
        **{name: case.content[name] for name in (*_TEXTS, *_NUMBERS)},
        "proposed_by": case.proposed_by,
        "updated": case.updated,
        "outdated": case.is_outdated,
    }
