"""How fast is the audit log? Lines written, sealed, verified per second, and how long an auditor waits for a search.

Run: PYTHONPATH=. .venv/bin/python bench/audit.py [--lines N] [--written M]

The floor for sealing and verifying is measured in the same run: reading the same lines and hashing them, with nothing kept.
M lines are written as the program writes them: first each in a transaction of its own, committed and fsynced, then a thousand
in one. The others, up to N, PostgreSQL adds by itself, a thousand a transaction, for sealing and verifying do not care who did.
"""

import argparse
import hashlib
import resource
import tempfile
from pathlib import Path

from sqlalchemy import text

from app.audit_log import seal_and_export
from app.program import Program, open_program
from bench.measured import Meter
from core.audit import Action, Purpose, record
from core.audit_chain import BATCH, LINE, PURPOSE, read_heads
from core.audit_verify import Finding, verify_log
from core.database import Zone
from core.sealing.signatures import verification_key
from core.search_audit import AuditSearch, search_audit
from core.settings import Settings

MANY_LINES = text(
    "INSERT INTO core.audit_entry (action, subject, purpose, count, detail) "
    "SELECT 'read', 'casework.person:' || n, 'assistance', 1, CAST('{\"parts\": [\"identity\", \"contact\"]}' AS jsonb) "
    "FROM pg_current_xact_id(), generate_series(1, :count) AS n"
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--lines", type=int, default=1_000_000)
    arguments.add_argument("--written", type=int, default=2_000)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            measure(program, given.lines, given.written)


def measure(program: Program, total: int, written: int) -> None:
    meter = Meter.of(program.settings)
    timed = meter.timed
    timed("write, a line a transaction", written, lambda: [write(program, 1) for _ in range(written)])
    timed("write, a thousand a transaction", written, lambda: [write(program, 1000) for _ in range(0, written, 1000)])
    with program.database.transaction(Zone.AUDIT) as session:
        there: int = session.execute(text("SELECT count(*) FROM core.audit_entry")).scalar_one()
    for start in range(there, total, 1000):
        fill(program, min(1000, total - start))
    timed("floor: read every line and hash it", total, lambda: floor(program))
    sealed = timed("seal: link, sign, export", total, lambda: seal_and_export(program.database, program.ring, program.settings))
    assert sealed >= total, f"{sealed} lines were due, not {total}"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    faults = timed("verify", total, lambda: verify(program))
    assert not faults
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{'memory that verifying added to the peak':<44}{added:9.1f} MB")
    timed("seal again, nothing due", 1, lambda: seal_and_export(program.database, program.ring, program.settings))
    timed("search: one record's readers", 1, lambda: search(program, AuditSearch(subject="casework.person:17")))
    timed("search: one account's denials", 1, lambda: search(program, AuditSearch(actor="amal", action=Action.DENIED)))


def write(program: Program, count: int) -> None:
    with program.database.transaction(Zone.CASEWORK, operation="BENCH", actor="amal") as session:
        for number in range(count):
            subject = f"casework.person:{number}"
            record(session, Action.READ, subject, purpose=Purpose.ASSISTANCE, detail={"parts": ["identity", "contact"]})


def fill(program: Program, count: int) -> None:
    with program.database.transaction(Zone.CASEWORK, operation="BENCH", actor="amal") as session:
        session.execute(MANY_LINES, {"count": count})


def floor(program: Program) -> None:
    with program.database.transaction(Zone.AUDIT) as session:
        lines = text(f"SELECT {LINE} FROM core.audit_entry e ORDER BY e.number")
        for line in session.execute(lines, execution_options={"yield_per": BATCH}):
            hashlib.sha256(repr(line).encode()).digest()


def verify(program: Program) -> list[Finding]:
    found: list[Finding] = []
    with program.database.transaction(Zone.AUDIT) as session:
        key = verification_key(program.ring, PURPOSE)
        verify_log(session, key, read_heads(program.settings.audit_heads_path), found.append)
    return found


def search(program: Program, wanted: AuditSearch) -> None:
    with program.database.transaction(Zone.AUDIT) as session:
        search_audit(session, wanted)


if __name__ == "__main__":
    main()
