"""The real application on a real database, and a phone that talks to it over HTTP."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import pytest
from lxml import etree
from starlette.testclient import TestClient

from app.web.application import create_application
from core.audit import Purpose
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.settings import Settings
from forms import publish_form
from ingest import quarantined, read_quarantined
from ingest.collectors import add_collector

OPERATION = "TEST"
LIMIT = 1_000_000
FORM = b"""<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
  <h:head><h:title>Visit &amp; photo</h:title><model>
    <instance><data id="visit" version="1"><name/><photo/><orx:meta><orx:instanceID/></orx:meta></data></instance>
    <bind nodeset="/data/name" type="string"/><bind nodeset="/data/photo" type="binary"/>
  </model></h:head>
  <h:body>
    <input ref="/data/name"><label>Name</label></input>
    <upload ref="/data/photo" mediatype="image/*"><label>Photo</label></upload>
  </h:body>
</h:html>"""
Files = Mapping[str, bytes]


@dataclass
class Phone:
    """A phone that is set up with the address of its operation; `told` is what the program heard of its answers."""

    client: TestClient = field(repr=False)
    database: Database
    ring: KeyRing = field(repr=False)
    token: str = field(repr=False)
    told: list[tuple[str, UUID]]

    form: bytes = field(default=FORM, repr=False)
    hear: Callable[[], object] = tuple

    def after(self, heard: Callable[[], object]) -> None:
        """Let the program do something else when it hears of answers."""
        self.hear = heard

    def hears(self, operation: str, submissions: Sequence[UUID]) -> None:
        self.hear()
        self.told += [(operation, submission) for submission in submissions]

    @property
    def door(self) -> str:
        return f"/key/{self.token}"

    def answers(self, instance: str = "uuid:1", *, name: str = "Amal", photo: str = "", replaces: str = "") -> bytes:
        old = f"<deprecatedID>{replaces}</deprecatedID>" if replaces else ""
        meta = f"<meta><instanceID>{instance}</instanceID>{old}</meta>"
        return f'<data id="visit" version="1"><name>{name}</name><photo>{photo}</photo>{meta}</data>'.encode()

    def post(self, xml: bytes, files: Files | None = None, *, language: str = "en", door: str = "") -> httpx.Response:
        """One post as Collect sends it: the answers, then a part for each file, named as the file is."""
        parts: list[tuple[str, tuple[str, bytes, str]]] = [("xml_submission_file", ("submission.xml", xml, "text/xml"))]
        parts += [(name, (name, content, "image/jpeg")) for name, content in (files or {}).items()]
        headers = {"X-OpenRosa-Version": "1.0", "Accept-Language": language}
        return self.client.post(f"{door or self.door}/submission?deviceID=collect%3A1", files=parts, headers=headers)

    def publish(self, form_id: str, version: str) -> None:
        """Publish the same questions under another name or version."""
        xform = self.form.replace(b'id="visit" version="1"', f'id="{form_id}" version="{version}"'.encode())
        with self.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            publish_form(session, OPERATION, xform, {})

    @staticmethod
    def shows(response: httpx.Response) -> str:
        """The sentence that the enumerator sees."""
        assert response.headers["content-type"].startswith("text/xml")
        return str(etree.fromstring(response.content).findtext("{*}message"))

    def kept(self) -> Iterator[tuple[str, bytes]]:
        """Code and answers of what lies in quarantine, the newest first."""
        with self.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
            for entry in quarantined(session, OPERATION):
                yield entry.code, read_quarantined(session, self.ring, entry.id, purpose=Purpose.VERIFICATION)

    def quarantine(self) -> Sequence[tuple[str, bytes]]:
        return list(self.kept())


@pytest.fixture
def phone(database: Database, ring: KeyRing) -> Iterator[Phone]:
    with database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        publish_form(session, OPERATION, FORM, {"places.csv": b"name,label\n"})
        token = add_collector(session, OPERATION, "tablet 7")
    told: list[tuple[str, UUID]] = []
    settings = Settings(max_submission_bytes=LIMIT)

    def tell(operation: str, submissions: Sequence[UUID]) -> None:
        phone.hears(operation, submissions)

    application = create_application(database, ring, settings, tell)
    with TestClient(application) as client:
        phone = Phone(client, database, ring, token, told)
        yield phone
