"""What one address serves: a study's collections, or those of every study.

``/ogc/{study_id}`` is the landing page of a study, for a connection in QGIS or ArcGIS; its
collections have the names of the list below. ``/`` is the landing page of all: where one study is
served its collections have the same names, so that the address of the service alone is enough;
where several are, a collection's name is ``{study_id}.{name}``.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from fastapi import Request

from facility_coverage.errors import NotFoundError
from facility_coverage_api.doors.hosts import base_url
from facility_coverage_api.features.layers import Layer, Outline
from facility_coverage_api.features.recorded import RECORDED, RecordedProposals, recorded_of
from facility_coverage_api.features.served import ServedStudy, studies_of


@dataclass(frozen=True)
class Theme:
    """What a collection is about.

    Attributes
    ----------
    layer
        Name of its layer in ``results.gpkg``.
    title, description
        For people.
    """

    layer: str
    title: str
    description: str


THEMES: Mapping[str, Theme] = {
    "subdistricts": Theme(
        "subdistricts",
        "Subdistricts",
        "Who is covered in each subdistrict, and why one falls short; last, without a shape, the "
        "people outside every subdistrict.",
    ),
    "facilities": Theme("facilities", "Facilities", "Centres, and how many people reach them."),
    "isochrones": Theme(
        "isochrones", "Isochrones", "What lies within each circle, of one facility or of all."
    ),
    "streets": Theme("streets", "Streets", "Pieces of street by the circle in which they lie."),
    "gaps": Theme("gaps", "Gaps", "Groups of people beyond the target's circle."),
    "candidates": Theme(
        "candidate_places",
        "Candidates",
        "Places where a centre could stand: the layer `candidate_places` of results.gpkg.",
    ),
    "suggestions": Theme(
        "candidates",
        "Suggested sites",
        "Places where to build next, in their order: the layer `candidates` of results.gpkg.",
    ),
    "proposals": Theme(
        RECORDED,
        "Proposals",
        "What was proposed for this study, and how it stands in review: as the record has it now.",
    ),
    "findings": Theme("findings", "Findings", "What the standards ask, and whether it is met."),
}
"""Every collection of a study; one whose layer a result lacks is not listed."""


class Source(Protocol):
    """Holds layers: a finished study, or the record of its proposals."""

    @property
    def digest(self) -> str:
        """Return what changes when any layer does."""

    def outlines(self) -> Mapping[str, Outline]:
        """Return what is known of its layers, by name."""

    def layer(self, name: str) -> Layer:
        """Return a layer."""


@dataclass(frozen=True)
class Collection:
    """A layer of a study at an address.

    Attributes
    ----------
    id
        Its name in addresses.
    url
        Its absolute address.
    title, description
        For people.
    source
        Holds the layer.
    layer_name
        Name of the layer.
    """

    id: str
    url: str
    title: str
    description: str
    source: Source
    layer_name: str

    @property
    def outline(self) -> Outline:
        """Return what is known of the layer before its rows are read."""
        return self.source.outlines()[self.layer_name]

    @property
    def layer(self) -> Layer:
        """Return the layer."""
        return self.source.layer(self.layer_name)


@dataclass(frozen=True)
class Dataset:
    """What one address serves.

    Attributes
    ----------
    url
        Its absolute address, without a slash at its end.
    service_url
        The address of the service as a whole.
    title, description
        For people.
    studies
        The studies in it.
    recorded
        From the id of a study to its proposals.
    has_prefixes
        Whether the names of collections start with their study's.
    """

    url: str
    service_url: str
    title: str
    description: str
    studies: tuple[ServedStudy, ...]
    recorded: Callable[[str], RecordedProposals]
    has_prefixes: bool

    @property
    def digest(self) -> str:
        """Return a digest that changes when any result does."""
        told = "\n".join(
            f"{study.id} {source.digest}" for study in self.studies for source in self._of(study)
        )
        return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()

    def collections(self) -> dict[str, Collection]:
        """Return every collection by its name."""
        found = {}
        for study in self.studies:
            holders = {layer: own for own in self._of(study) for layer in own.outlines()}
            for name, theme in THEMES.items():
                if theme.layer in holders:
                    collection = self._collection(study, name, theme, holders[theme.layer])
                    found[collection.id] = collection
        return found

    def collection(self, collection_id: str) -> Collection:
        """Return a collection.

        Parameters
        ----------
        collection_id
            Its name.

        Returns
        -------
        Collection
            The collection.

        Raises
        ------
        NotFoundError
            There is none of this name.
        """
        found = self.collections()
        if collection_id not in found:
            msg = "there is no collection {name!r}; {url}/collections lists all"
            raise NotFoundError(msg, name=collection_id[:80], url=self.url)
        return found[collection_id]

    def _of(self, study: ServedStudy) -> tuple[Source, ...]:
        """Return what holds layers of a study."""
        return study, self.recorded(study.id)

    def _collection(
        self, study: ServedStudy, name: str, theme: Theme, source: Source
    ) -> Collection:
        key = f"{study.id}.{name}" if self.has_prefixes else name
        return Collection(
            id=key,
            url=f"{self.url}/collections/{quote(key, safe='')}",
            title=f"{theme.title} ({study.id})" if self.has_prefixes else theme.title,
            description=theme.description,
            source=source,
            layer_name=theme.layer,
        )


def dataset_of(request: Request) -> Dataset:
    """Return what the address of a request serves.

    Parameters
    ----------
    request
        With a path parameter ``study_id``, or for all studies.

    Returns
    -------
    Dataset
        The dataset.

    Raises
    ------
    NotFoundError
        There is no such study.
    """
    studies = studies_of(request)
    base = base_url(request)
    study_id = request.path_params.get("study_id")
    if study_id is None:
        found = studies.all()
        return Dataset(
            url=base,
            service_url=base,
            title="Coverage of facilities",
            description="Finished studies: who reaches a facility, and where to build next.",
            studies=found,
            recorded=recorded_of(request),
            has_prefixes=len(found) != 1,
        )
    study = studies.get(study_id)
    return Dataset(
        url=study_url(base, study_id),
        service_url=base,
        title=str(study.summary()["study"]),
        description="A finished study: who reaches a facility, and where to build next.",
        studies=(study,),
        recorded=recorded_of(request),
        has_prefixes=False,
    )


def study_url(base: str, study_id: str) -> str:
    """Return the landing page of a study.

    Parameters
    ----------
    base
        Address of the service.
    study_id
        The study.

    Returns
    -------
    str
        Its absolute address.
    """
    return f"{base}/ogc/{quote(study_id, safe='')}"
