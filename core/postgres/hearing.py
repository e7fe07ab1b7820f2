"""Hearing from the database that something was committed: PostgreSQL's LISTEN, which a trigger's NOTIFY answers."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from core.database import Database

__all__ = ["hearing"]


@contextmanager
def hearing(database: Database, channel: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection of its own that hears of a channel: its `fileno` can be waited for, and what arrived is read from it by
    `notifies(timeout=0)` without waiting."""
    pooled = database.engine.raw_connection()
    connection = pooled.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError("the database is not reached by psycopg")
    pooled.detach()  # ours to close
    with connection:
        connection.autocommit = True
        connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
        yield connection
