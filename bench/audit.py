"""How fast is the audit log? Lines written, sealed, verified per second, and how long an auditor waits for a search.

Run: PYTHONPATH=. .venv/bin/python bench/audit.py [--lines N] [--one-by-one M]

The floor for sealing and verifying is measured in the same run: reading the same lines and hashing them, with nothing kept.
Written one by one, a line is a transaction of its own, committed and fsynced; in bulk, a thousand share one.
"""

import argparse
import hashlib
import platform
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import text

from app.audit_log import seal_and_export
from app.program import Program, open_program
from core.audit import Action, Purpose, record
from core.audit_chain import BATCH, LINE, PURPOSE, read_heads
from core.audit_verify import Finding, verify_log
from core.database import Zone
from core.search_audit import AuditSearch, search_audit
from core.settings import Settings
from core.signatures import verification_key

T = TypeVar("T")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--lines", type=int, default=1_000_000)
    arguments.add_argument("--one-by-one", type=int, default=2_000)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            measure(program, given.lines, given.one_by_one)


def measure(program: Program, lines: int, one_by_one: int) -> None:
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}\n")
    timed("write, a line a transaction", one_by_one, lambda: [write(program, 1) for _ in range(one_by_one)])
    timed(
        "write, a thousand a transaction", lines, lambda: [write(program, min(1000, lines - n)) for n in range(0, lines, 1000)]
    )
    total = one_by_one + lines
    timed("floor: read every line and hash it", total, lambda: floor(program))
    sealed = timed("seal: link, sign, export", total, lambda: seal_and_export(program.database, program.ring, program.settings))
    assert sealed == total, f"{sealed} of {total} lines were due"
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


def timed(what: str, count: int, work: Callable[[], T]) -> T:
    started = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - started
    rate = f"{count / seconds:10,.0f}/s" if count > 1 else " " * 12
    print(f"{what:<44}{seconds:9.3f} s{rate}", flush=True)
    return result


if __name__ == "__main__":
    main()
