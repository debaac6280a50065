"""Settings of the service, from the environment; nothing is read at import."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from facility_coverage_api.doors.limits import Limits


class Settings(BaseSettings):
    """What the operator decides; each value is ``FACILITY_COVERAGE_`` and its name.

    Attributes
    ----------
    files
        Folder of the service: uploads, results, built networks, and the SQLite database.
    database_url
        ``postgresql://user@host/database``; None takes an SQLite file in the folder.
    results
        Folders of finished results that are served as they are, each under its folder's name.
    public_url
        Where others reach the service; by default as each request came.
    allowed_hosts
        Names under which it may be asked, besides that of ``public_url`` and this machine's own.
    cors_origins
        Pages of other origins that may ask from a browser; none by default.
    keys_file, key
        Who may ask: see ``doors.keys``.
    log_level
        ``info`` tells neither coordinates nor query strings; ``debug`` may.
    drain_s
        After SIGTERM: how long requests still come in while ``/readyz`` says no, seconds.
    finish_s
        After that: how long requests under way may take, seconds.
    max_warm_studies
        Studies that are kept ready for live answers.
    limits
        See ``doors.limits``.
    """

    model_config = SettingsConfigDict(
        env_prefix="FACILITY_COVERAGE_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    files: Path = Path("service")
    database_url: SecretStr | None = None
    results: tuple[Path, ...] = ()
    public_url: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")] | None = None
    allowed_hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    keys_file: Path | None = None
    key: SecretStr | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    drain_s: Annotated[float, Field(ge=0, le=300)] = 0
    finish_s: Annotated[int, Field(ge=1, le=3600)] = 30
    max_warm_studies: Annotated[int, Field(ge=1)] = 4
    limits: Limits = Limits()

    @field_validator("public_url")
    @classmethod
    def _without_last_slash(cls, url: str | None) -> str | None:
        return url and url.rstrip("/")

    @property
    def database(self) -> str | None:
        """Return the URL of the database in clear."""
        return None if self.database_url is None else self.database_url.get_secret_value()

    @property
    def secret_key(self) -> str | None:
        """Return the single key in clear."""
        return None if self.key is None else self.key.get_secret_value()


async def settings_of(request: Request) -> Settings:
    """Return the settings of the service that a request came to.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    Settings
        Its settings.
    """
    settings: Settings = request.app.state.settings
    return settings


Configured = Annotated[Settings, Depends(settings_of)]
