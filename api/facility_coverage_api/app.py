"""The application: finished studies, their coverage tables and layers."""

from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Request
from fastapi.responses import FileResponse

from facility_coverage import __version__
from facility_coverage.files import MANIFEST_NAME
from facility_coverage_api import problems
from facility_coverage_api.results import coverage_rows, read_json, result_folder, result_folders
from facility_coverage_api.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application.

    Parameters
    ----------
    settings
        By default those of the environment.

    Returns
    -------
    FastAPI
        The application; it reads results afresh at every request, and writes nothing.
    """
    app = FastAPI(title="facility-coverage", version=__version__)
    app.state.settings = settings or Settings()
    problems.install(app)
    app.get("/healthz")(health)
    app.get("/v1/studies")(studies)
    app.get("/v1/studies/{study_id}/coverage")(study_coverage)
    app.get("/v1/studies/{study_id}/layers/{layer}")(study_layer)
    return app


def settings_of(request: Request) -> Settings:
    """Return the settings of the application that a request came to.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    Settings
        Its settings.
    """
    found: Settings = request.app.state.settings
    return found


Configured = Annotated[Settings, Depends(settings_of)]


def health() -> dict[str, str]:
    """Tell that the service answers.

    Returns
    -------
    dict
        Status and version.
    """
    return {"status": "ok", "version": __version__}


def studies(settings: Configured) -> dict[str, Any]:
    """List the finished studies.

    Parameters
    ----------
    settings
        Where they are.

    Returns
    -------
    dict
        ``studies``: id, name, mark of synthetic data and totals of each.
    """
    found = []
    for study_id, folder in result_folders(settings.results).items():
        summary = read_json(folder / "summary.json")
        found.append(
            {
                "id": study_id,
                "name": summary["study"],
                "synthetic": summary["synthetic"],
                "total": summary["total"],
            }
        )
    return {"studies": found}


def study_coverage(study_id: str, settings: Configured) -> dict[str, Any]:
    """Return the coverage of every subdistrict of a study.

    Parameters
    ----------
    study_id
        Id of a finished study.
    settings
        Where they are.

    Returns
    -------
    dict
        ``study``, ``synthetic``, ``inputs`` (with their SHA-256), ``target`` and ``units``: the
        rows of ``coverage_by_unit.csv``.
    """
    folder = result_folder(settings.results, study_id)
    summary = read_json(folder / "summary.json")
    return {
        "study": summary["study"],
        "synthetic": summary["synthetic"],
        "target": summary["target"],
        "inputs": read_json(folder / MANIFEST_NAME)["inputs"],
        "total": summary["total"],
        "units": coverage_rows(folder),
    }


def study_layer(
    study_id: str, layer: Literal["isochrones", "gaps", "candidates"], settings: Configured
) -> FileResponse:
    """Return a layer of a study as GeoJSON.

    Parameters
    ----------
    study_id
        Id of a finished study.
    layer
        Name of the layer.
    settings
        Where they are.

    Returns
    -------
    FileResponse
        GeoJSON in WGS84.
    """
    folder = result_folder(settings.results, study_id)
    return FileResponse(folder / f"{layer}.geojson", media_type="application/geo+json")
