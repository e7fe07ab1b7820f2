"""An operation with the household form, and files that somebody hands in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.arriving.import_files import import_records
from app.arriving.open_files import HandedIn, Opened, Suggested, open_files
from app.program import Program
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.settings import Settings
from forms import publish_form
from ingest import Outcome
from ingest.from_files import ImportRun, PassedOver, Told, folder_answers, open_tree
from tests.beginning import Beginning
from tests.ingest.conftest import OPERATION, Household

LARGEST = 1_000_000
CHOICES = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>C</h:title><model>
<instance><data id="choices" version="1"><sex/><needs/><Where/><born/><count/><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/Where" type="geopoint"/><bind nodeset="/data/born" type="date"/><bind nodeset="/data/count" type="int"/>
</model></h:head><h:body>
<select1 ref="/data/sex"><label>Sex</label><item><label>Female</label><value>f</value></item>
<item><label>Male</label><value>m</value></item></select1>
<select ref="/data/needs"><label>Needs</label><item><label>Drinking water</label><value>water</value></item>
<item><label>Food</label><value>food</value></item></select>
<input ref="/data/Where"><label>Where</label></input><input ref="/data/born"><label>Born</label></input>
<input ref="/data/count"><label>How many</label></input></h:body></h:html>"""


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
        with open_tree(path or self.card) as tree:
            found = folder_answers(run, tree, largest=LARGEST, drafts=drafts)
            batches = import_records(self.program, run, found, actor="tester", dry_run=dry_run)
            return [one for batch in batches for one in batch]

    def table(self, path: Path, *, form: str = "household", dry_run: bool = False, **said: Any) -> list[Any]:
        run = ImportRun(OPERATION)
        with open_files(self.program, run, HandedIn(path, form, **said), actor="tester") as opened:
            assert isinstance(opened, Opened)
            batches = import_records(self.program, run, opened.found, actor="tester", dry_run=dry_run)
            return [one for batch in batches for one in batch]

    def notes(self, path: Path, *, form: str = "household", **said: Any) -> Sequence[str]:
        """What is said of a table before anything of it is taken in."""
        with open_files(self.program, ImportRun(OPERATION), HandedIn(path, form, **said), actor="tester") as opened:
            assert isinstance(opened, Opened)
            return opened.notes

    def suggested(self, path: Path, mapping: Path, form: str, **said: Any) -> Any:
        """A mapping, or a template of counts."""
        handed_in = HandedIn(path, form, mapping, **said)
        with open_files(self.program, ImportRun(OPERATION), handed_in, actor="tester") as opened:
            assert isinstance(opened, Suggested)
            return opened.mapping

    def publish_choices(self) -> None:
        with self.household.zone(Zone.COLLECTION) as session:
            publish_form(session, OPERATION, CHOICES, {})

    def send_choices(self, instance: str, body: str) -> Outcome:
        meta = f"<meta><instanceID>{instance}</instanceID></meta>"
        return self.household.send(f'<data id="choices" version="1">{body}{meta}</data>'.encode()).outcome

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
def household(database: Database, begin: Beginning, ring: KeyRing) -> Household:
    """The test operation with the household form published."""
    opened = Household(database, ring)

    def made() -> None:
        opened.publish()

    begin(made)
    return opened


@pytest.fixture
def desk(household: Household, tmp_path: Path) -> Desk:
    card = tmp_path / "card"
    card.mkdir()
    return Desk(household, Program(Settings(), household.database, household.ring), card)


def outcomes(told: Sequence[Told | PassedOver]) -> list[str]:
    """What became of each: its outcome, or the code of the problem that it was passed over for."""
    return [one.outcome.value if isinstance(one, Told) else one.problem.code for one in told]
