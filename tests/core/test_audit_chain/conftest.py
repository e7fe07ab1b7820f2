"""An audit log with lines sealed in two goes, and the owner of its tables at hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from core.audit import Action, Purpose, record
from core.audit_chain import PURPOSE, export_heads, read_heads, seal_log
from core.audit_verify import Fault, Finding, Verified, verify_log
from core.database import Database, Zone, connect
from core.keys.keyring import KeyRing
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.sealing.signatures import verification_key

LINES = 12


@dataclass
class Log:
    """The audit log of one database, its owner at hand, and the heads exported to a file."""

    database: Database
    owner: Database
    ring: KeyRing
    file: Path

    def write(self, count: int, actor: str = "amal") -> None:
        with self.database.transaction(Zone.CASEWORK, operation="TEST", actor=actor) as session:
            for number in range(count):
                detail = {"parts": ["identity"], "records": number}
                record(session, Action.READ, f"casework.person:{number}", purpose=Purpose.ASSISTANCE, detail=detail)

    def seal(self, ring: KeyRing | None = None) -> int:
        with self.database.transaction(Zone.AUDIT, actor="sealing") as session:
            return seal_log(session, ring or self.ring)

    def seal_all(self) -> None:
        """Seal until nothing is left: a vacuum of the server may hold a sealing back for a moment."""
        while self.verify()[0].unsealed:
            self.seal()

    def export(self) -> int:
        with self.database.transaction(Zone.AUDIT, actor="sealing") as session:
            return export_heads(session, self.ring, self.file)

    def verify(self) -> tuple[Verified, list[Finding]]:
        found: list[Finding] = []
        key = verification_key(self.ring, PURPOSE)
        with self.database.transaction(Zone.AUDIT, actor="auditor") as session:
            return verify_log(session, key, read_heads(self.file), found.append), found

    def faults(self) -> set[Fault]:
        return {finding.fault for finding in self.verify()[1]}

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """A transaction of the owner of the tables in which no trigger fires."""
        with self.owner.engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection

    def tamper(self, *statements: str) -> None:
        with self.tampering() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def numbers(self) -> list[int]:
        with self.tampering() as connection:
            return list(connection.scalars(text("SELECT line FROM core.audit_link ORDER BY position")))

    def after(self, *statements: str, then: Callable[[Connection], None] | None = None) -> list[Finding]:
        """What verifying finds after these changes, which are undone again."""
        found: list[Finding] = []
        with self.tampering() as connection:
            for statement in statements:
                connection.execute(text(statement))
            if then:
                then(connection)
            with Session(connection) as session:
                verify_log(session, verification_key(self.ring, PURPOSE), read_heads(self.file), found.append)
            connection.rollback()
        return found

    def write_and_fail(self) -> None:
        """A line whose transaction is undone: its number stays unused."""
        with self.database.transaction(Zone.CASEWORK, operation="TEST") as session:
            record(session, Action.READ, "casework.person", purpose=Purpose.ASSISTANCE)
            session.execute(text("SELECT 1 / 0"))

    def seal_and_fail(self) -> None:
        with self.database.transaction(Zone.AUDIT) as session:
            seal_log(session, self.ring)
            session.execute(text("SELECT 1 / 0"))


@pytest.fixture
def log(database: Database, cluster: EmbeddedCluster, database_name: str, ring: KeyRing, tmp_path: Path) -> Iterator[Log]:
    """A log with lines sealed in two goes, its heads exported."""
    owner = connect(cluster.url(ADMINISTRATOR, database_name))
    made = Log(database, owner, ring, tmp_path / "heads.jsonl")
    for _ in range(2):
        made.write(LINES // 2)
        made.seal_all()
    made.export()
    yield made
    owner.close()
