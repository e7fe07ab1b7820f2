"""A field team on paper: the published questionnaires, a small gazetteer, and phones that send answers."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from uuid import UUID, uuid4

import pytest
from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import Admission, AdmissionCount, admit_awaiting, admit_submission
from casework.models import Person
from casework.store.change_clear import changing_clear
from casework.store.seal_record import Vault
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.places import Place, add_places
from forms import FormDefinition, publish_form, read_form_definition
from ingest import UploadedFile, quarantined, receive_submission
from tests.beginning import Beginning
from tests.questionnaires import compiled

OPERATION = "TEST"
FORMS = {"movement": "movement_tracking", "screening": "screening_interview", "assistance": "assistance_interview"}
# A questionnaire that says nothing of records: casework has none for it.
OTHER = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>Wells</h:title>
<model><instance><data id="wells"><depth/><meta><instanceID/></meta></data></instance><bind nodeset="/data/depth" type="int"/>
</model></h:head><h:body><input ref="/data/depth"><label>Depth</label></input></h:body></h:html>"""
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
PLACES = [
    Place("XM", None, 0, {"en": "Marenda"}, SQUARE),
    Place("XM01", "XM", 1, {"en": "North"}, SQUARE),
    Place("XM0101", "XM01", 2, {"en": "Ashby"}, SQUARE),
    Place("XM0102", "XM01", 2, {"en": "Birk"}, SQUARE),
]
Said = Mapping[str, str]
# The same questionnaires are published for a thousand tests: what they ask is read from each of them once.
definition_of = import_module("forms.publish_form").read_form_definition = cache(read_form_definition)

ARRIVAL: Said = {
    "arrival_date": "2026-02-10",
    "origin": "XM0101",
    "destination": "XM0102",
    "reason": "flood",
    "persons.female.18-59": "3",
    "persons.male.0-4": "2",
    "reporter_name": "Quintessa Reporter",
    "reporter_phone": "+252 61 555 0100",
    "remarks": "The bridge is gone.",
}
SCREENING: Said = {
    "con_Consent": "yes",
    "case_reference": "SC-0012",
    "prs_First_Name": "Amal",
    "prs_Second_Name": "Interviewed",
    "prs_MobilePhone": "+252 61 555 0199",
    "vic_TraffickingStatus": "possible",
    "eligible": "yes",
    "interviewer_notes": "Asked for a quiet room.",
}
MEMBERS = [
    {"member_name": "Idris Member", "member_gender": "male", "member_age": "9", "member_relationship": "son"},
    {"member_name": "Leila Member", "member_gender": "female", "member_age": "31", "member_relationship": "sister"},
]
ASSISTANCE: Said = {
    "case_reference": "sc-0012",
    "interview_date": "2026-02-12",
    "cas_Status": "active",
    "experience_narrative": "Was well received.",
}


@dataclass
class Field:
    """An operation with its questionnaires. Answers are named as their questions are."""

    database: Database
    ring: KeyRing
    definitions: Mapping[str, FormDefinition] = field(repr=False)

    @contextmanager
    def zone(self, zone: Zone = Zone.CASEWORK, operation: str = OPERATION) -> Iterator[Session]:
        with self.database.transaction(zone, operation=operation, actor="tester") as session:
            yield session

    @contextmanager
    def changing(self) -> Iterator[Session]:
        """The same where a test changes by hand what stands in clear, as if the program had done it."""
        with self.zone() as session:
            persons = session.scalars(select(Person.id)).all()
            with changing_clear(Vault(session, self.ring, OPERATION), persons):
                yield session

    def send(
        self, kind: str, said: Said, *, repeats: Mapping[str, Sequence[Said]] | None = None, instance: str = "", edits: str = ""
    ) -> UUID:
        """Send answers as a phone does, as an edit of the instance `edits`; the id that ingest gave them."""
        xml = write_answers(self.definitions[kind], said, repeats or {}, instance or str(uuid4()), edits)
        named = {q.name for q in self.definitions[kind].questions if q.kind == "binary"} & {*said}
        files = [UploadedFile(said[name], "image/png", b"content") for name in sorted(named)]
        with self.zone(Zone.COLLECTION) as session:
            receipt = receive_submission(session, self.ring, operation=OPERATION, xml=xml, files=files, collector="phone")
        assert receipt.submission_id, receipt.outcome
        return receipt.submission_id

    def admit(self, submission: UUID) -> Admission:
        with self.zone() as session:
            return admit_submission(session, self.ring, submission)

    def admit_awaiting(self, limit: int = 500) -> AdmissionCount:
        with self.zone() as session:
            return admit_awaiting(session, self.ring, OPERATION, limit=limit)

    def quarantine(self) -> dict[UUID | None, tuple[str, str]]:
        """Code and reason by submission."""
        with self.zone() as session:
            return {entry.submission_id: (entry.code, entry.reason) for entry in quarantined(session, OPERATION)}


def write_answers(
    definition: FormDefinition, said: Said, repeats: Mapping[str, Sequence[Said]], instance: str, edits: str
) -> bytes:
    """The XML that a phone would send; answers go by question name or variable, repeats by the last step of their path."""
    root = etree.Element("data", id=definition.form_id, version=definition.version)
    for question in definition.questions:
        answer = said.get(question.name) or said.get(question.statistic or "")
        if answer and question.repeat is None:
            _child(root, question.path).text = answer
    for name, entries in repeats.items():
        asked = [question for question in definition.questions if (question.repeat or "").endswith(f"/{name}")]
        path = asked[0].repeat or ""
        for entry in entries:
            element = etree.SubElement(_child(root, path.rsplit("/", 1)[0]), name)
            for question in asked:
                if question.name in entry:
                    _child(element, question.path, below=path).text = entry[question.name]
    _child(root, "/data/meta/instanceID").text = f"uuid:{instance}"
    if edits:
        _child(root, "/data/meta/deprecatedID").text = f"uuid:{edits}"
    return etree.tostring(root)


def _child(root: etree._Element, path: str, *, below: str = "/data") -> etree._Element:
    element = root
    for step in path.removeprefix(below).strip("/").split("/"):
        found = element.find(step) if step else element
        element = etree.SubElement(element, step) if found is None else found
    return element


@pytest.fixture(scope="session")
def xforms() -> Mapping[str, bytes]:
    """The three questionnaires, compiled once, and one of another kind."""
    ours = {kind: compiled(name).xform for kind, name in FORMS.items()}
    return {**ours, "other": OTHER}


@pytest.fixture
def field_team(database: Database, begin: Beginning, ring: KeyRing, xforms: Mapping[str, bytes]) -> Field:
    def made() -> None:
        with database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            add_places(session, OPERATION, PLACES)
            for xform in xforms.values():
                publish_form(session, OPERATION, xform, {})

    begin(made)
    return Field(database, ring, {kind: definition_of(xform) for kind, xform in xforms.items()})
