"""Alembic's door: run on the connection that ``migrate`` opened, inside its transaction."""

from alembic import context

from facility_coverage_api.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
