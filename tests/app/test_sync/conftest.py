"""An operation with the household form, a KoboToolbox server with the same form, and the source between them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.arriving.sync import sync_source
from app.program import Program
from core.database import Database, Zone
from core.erasure import Tally
from core.keys.keyring import KeyRing
from core.settings import Settings
from forms import find_definition
from ingest import Answers, Outcome, Receipt, UploadedFile, answers_of, erase_submissions, receive_submission
from ingest.sources import Source, add_source
from tests.beginning import Beginning
from tests.ingest.conftest import OPERATION, Household
from tests.ingest.kobo_server import KoboForm, kobo_serving


@dataclass
class Pulling:
    """A source, and what stands here of it. `waits` are the seconds that a pull would have waited."""

    household: Household
    program: Program
    source: Source
    kobo: KoboForm
    waits: list[float] = field(default_factory=list)

    def sync(self, *, sweep: bool = True) -> dict[str, int]:
        """One round; what became of the records, without the zeros."""
        counts: Counter[str] = Counter()
        pages = sync_source(self.program, OPERATION, self.source.id, sweep=sweep, actor="tester", wait=self.waits.append)
        for page in pages:
            counts.update(asdict(page))
        return {name: count for name, count in counts.items() if count and name != "listed"}

    def rows(self, columns: str = "*", table: str = "pulled ORDER BY number") -> list[Any]:
        with self.household.zone(Zone.CASEWORK) as session:
            return [tuple(row) for row in session.execute(text(f"SELECT {columns} FROM ingest.{table}"))]

    def submission_of(self, number: int) -> UUID | None:
        return dict(self.rows("number, submission"))[UUID(int=number)]

    def answers(self, number: int) -> Answers:
        """What casework reads of a record."""
        submission = self.submission_of(number)
        assert submission
        with self.household.zone(Zone.CASEWORK) as session:
            definition = find_definition(session, OPERATION, "household", "1")
        assert definition
        return answers_of(self.stored(number).root, definition)

    def stored(self, number: int) -> Any:
        return self.household.read(Receipt(Outcome.ACCEPTED, self.submission_of(number), complete=True))

    def erase(self, number: int) -> None:
        submission = self.submission_of(number)
        assert submission
        with self.household.zone(Zone.CASEWORK) as session:
            erase_submissions(session, self.household.ring, OPERATION, [submission], Tally())

    def phone(self, xml: bytes, files: list[UploadedFile] | None = None) -> Any:
        with self.household.zone(Zone.COLLECTION) as session:
            return receive_submission(
                session, self.household.ring, operation=OPERATION, xml=xml, files=files or [], collector="phone"
            )


@pytest.fixture(scope="session")
def kobo_server() -> Iterator[KoboForm]:
    with kobo_serving() as form:
        yield form


@pytest.fixture
def kobo(kobo_server: KoboForm) -> KoboForm:
    """The server, with nothing in its form."""
    fresh = KoboForm(address=kobo_server.address)
    for name, value in vars(fresh).items():
        setattr(kobo_server, name, value)
    return kobo_server


@pytest.fixture
def household(database: Database, begin: Beginning, ring: KeyRing) -> Household:
    """The test operation with the household form published."""
    opened = Household(database, ring)

    def made() -> None:
        opened.publish()

    begin(made)
    return opened


@pytest.fixture
def pulling(database: Database, ring: KeyRing, household: Household, kobo: KoboForm) -> Pulling:
    with household.zone(Zone.COLLECTION) as session:
        source = add_source(
            session, ring, OPERATION, address=kobo.address, asset=kobo.asset, form_id="household", token=kobo.token
        )
    return Pulling(household, Program(Settings(), database, ring), source, kobo)
