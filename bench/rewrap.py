"""How fast are all record keys re-wrapped under a new key? The whole path, durable, beside what it cannot be faster than.

Run: PYTHONPATH=. .venv/bin/python bench/rewrap.py [--keys N] [--parts N]

Two floors are measured in the same run: the cryptography alone on one processor (open and seal, in memory), and a plain
UPDATE of the same rows by the database itself, in batches of the same size.
"""

import argparse
import os
import platform
import secrets
import tempfile
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import create_engine, text

from app.keys.key_operations import add_version, failing_keys
from app.keys.rewrap_keys import rewrap
from app.program import Program, open_program
from bench.measured import Meter
from core.access import Access
from core.keys.wrapped_keys import BATCH
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.sealing.envelope import Binding, new_record_key
from core.settings import Settings

OPERATION = "BENCH"
WHO = Access.of_system("bench", "")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--keys", type=int, default=100_000)
    arguments.add_argument("--parts", type=int, default=3)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            measure(program, given.keys, given.parts)


def measure(program: Program, keys: int, parts: int) -> None:
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, {keys:,} record keys\n")
    meter = Meter.of(program.settings)
    meter.timed("floor: open and seal in memory, 1 processor", keys, lambda: crypto_alone(keys))
    records = sorted(uuid4() for _ in range(keys))
    fill(program, "casework.record_key", records)
    plain = meter.timed("floor: plain UPDATE of the same rows", keys, lambda: plain_update(program, records))
    add_version(program, WHO, lambda _session, _subject: None)
    done = meter.timed(
        f"re-wrap, {parts} parts at a time", keys, lambda: rewrap(program.database, program.ring, WHO, ignore, parts=parts)
    )
    assert (done.count, done.refused) == (keys, []), (done.count, len(done.refused))
    failed = meter.timed("verify every wrapped key", keys, lambda: list(failing_keys(program, WHO, ignore)))
    assert failed == []
    assert plain == keys


def crypto_alone(count: int) -> None:
    old, new, data = (
        AESGCM(secrets.token_bytes(32)),
        AESGCM(secrets.token_bytes(32)),
        Binding("t", uuid4(), "f").associated_data,
    )
    nonce = secrets.token_bytes(12)
    sealed = nonce + old.encrypt(nonce, secrets.token_bytes(32), data)
    for _ in range(count):
        secret = old.decrypt(sealed[:12], sealed[12:], data)
        fresh = secrets.token_bytes(12)
        fresh + new.encrypt(fresh, secret, data)


def fill(program: Program, table: str, records: list[UUID]) -> None:
    with create_engine(program.database.engine.url.set(username=ADMINISTRATOR)).begin() as connection:
        connection.execute(text("INSERT INTO core.operation (code, names) VALUES (:code, '{}')"), {"code": OPERATION})
        driver = connection.connection.driver_connection
        assert driver is not None
        columns = "(record, kind, operation, key_version, sealed, commitment)"
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} {columns} FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["uuid", "varchar", "varchar", "int4", "bytea", "bytea"])
            for record in records:
                _, wrapped = new_record_key(program.ring, Binding(table, record, "person"))
                copy.write_row((record, "person", OPERATION, wrapped.version, wrapped.sealed, wrapped.commitment))
    with create_engine(
        program.database.engine.url.set(username=ADMINISTRATOR), isolation_level="AUTOCOMMIT"
    ).connect() as admin:
        admin.execute(text("VACUUM ANALYZE casework.record_key"))


def plain_update(program: Program, records: list[UUID]) -> int:
    done = 0
    with create_engine(program.database.engine.url.set(username=ADMINISTRATOR)).connect() as connection:
        for start in range(0, len(records), BATCH):
            first, last = records[start], records[min(start + BATCH, len(records)) - 1]
            done += connection.execute(
                text("UPDATE casework.record_key SET sealed = sealed || '' WHERE record BETWEEN :first AND :last"),
                {"first": first, "last": last},
            ).rowcount
            connection.commit()
    with create_engine(
        program.database.engine.url.set(username=ADMINISTRATOR), isolation_level="AUTOCOMMIT"
    ).connect() as admin:
        admin.execute(text("VACUUM casework.record_key"))
    return done


def ignore(_count: int) -> None:
    """Progress is for people."""


if __name__ == "__main__":
    main()
