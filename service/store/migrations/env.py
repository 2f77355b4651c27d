"""Alembic's entry: migrations run on the connection, and in the transaction, that the caller holds."""

from alembic import context

from service.store.database import VERSION_TABLE
from service.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transaction_per_migration=False,
    transactional_ddl=False,
)
context.run_migrations()
