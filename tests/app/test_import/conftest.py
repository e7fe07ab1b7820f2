"""An operation with the household form, and files that somebody hands in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.import_files import import_records
from app.program import Program
from core.database import Database, Zone
from core.keyring import KeyRing
from core.settings import Settings
from ingest.from_files import ImportRun, PassedOver, Told, folder_answers
from tests.ingest.conftest import OPERATION, Household

LARGEST = 1_000_000


@dataclass
class Desk:
    """Where files are handed in; `card` is a folder for them."""

    household: Household
    program: Program
    card: Path

    def instance(self, name: str, xml: bytes, files: Mapping[str, bytes] | None = None, *, answers: str = "") -> Path:
        """A folder as ODK Collect keeps one for each answer; `answers` is how the XML is called in it."""
        folder = self.card / "instances" / name
        folder.mkdir(parents=True)
        (folder / (answers or f"{name}.xml")).write_bytes(xml)
        for file, content in (files or {}).items():
            (folder / file).write_bytes(content)
        return folder

    def folder(self, *, dry_run: bool = False, drafts: bool = False, path: Path | None = None) -> list[Told | PassedOver]:
        run = ImportRun(OPERATION)
        found = folder_answers(run, path or self.card, largest=LARGEST, drafts=drafts)
        batches = import_records(self.program, run, found, actor="tester", dry_run=dry_run)
        return [one for batch in batches for one in batch]

    def rows(self, what: str) -> list[Any]:
        with self.household.zone(Zone.CASEWORK) as session:
            return [tuple(row) for row in session.execute(text(f"SELECT {what}"))]

    def written(self) -> Sequence[Any]:
        """How many rows there are of whatever an import writes."""
        counts = ("submission", "attachment", "record_key", "quarantine", "tombstone")
        return self.rows(", ".join(f"(SELECT count(*) FROM ingest.{table})" for table in counts))

    def lines(self) -> int:
        """How many lines the audit log has."""
        with self.household.zone(Zone.AUDIT) as session:
            return len(session.execute(text("SELECT number FROM core.audit_entry WHERE action <> 'read'")).all())


@pytest.fixture
def household(database: Database, ring: KeyRing) -> Household:
    """The test operation with the household form published."""
    opened = Household(database, ring)
    opened.publish()
    return opened


@pytest.fixture
def desk(household: Household, tmp_path: Path) -> Desk:
    card = tmp_path / "card"
    card.mkdir()
    return Desk(household, Program(Settings(), household.database, household.ring), card)


def outcomes(told: Sequence[Told | PassedOver]) -> list[str]:
    """What became of each: its outcome, or the code of the problem that it was passed over for."""
    return [one.outcome.value if isinstance(one, Told) else one.problem.code for one in told]
