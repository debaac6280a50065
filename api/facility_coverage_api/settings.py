"""Settings of the service, from the environment; nothing is read at import."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the operator decides; each value is ``FACILITY_COVERAGE_`` and its name.

    Attributes
    ----------
    results
        A folder of results, or a folder that holds several: each is a study.
    """

    model_config = SettingsConfigDict(env_prefix="FACILITY_COVERAGE_", extra="forbid")

    results: Path = Field(default=Path("demo"))
