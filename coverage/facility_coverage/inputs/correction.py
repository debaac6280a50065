"""A correction of the streets, and what became of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import shapely

from facility_coverage.words import Language, Remark

Kind = Literal["gate_closed", "gate_open", "wall", "street", "bridge", "banned_way", "speed"]
Status = Literal["applied", "not_yet", "not_applicable"]


@dataclass(frozen=True)
class Outcome:
    """What became of one row.

    Attributes
    ----------
    row
        Its number in the file, behind the layer's name where there are several.
    kind
        What stood in the column ``kind``.
    name
        What stood in the column ``name``.
    status
        ``applied``, ``not_yet`` (of a later year) or ``not_applicable``.
    message, values
        What was done, or why not: a message of the word catalogue, and what to fill in.
    """

    row: str
    kind: str
    name: str
    status: Status
    message: str
    values: dict[str, str] = field(default_factory=dict)

    def told(self, language: Language) -> str:
        """Return the message in words.

        Parameters
        ----------
        language
            ``"en"`` or ``"zh"``.

        Returns
        -------
        str
            A clause without a full stop.
        """
        return Remark(self.message, **self.values).told(language)


@dataclass(frozen=True, eq=False)
class Correction:
    """One row that can be used.

    Attributes
    ----------
    row, kind, name
        As in ``Outcome``.
    shape
        A point (gates) or lines (walls, streets, bridges, some speeds) in degrees, WGS84; None
        where a way is named.
    way_id
        The OSM way that is meant; None where a shape says it.
    street_class
        The tag ``highway`` of what is drawn anew.
    year
        From which on it counts; None always.
    kph, factor
        A new speed, and by how much the old one is multiplied.
    one_way
        Whether a new street may be used along its drawing alone.
    tolerance_m
        How far the streets that it is about may be away.
    """

    row: str
    kind: Kind
    name: str
    shape: shapely.Geometry | None
    way_id: int | None
    street_class: str
    year: int | None
    kph: float | None
    factor: float | None
    one_way: bool
    tolerance_m: float

    @property
    def content(self) -> tuple[str, ...]:
        """Return all of it but its row: what sorts corrections whatever their order was."""
        drawn = "" if self.shape is None else self.shape.wkb_hex
        rest = (self.way_id, self.street_class, self.year, self.kph, self.factor)
        return (
            self.kind, drawn, *map(str, rest), str(self.one_way), str(self.tolerance_m), self.name,
        )  # fmt: skip

    def outcome(self, status: Status, message: str, **values: object) -> Outcome:
        """Return what became of it.

        Parameters
        ----------
        status, message
            As in ``Outcome``.
        **values
            What to fill in.

        Returns
        -------
        Outcome
            Of its row.
        """
        filled = {key: str(value) for key, value in values.items()}
        return Outcome(self.row, self.kind, self.name, status, message, filled)


@dataclass(frozen=True, eq=False)
class Corrections:
    """A file of corrections.

    Attributes
    ----------
    path
        The file.
    rows
        Those that can be used, in the order of the file.
    refused
        The others, each with its reason.
    """

    path: Path
    rows: tuple[Correction, ...]
    refused: tuple[Outcome, ...]
