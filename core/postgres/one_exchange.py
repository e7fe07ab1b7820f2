"""A whole transaction in one exchange, where all of its statements are known before the first is sent.

They are sent by one write and answered together, the commit's answer last. What this leaves out is what a session and the
driver's cursors do for each statement, which for a few rows costs several times what PostgreSQL does for them. Statements
are prepared once for each connection; values are given, and come back, in PostgreSQL's binary form
(`core.postgres.packed_arrays`).

Source: pipeline mode of libpq (PostgreSQL documentation, 34.5).
"""

import re
import select
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from psycopg import OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Pool, PoolProxiedConnection

from core.postgres.driver_connection import DriverConnection

__all__ = ["PLAN_ONCE", "Given", "OneExchange", "Row", "Said", "Statement"]

Given = Mapping[str, bytes | None]
Row = Sequence[bytes | None]
PLACE: Final = re.compile(rb"%\((\w+)\)[bs]")
PREPARED: Final = "prepared"  # in the pool's notes on a connection: the statements that it knows
REFUSED: Final = {ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE, ExecStatus.NONFATAL_ERROR}


class Statement:
    """A statement whose values are named as the driver has it, `%(name)b`; one object for as long as the program runs."""

    def __init__(self, text: bytes) -> None:
        self._names = list(dict.fromkeys(name.decode() for name in PLACE.findall(text)))
        self.text = PLACE.sub(lambda found: b"$%d" % (self._names.index(found[1].decode()) + 1), text)
        self.name = b"s%x" % id(self)

    def of(self, given: Given) -> "Said":
        """The statement with its values; some may be given that it does not name."""
        return Said(self, [given[name] for name in self._names])


@dataclass(frozen=True)
class Said:
    """A statement and its values."""

    statement: Statement
    values: Sequence[bytes | None] = field(repr=False)


BEGIN: Final = Statement(b"BEGIN").of({})
COMMIT: Final = Statement(b"COMMIT").of({})
# Not anew for each values, where an array is thought long; and by an index that gives the order, also while a table is empty.
PLAN_ONCE: Final = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false), "
    "set_config('enable_sort', 'off', false)"
)


class OneExchange:
    """Runs transactions on connections of its own, which know nothing but such statements."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def run(self, said: Sequence[Said]) -> list[list[Row]]:
        """What each statement answers, once all of it is committed. Raises `psycopg.Error` where it is not, or not surely."""
        line = self.pool.connect()
        try:
            return _exchanged(line, [BEGIN, *said, COMMIT])[1:-1]
        except BaseException:
            line.invalidate()  # closed, and with it whatever had begun
            raise
        finally:
            line.close()

    def close(self) -> None:
        self.pool.dispose()


def _exchanged(line: PoolProxiedConnection, said: Sequence[Said]) -> list[list[Row]]:
    connection = line.driver_connection
    assert isinstance(connection, DriverConnection)  # noqa: S101  (`core.database.connect` opens no other)
    if PREPARED not in line.info:
        line.info[PREPARED] = set()
        connection.execute(PLAN_ONCE)
        connection.commit()
    server, known = connection.pgconn, line.info[PREPARED]
    new = set()
    server.enter_pipeline_mode()
    for place, one in enumerate(said):
        if one.statement not in known:  # in its place, for whoever the transaction is by then may be allowed what it asks
            server.send_prepare(one.statement.name, one.statement.text)
            known.add(one.statement)
            new.add(place)
        server.send_query_prepared(one.statement.name, one.values, [Format.BINARY] * len(one.values), Format.BINARY)
    server.pipeline_sync()
    _send(server)
    rows = []
    for place in range(len(said)):
        if place in new:
            _answer(server)
        rows.append(_rows(_answer(server)))
    _answer(server)  # the end
    server.exit_pipeline_mode()
    return rows


def _send(server: PGconn) -> None:
    while server.flush():
        _wait(server, select.POLLIN | select.POLLOUT)
        server.consume_input()  # or the server would wait for us to read while we wait for it


def _answer(server: PGconn) -> PGresult:
    """The next statement's; raises the error that it met, or the one before it."""
    result = _result(server)
    if result is None:
        raise OperationalError("the answer ended before its time")
    if result.status in REFUSED:
        raise error_from_result(result)
    if result.status != ExecStatus.PIPELINE_SYNC:
        _result(server)  # nothing: it ends the statement's answer
    return result


def _result(server: PGconn) -> PGresult | None:
    while server.is_busy():
        _wait(server, select.POLLIN)
        server.consume_input()
    return server.get_result()


def _wait(server: PGconn, event: int) -> None:
    poll = select.poll()
    poll.register(server.socket, event)
    poll.poll()


def _rows(result: PGresult) -> list[Row]:
    columns = range(result.nfields)
    return [[result.get_value(row, column) for column in columns] for row in range(result.ntuples)]
