"""Two teams in the field: each one's phone carries its own cases, and what it brings back goes on with these and no others."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from lxml import etree
from starlette.testclient import TestClient

from app.web.application import create_application
from casework import admit_awaiting
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.models import Case
from core.access import Custody
from core.audit import audited_entries
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.settings import Settings
from forms import RecordPart, add_form_key, encrypt_form, newest_public_key, publish_form
from ingest import quarantined
from ingest.collectors import add_collector, carry_cases, find_collector, retire_collector
from tests.casework.conftest import Said, write_answers
from tests.casework.follow_up_forms import FOLLOW_UP, INTAKE, definition_of, entity, with_entity, xform_of
from tests.casework.test_follow_up.conftest import AMAL, BADR
from tests.encrypting_phone import encrypt

OPERATION = "TEST"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
FOLLOWED = {"interview_date": "2026-03-01", "cas_Status": "active"}


@dataclass
class Office:
    """The program, which admits what arrives as soon as it hears of it."""

    client: TestClient
    database: Database
    ring: KeyRing

    def state(self, case: UUID) -> str:
        with self.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
            return session.get_one(Case, case).state

    def quarantine(self) -> list[str]:
        with self.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
            return [entry.code for entry in quarantined(session, OPERATION)]

    def erase(self, case: UUID) -> None:
        with self.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
            subject = Subject(ErasureKind.PERSON, session.get_one(Case, case).person)
            erase_record(session, self.ring, OPERATION, subject, proposal=uuid4())

    def phone(self, team: str, carries: Sequence[RecordPart] | None = (), custody: Custody | None = None) -> "CarryingPhone":
        with self.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            custody = custody or Custody("ORG", "AREA", team)
            token = add_collector(session, OPERATION, f"phone of {team}", custody=custody)
            collector = find_collector(session, token)
            assert collector
            if carries is not None:
                carry_cases(session, collector.id, carries)
        return CarryingPhone(self, token, collector.id)


@dataclass
class CarryingPhone:
    """A phone with its copy of the list, which it replaces when the hash is another, as ODK Collect does."""

    office: Office
    token: str = field(repr=False)
    id: UUID
    hash: str = ""
    cases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def listed(self) -> dict[str, str]:
        answer = self.office.client.get(f"/key/{self.token}/forms/follow_up/manifest")
        [file] = etree.fromstring(answer.content).iter(f"{MANIFEST}mediaFile")
        told = {etree.QName(child).localname: str(child.text) for child in file}
        assert (file.get("type"), told["filename"]) == ("entityList", "cases.csv")
        return told

    def fetches(self) -> set[str]:
        """The references on the phone after it has looked for something new."""
        told = self.listed()
        if told["hash"] != self.hash:
            answer = self.office.client.get(told["downloadUrl"])
            assert answer.headers["cache-control"] == "no-store"
            self.hash = told["hash"]
            self.cases = {row["name"]: row for row in csv.DictReader(io.StringIO(answer.text))}
        return {row["label"] for row in self.cases.values()}

    def gone(self, *asked: UUID | str) -> dict[str, str]:
        """What the server says of these cases."""
        answer = self.office.client.get(self.listed()["integrityUrl"], params={"id": ",".join(map(str, asked))})
        assert answer.headers["x-openrosa-version"] == "1.0"
        return {str(it.get("id")): it.findtext("deleted") or "" for it in etree.fromstring(answer.content).iter("entity")}

    def sends(self, workbook: str, said: Said, written: str) -> int:
        xml = with_entity(write_answers(definition_of(workbook), said, {}, str(uuid4()), ""), written)
        return self.posts({"xml_submission_file": ("a.xml", xml, "text/xml")})

    def posts(self, files: Mapping[str, tuple[str, bytes, str]]) -> int:
        return self.office.client.post(f"/key/{self.token}/submission", files=files).status_code

    def screens(self, said: Said) -> UUID:
        case = uuid4()
        assert self.sends(INTAKE, said, entity(case, creates=True)) == 201
        return case


@pytest.fixture
def office(database: Database, ring: KeyRing) -> Iterator[Office]:
    with database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        for workbook in (INTAKE, FOLLOW_UP):
            publish_form(session, OPERATION, xform_of(workbook), {})

    def admit(operation: str, _: Sequence[UUID]) -> None:
        with database.transaction(Zone.CASEWORK, operation=operation) as session:
            admit_awaiting(session, ring, operation)

    with TestClient(create_application(database, ring, Settings(), admit)) as client:
        yield Office(client, database, ring)


def test_two_teams_follow_up_their_own_cases_and_an_erased_one_comes_back_by_neither(office: Office) -> None:
    north, south = office.phone("north"), office.phone("south")
    first, second = north.screens(AMAL), north.screens({**AMAL, "case_reference": "SC-0003"})
    third = south.screens(BADR)
    assert (north.fetches(), south.fetches()) == ({"SC-0001", "SC-0003"}, {"SC-0002"})

    assert north.sends(FOLLOW_UP, {"which": str(first), **FOLLOWED}, entity(first)) == 201
    assert office.state(first) == "active"

    # The phone is out of reach when the person is erased; what it sends then is kept aside, and makes nobody.
    office.erase(second)
    assert north.sends(FOLLOW_UP, {"which": str(second), **FOLLOWED}, entity(second)) == 201
    assert north.sends(INTAKE, {**AMAL, "case_reference": "SC-0003"}, entity(second, creates=True)) == 201
    assert office.quarantine() == ["CASE-014", "CASE-014"]
    assert north.fetches() == {"SC-0001"}
    assert north.gone(first, second, third, "no id") == {str(first): "false", str(second): "true", str(third): "true"}

    # Answers about another team's case are thanked for alike, and change nothing.
    assert north.sends(FOLLOW_UP, {"which": str(third), **FOLLOWED}, entity(third)) == 201
    assert (office.quarantine()[0], office.state(third)) == ("CASE-015", "eligible")


def test_a_follow_up_that_the_phone_encrypted_goes_on_with_its_case(office: Office) -> None:
    north = office.phone("north")
    case = north.screens(AMAL)
    with office.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        add_form_key(session, office.ring, OPERATION)
    with office.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        public_key = newest_public_key(session, office.ring, OPERATION)
    newer = FOLLOW_UP.replace("follow_up | 1", "follow_up | 2")
    with office.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        publish_form(session, OPERATION, encrypt_form(xform_of(newer), public_key), {})
    instance = str(uuid4())
    answers = write_answers(definition_of(newer), {"which": str(case), **FOLLOWED}, {}, instance, "")
    xml, named = with_entity(answers, entity(case)), f"uuid:{instance}"
    sent = encrypt(public_key, xml, form_id="follow_up", version="2", instance_id=named)
    files = {name: (name, content, "application/octet-stream") for name, content in sent.files.items()}
    assert north.posts({"xml_submission_file": ("a.xml", sent.manifest, "text/xml"), **files}) == 201
    assert office.state(case) == "active"


def test_a_phone_holds_no_cases_until_somebody_says_so(office: Office) -> None:
    phone = office.phone("north", carries=None)
    case = phone.screens(AMAL)
    assert phone.fetches() == set()
    assert phone.gone(case) == {str(case): "true"}
    with office.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        carry_cases(session, phone.id, [RecordPart.CONTACT])
    assert phone.fetches() == {"SC-0001"}
    assert phone.cases[str(case)]["phone"] == AMAL["prs_MobilePhone"]
    with office.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        carry_cases(session, phone.id, None)
    assert phone.fetches() == set()


def test_nothing_is_fetched_twice_and_a_look_is_no_line(office: Office) -> None:
    phone = office.phone("north")
    phone.screens(AMAL)
    phone.fetches()
    with office.database.transaction(Zone.AUDIT, operation=OPERATION) as session:
        before = len(audited_entries(session))
    phone.fetches()
    with office.database.transaction(Zone.AUDIT, operation=OPERATION) as session:
        assert len(audited_entries(session)) == before


def test_a_retired_phone_is_told_nothing_more(office: Office) -> None:
    phone = office.phone("north")
    address = phone.listed()
    with office.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        retire_collector(session, phone.id)
    for url in (address["downloadUrl"], address["integrityUrl"]):
        assert office.client.get(url).status_code == 403


def test_a_file_of_that_name_that_was_published_is_a_file_like_any_other(office: Office) -> None:
    newer, own = FOLLOW_UP.replace("follow_up | 1", "follow_up | 3"), b"name,label\n1,one\n"
    with office.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        publish_form(session, OPERATION, xform_of(newer), {"cases.csv": own})
    phone = office.phone("north")
    answer = office.client.get(f"/key/{phone.token}/forms/follow_up/manifest")
    [file] = etree.fromstring(answer.content).iter(f"{MANIFEST}mediaFile")
    assert (file.get("type"), office.client.get(str(file.findtext(f"{MANIFEST}downloadUrl"))).content) == (None, own)
