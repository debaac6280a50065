"""The description of the whole interface, at ``/api``."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse

from facility_coverage import __version__
from facility_coverage_api.doors.keys import KEY_HEADER, OPEN_PATHS
from facility_coverage_api.features.query import LIMIT_PARAMETER
from facility_coverage_api.problems import MEDIA_TYPE, Problem

OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.1"

_ABOUT = (
    "Who can walk to a community health centre, which subdistricts fall short, where to build "
    "next: the same numbers as the command line. Longitude stands before latitude."
)
_SCHEMAS = "#/components/schemas/"
_METHODS = ("get", "post", "put", "delete")


class OpenApiResponse(JSONResponse):
    """The description as an answer."""

    media_type = OPENAPI_TYPE


router = APIRouter(tags=["service"])


@router.get(
    "/api",
    response_class=OpenApiResponse,
    summary="This description",
    operation_id="openapi",
    responses={
        200: {
            "content": {
                name: {"schema": {"type": "object"}}
                for name in (OPENAPI_TYPE, JSONResponse.media_type)
            }
        }
    },
)
def read_openapi(request: Request) -> JSONResponse:
    """Return the OpenAPI description of everything here; as plain JSON to who asks for that."""
    asked = request.headers.get("Accept", "")
    plain = JSONResponse.media_type in asked and OPENAPI_TYPE.partition(";")[0] not in asked
    return (JSONResponse if plain else OpenApiResponse)(describe(request.app))


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description of an application.

    Parameters
    ----------
    app
        The application, with all its routes.

    Returns
    -------
    dict
        The description; every operation may answer a problem document.
    """
    if app.openapi_schema is None:
        public_url = app.state.settings.public_url
        told = get_openapi(
            title="facility-coverage",
            version=__version__,
            description=_ABOUT,
            routes=app.routes,
            servers=[{"url": public_url}] if public_url else None,
        )
        schemas = told.setdefault("components", {}).setdefault("schemas", {})
        told["components"]["parameters"] = {"limit": LIMIT_PARAMETER}  # QGIS looks for it here
        for ours in ("HTTPValidationError", "ValidationError"):
            schemas.pop(ours, None)
        problem = Problem.model_json_schema(ref_template=f"{_SCHEMAS}{{model}}")
        schemas |= {**problem.pop("$defs"), "Problem": problem}
        for path, item in told["paths"].items():
            for method in _METHODS:
                if method in item:
                    _complete(item[method], path, has_keys=bool(app.state.keys.callers))
        if app.state.keys.callers:
            told["components"]["securitySchemes"] = {
                "key": {"type": "apiKey", "in": "header", "name": KEY_HEADER},
                "bearer": {"type": "http", "scheme": "bearer"},
            }
        app.openapi_schema = told
    return app.openapi_schema


def _complete(operation: dict[str, Any], path: str, *, has_keys: bool) -> None:
    """Say of an operation what all of them share: its problems, and who may ask."""
    told = {
        "description": "A problem document, in English or in Chinese as Accept-Language asks",
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
    }
    operation["responses"].pop("422", None)
    for status in ("4XX", "5XX"):
        operation["responses"][status] = told
    if has_keys and path not in OPEN_PATHS:
        operation["security"] = [{"key": []}, {"bearer": []}]
