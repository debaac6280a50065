"""Landing pages: where every client starts."""

from typing import Any

from fastapi import Request, Response

from facility_coverage_api.features.dataset import dataset_of, study_url
from facility_coverage_api.features.documents import described, link, own_links
from facility_coverage_api.features.formats import HTML, JSON, PAGES, Format

OPENAPI_MEDIA = "application/vnd.oai.openapi+json;version=3.1"
CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)


def landing(request: Request) -> Response:
    """Return where to start: what is served, and how to ask for it.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    Response
        The landing page, or 304.
    """
    dataset = dataset_of(request)
    url = dataset.url

    def describe(chosen: Format) -> dict[str, Any]:
        links = own_links(f"{url}/", PAGES, chosen)
        links += [
            link(f"{dataset.service_url}/api", "service-desc", OPENAPI_MEDIA, "The OpenAPI"),
            link(f"{url}/conformance", "conformance", JSON.media, "What this conforms to"),
            link(f"{url}/collections", "data", JSON.media, "The collections"),
        ]
        if dataset.has_prefixes:
            links += [
                link(study_url(url, study.id), "item", JSON.media, f"Study {study.id}")
                for study in dataset.studies
            ]
        return {"title": dataset.title, "description": dataset.description, "links": links}

    return described(request, dataset, f"{url}/", describe)


def conformance(request: Request) -> Response:
    """Return what the service conforms to.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    Response
        The classes of conformance, or 304.
    """
    dataset = dataset_of(request)
    url = f"{dataset.url}/conformance"

    def describe(chosen: Format) -> dict[str, Any]:
        content = {"links": own_links(url, PAGES, chosen), "conformsTo": list(CONFORMANCE)}
        if chosen is HTML:
            rows = [[own] for own in CONFORMANCE]
            content |= {"title": "Conformance", "columns": ["class"], "rows": rows}
        return content

    return described(request, dataset, url, describe)
