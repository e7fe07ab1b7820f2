"""How often a database is waited for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

__all__ = ["exchanges"]


@contextmanager
def exchanges(connection: psycopg.Connection[Any], folder: Path) -> Iterator[Callable[[], int]]:
    """Counts them on one connection; how many is known afterwards. libpq writes down the protocol, in which the server says
    each time that it is ready."""
    path = folder / "protocol"
    with path.open("w") as file:
        connection.pgconn.trace(file.fileno())
        try:
            yield lambda: path.read_text(encoding="utf-8").count("ReadyForQuery")
        finally:
            connection.pgconn.untrace()
