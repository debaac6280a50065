"""A register of proposals: a sheet or layer, one row each; a bad row stops no other."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from facility_coverage.coordinates.systems import WGS84
from facility_coverage.crs import WGS84 as DEGREES
from facility_coverage.errors import InputError, NotFoundError, SchemaError
from facility_coverage.inputs.headings import plain_heading
from facility_coverage.inputs.tables import SHEETS, plain_text, read_layer, read_table
from facility_coverage.proposals.fields import proposal_of
from facility_coverage.proposals.proposal import Proposal
from facility_coverage.words import Joined, Told

_HEADINGS = {
    "编号": "id", "提案编号": "id", "项目编号": "id", "proposal_id": "id",
    "名称": "title", "项目名称": "title", "提案名称": "title", "name": "title",
    "申请人": "proposer", "申报单位": "proposer", "提案人": "proposer",
    "类别": "kind", "机构类别": "kind",
    "经度": "lon", "longitude": "lon", "lng": "lon",
    "纬度": "lat", "latitude": "lat",
    "坐标系": "coordinates",
    "举办主体": "ownership", "办别": "ownership",
    "建筑面积": "floor_area_m2", "床位": "beds", "床位数": "beds",
    "养老": "older_care", "养老床位": "older_care", "医养结合": "older_care",
    "服务能力": "capacity", "服务人口": "capacity",
    "投资": "cost", "造价": "cost",
    "开业年份": "opening_year", "启用年份": "opening_year",
    "替代机构": "closes", "撤销机构": "closes",
    "附件": "documents",
}  # fmt: skip
"""Other headings, used where a sheet lacks the column itself."""


@dataclass(frozen=True)
class RefusedProposal:
    """A row of a register that is no proposal.

    Attributes
    ----------
    id
        As it stands there, perhaps empty.
    row
        As the file counts.
    reason
        One line.
    """

    id: str
    row: str
    reason: Told


@dataclass(frozen=True)
class Proposals:
    """The proposals of a register, sorted by id.

    Attributes
    ----------
    source
        File name, for messages.
    proposals
        Those that can be reviewed.
    refused
        The others, in the order of the file.
    """

    source: str
    proposals: tuple[Proposal, ...]
    refused: tuple[RefusedProposal, ...] = ()

    def one(self, proposal_id: str | None = None) -> Proposal:
        """Return one proposal.

        Parameters
        ----------
        proposal_id
            Which; None where the register has only one.

        Returns
        -------
        Proposal
            It.

        Raises
        ------
        InputError
            It was refused, or there are several and none was named.
        NotFoundError
            There is none of that id, or none at all.
        """
        if proposal_id is None and len(self.proposals) + len(self.refused) == 1:
            if self.refused:
                msg = "{path}: {reason}"
                raise InputError(msg, path=self.source, reason=self.refused[0].reason)
            return self.proposals[0]
        if proposal_id is None:
            ids = ", ".join(proposal.id for proposal in self.proposals)
            msg = "{path}: holds several proposals ({ids}); name one with --id"
            raise InputError(msg, path=self.source, ids=ids)
        for proposal in self.proposals:
            if proposal.id == proposal_id:
                return proposal
        for refused in self.refused:
            if refused.id == proposal_id:
                msg = "{path}: row {row}: {reason}"
                raise InputError(msg, path=self.source, row=refused.row, reason=refused.reason)
        msg = "{path}: has no proposal {id!r}; name an id that it has"
        raise NotFoundError(msg, path=self.source, id=proposal_id)

    def besides(self, proposal_id: str) -> tuple[Proposal, ...]:
        """Return the other proposals.

        Parameters
        ----------
        proposal_id
            The one that is left out.

        Returns
        -------
        tuple of Proposal
            By id.
        """
        return tuple(proposal for proposal in self.proposals if proposal.id != proposal_id)


def read_proposals(
    path: Path, *, coordinates: str | None = None, layer: str | None = None
) -> Proposals:
    """Read a register of proposals.

    Parameters
    ----------
    path
        A ``.csv`` or ``.xlsx`` (``lon``, ``lat`` and the fields of ``Proposal``; Chinese headings
        too), or a layer of points and parcels that GDAL reads, such as GeoJSON.
    coordinates
        The system of all places whose row does not say ``coordinates``; by default the layer's
        own, WGS 84 of a sheet.
    layer
        Name of the sheet or layer; None takes the first sheet or the only layer.

    Returns
    -------
    Proposals
        Every row stands either among the proposals or among the refused.

    Raises
    ------
    NotFoundError, InputError, CrsError
        The file as a whole cannot be read.
    """
    frame = _rows(path, layer, coordinates)
    found: list[Proposal] = []
    refused: list[RefusedProposal] = []
    ids = frame["id"].map(plain_text)
    twice = set(ids[ids.duplicated() & (ids != "")])
    columns = [str(name) for name in frame.columns]
    for row, *cells in frame.itertuples(name=None):
        values = dict(zip(columns, cells, strict=True))
        own = plain_text(values["id"])
        try:
            if own in twice:
                rows = ", ".join(str(other) for other in ids.index[ids == own])
                msg = "id {id!r} stands in rows {rows}; give each proposal an id of its own"
                raise SchemaError(msg, id=own, rows=rows)
            found.append(proposal_of(values, coordinates=coordinates or WGS84))
        except InputError as error:
            refused.append(RefusedProposal(own, str(row), Joined.of(error.remarks, "; ")))
    return Proposals(path.name, tuple(sorted(found, key=lambda one: one.id)), tuple(refused))


def _rows(path: Path, layer: str | None, coordinates: str | None) -> pd.DataFrame:
    """Read the rows under our headings, their shapes in the system that they declare."""
    if path.suffix.lower() in SHEETS:
        frame: pd.DataFrame = _headed(read_table(path, layer))
        return frame if "id" in frame.columns else frame.assign(id="")
    shapes = read_layer(path, layer)
    frame = _headed(pd.DataFrame(shapes))
    said = _said(frame, coordinates)
    own = shapes.geometry if CRS(shapes.crs) == CRS(DEGREES) else shapes.geometry.to_crs(DEGREES)
    placed = [
        as_drawn if declared else converted
        for as_drawn, converted, declared in zip(shapes.geometry, own, said, strict=True)
    ]
    frame = frame.assign(geometry=gpd.GeoSeries(placed, index=frame.index).astype(object))
    return frame if "id" in frame.columns else frame.assign(id="")


def _said(frame: pd.DataFrame, coordinates: str | None) -> list[bool]:
    """Tell which rows declare their own system; their shapes are then in it as drawn."""
    if coordinates is not None:
        return [True] * len(frame)
    if "coordinates" not in frame.columns:
        return [False] * len(frame)
    return [plain_text(text) != "" for text in frame["coordinates"]]


def _headed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table under our headings; a heading that is there is never replaced."""
    names: dict[str, Any] = {}
    for column in frame.columns:
        ours = _HEADINGS.get(plain_heading(str(column)))
        if ours is not None and ours not in frame.columns and ours not in names.values():
            names[column] = ours
    return frame.rename(columns=names)
