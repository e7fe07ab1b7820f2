"""A form of ODK Central is pulled: by moments, with what was edited, reviewed and deleted, and what phones encrypted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

import app.arriving.sync
from app.arriving.admission import admit_batches
from app.arriving.sync import sync_source
from app.program import Program
from core.database import Database, Zone
from core.erasure import Tally
from core.keys.keyring import KeyRing
from core.settings import Settings
from forms import add_form_key, find_definition, newest_public_key
from ingest import Answers, Outcome, Receipt, UploadedFile, answers_of, erase_submissions, receive_submission
from ingest.central import server
from ingest.pull.errors import ServerAnswerUnread, ServerRefused
from ingest.sources import Kind, Source, add_source, number_of
from ingest.sources.errors import FormMisnamed
from tests.encrypting_phone import encrypt
from tests.ingest.central_server import START, CentralForm, central_serving
from tests.ingest.conftest import OPERATION, Household

NAME = "/data/person/name"
AMAL = {"person": {"name": "Amal"}}


@dataclass
class Pulling:
    """A source in ODK Central, and what stands here of it."""

    household: Household
    program: Program
    source: Source
    central: CentralForm

    def sync(self, *, sweep: bool = True) -> dict[str, int]:
        """One round; what became of the records, without the zeros."""
        counts: Counter[str] = Counter()
        for page in sync_source(self.program, OPERATION, self.source.id, sweep=sweep, actor="tester", wait=lambda _: None):
            counts.update(asdict(page))
        return {name: count for name, count in counts.items() if count and name != "listed"}

    def rows(self, columns: str, table: str = "pulled ORDER BY moment") -> list[Any]:
        with self.household.zone(Zone.CASEWORK) as session:
            return [tuple(row) for row in session.execute(text(f"SELECT {columns} FROM ingest.{table}"))]

    def submission_of(self, first: str) -> UUID:
        number = UUID(int=number_of(self.program.ring, self.source.id, first))
        found: UUID = dict(self.rows("number, submission"))[number]
        return found

    def stored(self, first: str) -> Any:
        return self.household.read(Receipt(Outcome.ACCEPTED, self.submission_of(first), complete=True))

    def answers(self, first: str) -> Answers:
        with self.household.zone(Zone.CASEWORK) as session:
            definition = find_definition(session, OPERATION, "household", "1")
        assert definition
        return answers_of(self.stored(first).root, definition)


@pytest.fixture(scope="module")
def served() -> Iterator[CentralForm]:
    with central_serving() as form:
        yield form


@pytest.fixture
def central(served: CentralForm) -> CentralForm:
    """The server, with nothing in its form."""
    fresh = CentralForm(address=served.address)
    for name, value in vars(fresh).items():
        setattr(served, name, value)
    return served


@pytest.fixture
def pulling(database: Database, ring: KeyRing, household: Household, central: CentralForm) -> Pulling:
    with household.zone(Zone.COLLECTION) as session:
        source = add_source(
            session,
            ring,
            OPERATION,
            address=central.address,
            asset=central.asset,
            form_id="household",
            token=central.account,
            kind=Kind.CENTRAL,
        )
    return Pulling(household, Program(Settings(), database, ring), source, central)


class TestNewSubmissions:
    def test_a_row_becomes_a_submission_with_its_answers(self, pulling: Pulling) -> None:
        members = [
            {"__id": "m1", "member_name": "Rim", "portrait": None, "illness": [{"__id": "i1", "symptom": "fever"}]},
            {"__id": "m2", "member_name": "Noor", "portrait": None},
        ]
        pulling.central.add("uuid:a", **AMAL, member=members)
        assert pulling.sync() == {"new": 1}
        answers = pulling.answers("uuid:a")
        assert answers.values == {NAME: "Amal"}
        first, second = answers.repeats["/data/member"]
        assert (first.values["/data/member/member_name"], second.values["/data/member/member_name"]) == ("Rim", "Noor")
        assert first.repeats["/data/member/illness"][0].values == {"/data/member/illness/symptom": "fever"}
        stored = pulling.stored("uuid:a")
        assert (stored.instance_id, stored.collector) == ("uuid:a", f"source:{pulling.source.id}")
        assert pulling.central.sessions == []  # it signed out

    def test_page_by_page_with_many_of_one_moment(self, pulling: Pulling, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(server, "PAGE", 2)
        for number in range(9):
            pulling.central.add(f"uuid:{number}", at=START + 1000 * (number // 5))
        assert pulling.sync() == {"new": 9}
        assert pulling.rows("position", "source") == [(START + 1000,)]

    def test_it_goes_on_where_it_was_interrupted(self, pulling: Pulling, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(server, "PAGE", 2)
        for number in range(6):
            pulling.central.add(f"uuid:{number}")
        pages = sync_source(pulling.program, OPERATION, pulling.source.id, actor="tester")
        next(pages)
        pages.close()
        assert len(pulling.rows("number")) == 2
        assert pulling.sync(sweep=False)["new"] == 4
        assert len({submission for (submission,) in pulling.rows("submission")}) == 6

    def test_one_that_becomes_visible_late_is_taken_in(self, pulling: Pulling) -> None:
        pulling.central.add("uuid:a")
        pulling.sync()
        pulling.central.add("uuid:late", at=pulling.central.clock - 60_000)
        assert pulling.sync(sweep=False)["new"] == 1

    def test_what_is_known_is_pulled_again_without_a_write(self, pulling: Pulling) -> None:
        for number in range(4):
            pulling.central.add(f"uuid:{number}")
        pulling.sync()
        told = "position, changed_to, failed"  # and when the round ended, which alone is written
        before = pulling.rows("xmin::text, *"), pulling.rows(told, "source")
        assert pulling.sync() == {}
        assert (pulling.rows("xmin::text, *"), pulling.rows(told, "source")) == before

    def test_a_files_content_is_fetched_and_waited_for(self, pulling: Pulling) -> None:
        pulling.central.add("uuid:a", photo="a face.jpg")
        assert pulling.sync() == {"new": 1, "waiting": 2}  # asked for by the pull and by the sweep
        pulling.central.attach("uuid:a", "a face.jpg", b"\xff\xd8 a face")
        assert "waiting" not in pulling.sync()
        assert [(file.name, file.content) for file in pulling.stored("uuid:a").files] == [("a face.jpg", b"\xff\xd8 a face")]

    def test_what_the_form_does_not_ask_lies_in_quarantine_until_it_does(self, pulling: Pulling) -> None:
        row = pulling.central.add("uuid:a", age="30")
        assert pulling.sync()["refused"] == 2
        assert [code for code, _, _ in pulling.household.quarantine()] == ["INGEST-052"]
        del row["age"]
        assert pulling.sync() == {"new": 1}


class TestOneRecord:
    def test_that_came_from_a_phone_as_well_is_one(self, pulling: Pulling) -> None:
        with pulling.household.zone(Zone.COLLECTION) as session:
            sent = receive_submission(
                session,
                pulling.program.ring,
                operation=OPERATION,
                xml=pulling.household.answers("uuid:a"),
                files=[],
                collector="phone",
            )
        pulling.central.add("uuid:a", **AMAL)
        assert "new" not in pulling.sync()
        assert pulling.submission_of("uuid:a") == sent.submission_id

    def test_that_was_erased_here_is_not_taken_in_again_nor_its_edit(self, pulling: Pulling) -> None:
        pulling.central.add("uuid:a", **AMAL)
        pulling.sync()
        with pulling.household.zone(Zone.CASEWORK) as session:
            erase_submissions(session, pulling.program.ring, OPERATION, [pulling.submission_of("uuid:a")], Tally())
        assert "new" not in pulling.sync()
        pulling.central.edit("uuid:a", "uuid:b")
        assert "new" not in pulling.sync()
        assert pulling.rows("id", "submission") == []


class TestChanges:
    def test_an_edit_replaces_what_was_taken_in(self, pulling: Pulling) -> None:
        pulling.central.add("uuid:a", **AMAL)
        pulling.sync()
        original = pulling.submission_of("uuid:a")
        pulling.central.edit("uuid:a", "uuid:b", person={"name": "Amal N."})
        pulling.central.edit("uuid:a", "uuid:c", person={"name": "Amal Noor"})
        assert pulling.sync()["edited"] == 1
        assert pulling.answers("uuid:a").values == {NAME: "Amal Noor"}
        assert pulling.stored("uuid:a").chain == {original, pulling.submission_of("uuid:a")}

    def test_it_comes_without_a_sweep(self, pulling: Pulling) -> None:
        pulling.central.add("uuid:a", **AMAL)
        pulling.sync(sweep=False)
        pulling.central.edit("uuid:a", "uuid:b", person={"name": "Amal N."})
        assert pulling.sync(sweep=False)["edited"] == 1

    def test_a_review_is_kept(self, pulling: Pulling) -> None:
        pulling.central.add("uuid:a")
        pulling.sync()
        pulling.central.review("uuid:a", "hasIssues")
        assert pulling.sync() == {"validated": 1}
        assert pulling.rows("validation") == [("hasIssues",)]

    def test_a_deletion_is_marked_once_and_erases_nothing(self, pulling: Pulling) -> None:
        pulling.central.add("uuid:a", **AMAL)
        pulling.sync()
        pulling.central.delete("uuid:a")
        assert pulling.sync() == {"deleted": 1}
        assert pulling.sync() == {}
        assert pulling.answers("uuid:a").values == {NAME: "Amal"}

    def test_they_are_asked_for_from_where_the_last_round_ended(self, pulling: Pulling) -> None:
        pulling.central.add("uuid:a")
        pulling.central.review("uuid:a", "approved")
        pulling.sync()
        assert pulling.rows("changed_to", "source") == [(pulling.central.clock,)]


class TestEncrypted:
    @pytest.fixture
    def manifest(self, pulling: Pulling) -> Any:
        """A function that has a phone encrypt and send to Central."""
        with pulling.household.zone(Zone.COLLECTION) as session:
            add_form_key(session, pulling.program.ring, OPERATION)
        with pulling.household.zone(Zone.CASEWORK) as session:
            key = newest_public_key(session, pulling.program.ring, OPERATION)

        def send(instance: str, files: bool = True) -> Any:
            xml = pulling.household.answers(instance, body="<person><name>Amal</name></person><photo>p.jpg</photo>")
            sent = encrypt(key, xml, {"p.jpg": b"\xff\xd8"}, form_id="household", version="1", instance_id=instance)
            pulling.central.encrypt(instance, sent.manifest, dict(sent.files) if files else {})
            return sent

        return send

    def test_a_row_is_opened_here_and_read_like_any_other(self, pulling: Pulling, manifest: Any) -> None:
        manifest("uuid:a")
        assert pulling.sync() == {"new": 1}
        for _ in admit_batches(pulling.program, OPERATION, actor="tester"):
            pass
        assert pulling.answers("uuid:a").values == {NAME: "Amal", "/data/photo": "p.jpg"}
        assert pulling.stored("uuid:a").files == (UploadedFile("p.jpg", "image/jpeg", b"\xff\xd8"),)

    @pytest.mark.parametrize("processes", [0, 2])
    def test_among_others_that_are_made_ready_beside_it_is_asked_for_from_here(
        self, pulling: Pulling, manifest: Any, monkeypatch: pytest.MonkeyPatch, processes: int
    ) -> None:
        monkeypatch.setattr(app.arriving.sync, "processors", lambda: processes)
        monkeypatch.setattr(server, "PAGE", 2)
        for number in range(11):
            pulling.central.add(f"uuid:{number}", **AMAL)
        manifest("uuid:7")
        pulling.central.add("uuid:11", **AMAL)
        assert pulling.sync(sweep=False) == {"new": 12}
        asked = [path for path in pulling.central.asked if path.endswith(".xml")]
        assert asked == [f"{pulling.central.form}/submissions/uuid%3A7.xml"]
        assert pulling.answers("uuid:10").values == {NAME: "Amal"}
        assert pulling.rows("complete", "submission WHERE state = 'encrypted'") == [(True,)]
        assert pulling.sync() == {}

    def test_its_files_are_waited_for(self, pulling: Pulling, manifest: Any) -> None:
        sent = manifest("uuid:a", files=False)
        assert pulling.sync()["waiting"] == 2
        for name, content in sent.files.items():
            pulling.central.attach("uuid:a", name, content)
        assert "waiting" not in pulling.sync()
        assert pulling.rows("complete", "submission") == [(True,)]


class TestTheServer:
    def test_a_wrong_password_is_said_and_not_shown(self, pulling: Pulling) -> None:
        pulling.central.password = "another"
        with pytest.raises(ServerRefused) as refused:
            pulling.sync()
        assert "401" in str(refused.value)
        assert "a-password" not in str(refused.value)

    def test_one_that_cannot_filter_by_moments_is_not_asked_again_and_again(self, pulling: Pulling) -> None:
        pulling.central.ails = [(501, {})]
        with pytest.raises(ServerRefused):
            pulling.sync()

    def test_a_busy_one_is_given_time(self, pulling: Pulling) -> None:
        pulling.central.add("uuid:a")
        pulling.central.ails = [(429, {"Retry-After": "17"}), (503, {})]
        assert pulling.sync() == {"new": 1}

    @pytest.mark.parametrize("lacks", ["__id", "__system"])
    def test_a_row_without_what_every_row_has_is_not_guessed(self, pulling: Pulling, lacks: str) -> None:
        del pulling.central.add("uuid:a")["meta"]
        pulling.central.shown = lambda row: {name: value for name, value in row.items() if name != lacks}
        with pytest.raises(ServerAnswerUnread, match=lacks):
            pulling.sync()

    def test_a_form_is_named_by_its_project_too(self, pulling: Pulling) -> None:
        with pytest.raises(FormMisnamed), pulling.household.zone(Zone.COLLECTION) as session:
            add_source(
                session,
                pulling.program.ring,
                OPERATION,
                address="https://central.example.org",
                asset="household",
                form_id="household",
                token="a\nb",
                kind=Kind.CENTRAL,
            )
