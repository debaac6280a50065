"""The tables. Every change of them is also a step in ``migrations/versions``."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from facility_coverage.proposals.workflow import STATES

STATUSES = ("accepted", "running", "successful", "failed", "dismissed")
OPEN_STATUSES = ("accepted", "running")
WGS84_SRID = 4326

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_key",
        "fk": "%(table_name)s_%(column_0_name)s_exists",
        "uq": "%(table_name)s_%(column_0_N_name)s_once",
        "ck": "%(table_name)s_%(constraint_name)s",
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
    }
)

EXTENT = Text().with_variant(
    Geometry("POLYGON", srid=WGS84_SRID, spatial_index=False), "postgresql"
)
"""A polygon in degrees: PostGIS's own type there, so that QGIS opens the table as a layer.

In SQLite it is extended well-known text.
"""

FILES = Table(
    "files",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("created_at_s", Double, nullable=False),
)

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("owner", String(200), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("created_at_s", Double, nullable=False),
)

UPLOAD_PARTS = Table(
    "upload_parts",
    METADATA,
    Column("owner", String(200), primary_key=True),
    Column("upload_id", String(64), primary_key=True),
    Column("name", String(120), primary_key=True),
    Column("sha256", ForeignKey(FILES.c.sha256), nullable=False),
)

STUDIES = Table(
    "studies",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("owner", String(200), nullable=False),
    Column("study", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("result", String(64)),
    Column("extent", EXTENT),
    Column("created_at_s", Double, nullable=False),
    Index("studies_by_extent", "extent", postgresql_using="gist"),
)

JOBS = Table(
    "jobs",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    # No foreign key: a job outlives its study, and says so.
    Column("study_id", String(64)),
    Column("study_digest", String(64)),
    Column("inputs", JSON, nullable=False),
    Column("owner", String(200), nullable=False),
    Column("idempotency_key", String(200)),
    Column("status", String(10), nullable=False),
    Column("progress_percent", Integer, nullable=False),
    Column("stage", String(200), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease", String(32)),
    Column("lease_until_s", Double),
    Column("problem", JSON(none_as_null=True)),
    Column("result", String(64)),
    Column("created_at_s", Double, nullable=False),
    Column("started_at_s", Double),
    Column("updated_at_s", Double, nullable=False),
    Column("finished_at_s", Double),
    CheckConstraint(f"status IN {STATUSES}", name="status_is_known"),
    CheckConstraint("(status = 'running') = (lease IS NOT NULL)", name="lease_while_running"),
    CheckConstraint(
        "(status = 'successful') = (result IS NOT NULL)", name="result_when_successful"
    ),
    UniqueConstraint("owner", "idempotency_key"),
    Index(None, "status", "number"),
)

PROPOSALS = Table(
    "proposals",
    METADATA,
    # Given by us, because a number that was taken is in the record for ever.
    Column("number", Integer, primary_key=True, autoincrement=False),
    # No foreign key: the record outlives the study.
    Column("study_id", String(64), nullable=False),
    Column("proposed_by", String(300), nullable=False),
    Column("created", String(27), nullable=False),
    Column("updated", String(27), nullable=False),
    Column("state", String(12), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", JSON, nullable=False),
    Column("conditions", JSON, nullable=False),
    Column("sheet", String(64)),
    Column("inputs", String(64)),
    Column("is_outdated", Boolean, nullable=False),
    CheckConstraint(f"state IN {STATES}", name="state_is_known"),
    Index(None, "study_id", "state"),
)
"""Each row is what its events say."""

EVENTS = Table(
    "events",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("proposal", ForeignKey(PROPOSALS.c.number), nullable=False),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "proposal", "number"),
)
"""One chain for all proposals, so that a proposal that vanishes with all its events is missed.

Triggers refuse to change or delete a row.
"""
