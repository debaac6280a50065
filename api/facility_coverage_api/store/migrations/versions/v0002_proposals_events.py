"""Proposals, and the record of what happened to them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KNOWN = (
    "state IN ('draft', 'submitted', 'under_review', 'returned', 'approved', 'rejected', "
    "'withdrawn')"
)
SQLITE_TRIGGER = """
CREATE TRIGGER events_are_kept_on_{change} BEFORE {change} ON events
BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END
"""
POSTGRESQL_FUNCTION = """
CREATE FUNCTION keep_events() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are only ever added'; END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE ON events
FOR EACH ROW EXECUTE FUNCTION keep_events()
"""


def upgrade() -> None:
    """Make the tables of the record, and guard them."""
    _proposals()
    _events()
    if op.get_context().dialect.name == "postgresql":
        op.execute(POSTGRESQL_FUNCTION)
        op.execute(POSTGRESQL_TRIGGER)
    else:
        for change in ("UPDATE", "DELETE"):
            op.execute(SQLITE_TRIGGER.format(change=change))


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("study_id", sa.String(64), nullable=False),
        sa.Column("proposed_by", sa.String(300), nullable=False),
        sa.Column("created", sa.String(27), nullable=False),
        sa.Column("updated", sa.String(27), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("conditions", sa.JSON, nullable=False),
        sa.Column("sheet", sa.String(64)),
        sa.Column("inputs", sa.String(64)),
        sa.Column("is_outdated", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("number", name="proposals_key"),
        sa.CheckConstraint(KNOWN, name="proposals_state_is_known"),
    )
    op.create_index("proposals_by_study_id_state", "proposals", ["study_id", "state"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("proposal", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="events_key"),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.number"], name="events_proposal_exists"),
    )
    op.create_index("events_by_proposal_number", "events", ["proposal", "number"])
