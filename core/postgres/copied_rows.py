"""Rows that PostgreSQL copies out in binary form, as they come: for who reads a million of them and takes them apart at once.

As the driver's own iteration, but asking its library directly as long as rows are there, and only waiting through the driver:
for a small row the way through the driver costs more than the row.
"""

from collections.abc import Iterator
from typing import Final

from psycopg import sql
from psycopg.errors import error_from_result

from core.postgres.driver_connection import DriverConnection

__all__ = ["copied_rows"]

HEADER_BYTES: Final = 19  # signature, flags and length of the header's extension; comes with the first row
END: Final = memoryview(b"\xff\xff")  # in place of a number of fields


def copied_rows(connection: DriverConnection, statement: sql.Composed) -> Iterator[memoryview]:
    """The rows of a `COPY ... TO STDOUT (FORMAT BINARY)`: how many fields, then each with its length, and no header or end.

    Raises what the driver raises.
    """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copied = connection.pgconn.get_copy_data
        row = memoryview(copy.read())[HEADER_BYTES:]
        while row != END:
            yield row
            size, row = copied(1)
            if size == 0:  # none is there yet
                row = memoryview(copy.read())
            elif size < 0:  # the server stopped short of the end
                _raise_reason(connection)
        copy.read()  # that it was well ended


def _raise_reason(connection: DriverConnection) -> None:
    reason, *_ = iter(connection.pgconn.get_result, None)
    raise error_from_result(reason)
