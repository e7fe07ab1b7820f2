"""A phone with one form: a name, a photo, and members of a household who may each have a photo."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core.audit import Purpose
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from forms import FormDefinition, publish_form, read_form_definition
from ingest import (
    Receipt,
    StoredSubmission,
    UploadedFile,
    awaiting_submissions,
    quarantined,
    read_quarantined,
    read_submission,
    receive_submission,
)
from ingest.read_quarantine import read_quarantined_files
from tests.beginning import Beginning

OPERATION = "TEST"
FORM = b"""<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
  <h:head><h:title>Household</h:title><model>
    <instance><data id="household" version="1">
      <person><name/></person><photo/>
      <member><member_name/><portrait/><illness><symptom/></illness></member>
      <orx:meta><orx:instanceID/></orx:meta>
    </data></instance>
    <bind nodeset="/data/person/name" type="string"/>
    <bind nodeset="/data/photo" type="binary"/>
    <bind nodeset="/data/member/member_name" type="string"/>
    <bind nodeset="/data/member/portrait" type="binary"/>
    <bind nodeset="/data/member/illness/symptom" type="string"/>
  </model></h:head>
  <h:body>
    <group ref="/data/person"><input ref="/data/person/name"><label>Name</label></input></group>
    <upload ref="/data/photo" mediatype="image/*"><label>Photo</label></upload>
    <group ref="/data/member"><label>Member</label><repeat nodeset="/data/member">
      <input ref="/data/member/member_name"><label>Name</label></input>
      <upload ref="/data/member/portrait" mediatype="image/*"><label>Portrait</label></upload>
      <group ref="/data/member/illness"><repeat nodeset="/data/member/illness">
        <input ref="/data/member/illness/symptom"><label>Symptom</label></input>
      </repeat></group>
    </repeat></group>
  </h:body>
</h:html>"""


@dataclass(frozen=True)
class Household:
    """A phone with the household form, and a caseworker who reads what it sent."""

    database: Database
    ring: KeyRing = field(repr=False)

    @contextmanager
    def zone(self, zone: Zone, operation: str = OPERATION) -> Iterator[Session]:
        with self.database.transaction(zone, operation=operation, actor="tester") as session:
            yield session

    def publish(self, version: str = "1") -> None:
        with self.zone(Zone.COLLECTION) as session:
            publish_form(session, OPERATION, FORM.replace(b'version="1">', f'version="{version}">'.encode()), {})

    def answers(
        self, instance: str = "uuid:1", *, body: str = "<person><name>Amal</name></person>", replaces: str = ""
    ) -> bytes:
        """Answers as a phone writes them; `replaces` makes them an edit."""
        old = f"<orx:deprecatedID>{replaces}</orx:deprecatedID>" if replaces else ""
        return (
            f'<data id="household" version="1" xmlns:orx="http://openrosa.org/xforms">{body}'
            f"<orx:meta><orx:instanceID>{instance}</orx:instanceID>{old}</orx:meta></data>"
        ).encode()

    def photo(self, name: str, content: bytes = b"\xff\xd8 a face") -> UploadedFile:
        return UploadedFile(name, "image/jpeg", content)

    def send(self, xml: bytes, files: Sequence[UploadedFile] = ()) -> Receipt:
        """Post answers with files in one transaction, as the door does."""
        with self.zone(Zone.COLLECTION) as session:
            return receive_submission(session, self.ring, operation=OPERATION, xml=xml, files=files, collector="1")

    def read(self, receipt: Receipt) -> StoredSubmission:
        assert receipt.submission_id
        with self.zone(Zone.CASEWORK) as session:
            stored = read_submission(session, self.ring, receipt.submission_id, purpose=Purpose.ASSISTANCE)
            return replace(stored, files=tuple(file.held() for file in stored.files))

    def awaiting(self) -> list[UUID]:
        with self.zone(Zone.CASEWORK) as session:
            return awaiting_submissions(session, OPERATION, 100)

    def quarantine(self) -> list[tuple[str, bytes, tuple[UploadedFile, ...]]]:
        """Code, answers and files of every entry, the newest first."""
        with self.zone(Zone.CASEWORK) as session:
            return [
                (
                    entry.code,
                    read_quarantined(session, self.ring, entry.id, purpose=Purpose.VERIFICATION),
                    read_quarantined_files(session, self.ring, entry.id, purpose=Purpose.VERIFICATION),
                )
                for entry in quarantined(session, OPERATION)
            ]


@pytest.fixture(scope="session")
def definition() -> FormDefinition:
    return read_form_definition(FORM)


@pytest.fixture
def household(database: Database, begin: Beginning, ring: KeyRing) -> Household:
    """The test operation with the household form published."""
    opened = Household(database, ring)

    def made() -> None:
        opened.publish()

    begin(made)
    return opened
