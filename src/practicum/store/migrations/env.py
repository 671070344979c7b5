"""Alembic's environment: migrates the database of the given connection, in its transaction."""

from alembic import context

from practicum.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most of a table in place; Alembic then copies it.
    render_as_batch=True,
)
context.run_migrations()
