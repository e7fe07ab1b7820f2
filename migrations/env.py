"""Alembic's entry: runs the migrations on the connection that `core.postgres.migrate` hands over."""

from alembic import context
from sqlalchemy import text

from core.database import Base

connection = context.config.attributes["connection"]
# A migration that cannot get its lock gives up instead of stopping the whole program behind it.
connection.execute(text("SET lock_timeout = '5s'"))
connection.execute(text("SET statement_timeout = '10min'"))
context.configure(connection=connection, target_metadata=Base.metadata, include_schemas=True, version_table_schema="public")
with context.begin_transaction():
    context.run_migrations()
