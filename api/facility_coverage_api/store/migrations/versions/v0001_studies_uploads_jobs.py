"""Studies, uploads, files and jobs."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0001"
down_revision = None

KNOWN = "status IN ('accepted', 'running', 'successful', 'failed', 'dismissed')"


def upgrade() -> None:
    """Make the first tables."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    _files()
    _studies()
    _jobs()


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("created_at_s", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="files_key"),
    )
    op.create_table(
        "uploads",
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("created_at_s", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("owner", "id", name="uploads_key"),
    )
    op.create_table(
        "upload_parts",
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("upload_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("owner", "upload_id", "name", name="upload_parts_key"),
        sa.ForeignKeyConstraint(["sha256"], ["files.sha256"], name="upload_parts_sha256_exists"),
    )


def _studies() -> None:
    polygon = Geometry("POLYGON", srid=4326, spatial_index=False)
    op.create_table(
        "studies",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("study", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("result", sa.String(64)),
        sa.Column("extent", sa.Text().with_variant(polygon, "postgresql")),
        sa.Column("created_at_s", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="studies_key"),
    )
    op.create_index("studies_by_extent", "studies", ["extent"], postgresql_using="gist")


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("study_id", sa.String(64)),
        sa.Column("study_digest", sa.String(64)),
        sa.Column("inputs", sa.JSON, nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("idempotency_key", sa.String(200)),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("progress_percent", sa.Integer, nullable=False),
        sa.Column("stage", sa.String(200), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease", sa.String(32)),
        sa.Column("lease_until_s", sa.Double),
        sa.Column("problem", sa.JSON),
        sa.Column("result", sa.String(64)),
        sa.Column("created_at_s", sa.Double, nullable=False),
        sa.Column("started_at_s", sa.Double),
        sa.Column("updated_at_s", sa.Double, nullable=False),
        sa.Column("finished_at_s", sa.Double),
        sa.PrimaryKeyConstraint("number", name="jobs_key"),
        sa.UniqueConstraint("id", name="jobs_id_once"),
        sa.UniqueConstraint("owner", "idempotency_key", name="jobs_owner_idempotency_key_once"),
        sa.CheckConstraint(KNOWN, name="jobs_status_is_known"),
        sa.CheckConstraint(
            "(status = 'running') = (lease IS NOT NULL)", name="jobs_lease_while_running"
        ),
        sa.CheckConstraint(
            "(status = 'successful') = (result IS NOT NULL)", name="jobs_result_when_successful"
        ),
    )
    op.create_index("jobs_by_status_number", "jobs", ["status", "number"])
