"""A published form version never changes, and each operation sees its own forms only."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.audit import Action, audited_entries
from core.database import Database, Zone
from core.models import Operation
from forms import find_form, list_forms, publish_form, read_media
from forms.errors import FormChanged, MediaNameUnusable, VariableFedTwice, XFormUnreadable

MEDIA = {"places.csv": b"name,label\n", "a.png": b"\x89PNG"}


def xform(form_id: str = "f", version: str = "1", question: str = "q") -> bytes:
    return (
        f'<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>Form {form_id}</h:title><model><instance>'
        f'<data id="{form_id}" version="{version}"><{question}/></data></instance></model></h:head><h:body/></h:html>'
    ).encode()


def publish(session: Session, content: bytes, media: dict[str, bytes] | None = None) -> None:
    publish_form(session, "TEST", content, media or {})


def test_what_is_published_is_found_again_byte_for_byte(database: Database) -> None:
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        given = publish_form(session, "TEST", xform(), MEDIA)
    with database.transaction(Zone.CASEWORK, operation="TEST") as session:
        found = find_form(session, "TEST", "f", "1")
        files = read_media(session, "TEST", "f", "1")
    assert found == given
    assert given.md5 == hashlib.md5(xform()).hexdigest()
    assert [(entry.file_name, entry.size) for entry in given.media] == [("a.png", 4), ("places.csv", 11)]
    assert {file.file_name: file.content for file in files} == MEDIA
    assert [file.md5 for file in files] == [entry.md5 for entry in given.media]
    assert [question.path for question in given.definition.questions] == ["/data/q"]


def test_publishing_the_same_again_changes_nothing_and_is_not_logged_twice(database: Database) -> None:
    for _ in range(2):
        with database.transaction(Zone.COLLECTION, operation="TEST", actor="amal") as session:
            publish(session, xform(), MEDIA)
    with database.transaction(Zone.AUDIT) as session:
        [entry] = audited_entries(session, action=Action.PUBLISHED)
    assert (entry.actor, entry.operation, entry.purpose, entry.subject) == (
        "amal",
        "TEST",
        "collection",
        "forms.form_version:f",
    )
    assert entry.detail == {"version": "1", "md5": hashlib.md5(xform()).hexdigest(), "media": 2}


def test_two_who_publish_the_same_at_once_both_succeed(database: Database) -> None:
    def publish_alone() -> None:
        with database.transaction(Zone.COLLECTION, operation="TEST") as session:
            publish(session, xform(), MEDIA)

    other = ThreadPoolExecutor(1)
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        publish(session, xform(), MEDIA)
        waiting = other.submit(publish_alone)
    waiting.result()
    other.shutdown()
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        assert len(list_forms(session, "TEST")) == 1


@pytest.mark.parametrize(
    ("content", "media", "part"),
    [(xform(question="other"), MEDIA, "content"), (xform(), {"places.csv": b"changed"}, "media"), (xform(), {}, "media")],
)
def test_other_content_under_a_published_version_is_refused(
    database: Database, content: bytes, media: dict[str, bytes], part: str
) -> None:
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        publish(session, xform(), MEDIA)
    refused = pytest.raises(FormChanged, match=f"{part}.*Give the changed form a new version")
    with refused, database.transaction(Zone.COLLECTION, operation="TEST") as session:
        publish(session, content, media)


def test_the_version_published_last_is_the_newest_whatever_it_is_called(database: Database) -> None:
    for form_id, version in (("f", "9"), ("f", "10"), ("f", "1"), ("a", "")):
        with database.transaction(Zone.COLLECTION, operation="TEST") as session:
            publish(session, xform(form_id, version))
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        newest, older = find_form(session, "TEST", "f", None), find_form(session, "TEST", "f", "9")
        assert newest is not None
        assert older is not None
        assert (newest.version, older.version) == ("1", "9")
        assert [(form.form_id, form.version) for form in list_forms(session, "TEST")] == [("a", ""), ("f", "1")]


def test_a_form_that_nobody_published_is_not_found(database: Database) -> None:
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        publish(session, xform())
        assert find_form(session, "TEST", "g", None) is None
        assert find_form(session, "TEST", "f", "2") is None
        assert read_media(session, "TEST", "f", "2") == []


@pytest.mark.parametrize("file_name", ["", "..", "a/b.csv", "..\\b.csv", "C:x.csv", "a\nb.csv"])
def test_a_media_name_that_could_lead_elsewhere_on_a_phone_is_refused(database: Database, file_name: str) -> None:
    with pytest.raises(MediaNameUnusable), database.transaction(Zone.COLLECTION, operation="TEST") as session:
        publish(session, xform(), {file_name: b"x"})


def test_what_is_no_form_is_not_published(database: Database) -> None:
    with pytest.raises(XFormUnreadable), database.transaction(Zone.COLLECTION, operation="TEST") as session:
        publish(session, b"<html/>")


def test_a_form_of_another_tool_that_feeds_a_variable_twice_is_not_published(database: Database) -> None:
    fed = 'type="int" ws:privacy="open" ws:statistic="persons"/>'
    twice = (
        xform()
        .replace(b"<q/>", b"<q/><r/>")
        .replace(
            b"</instance>",
            f'</instance><bind xmlns:ws="urn:waystation:forms" nodeset="/data/q" {fed}'
            f'<bind xmlns:ws="urn:waystation:forms" nodeset="/data/r" {fed}'.encode(),
        )
    )
    refused = pytest.raises(VariableFedTwice, match="/data/q and /data/r")
    with refused, database.transaction(Zone.COLLECTION, operation="TEST") as session:
        publish(session, twice)


def test_an_operation_neither_sees_nor_adds_to_the_forms_of_another(database: Database) -> None:
    with database.transaction(Zone.COLLECTION, operation="ELSEWHERE") as session:
        session.add(Operation(code="ELSEWHERE", names={"en": "Elsewhere"}))
        publish_form(session, "ELSEWHERE", xform(), MEDIA)
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        assert find_form(session, "ELSEWHERE", "f", "1") is None
        assert list_forms(session, "ELSEWHERE") == []
        assert read_media(session, "ELSEWHERE", "f", "1") == []
    refused = pytest.raises(DBAPIError, match="row-level security")
    with refused, database.transaction(Zone.COLLECTION, operation="TEST") as session:
        publish_form(session, "ELSEWHERE", xform(version="2"), {})


@pytest.mark.parametrize("statement", ["UPDATE forms.form_version SET title = 'x'", "DELETE FROM forms.form_media"])
@pytest.mark.parametrize("zone", list(Zone))
def test_no_zone_can_change_or_take_back_a_published_version(database: Database, zone: Zone, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), database.transaction(zone, operation="TEST") as session:
        session.execute(text(statement))


@pytest.mark.parametrize("zone", [Zone.ANONYMIZER, Zone.RELEASE, Zone.STATISTICS, Zone.AUDIT])
def test_zones_beyond_casework_cannot_read_forms(database: Database, zone: Zone) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), database.transaction(zone, operation="TEST") as session:
        session.execute(text("SELECT * FROM forms.form_version"))


def test_casework_reads_forms_and_adds_none(database: Database) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), database.transaction(Zone.CASEWORK, operation="TEST") as session:
        publish(session, xform())


@pytest.mark.needs_shared_data
def test_a_real_form_is_published_with_its_media(database: Database, shared_data: Path) -> None:
    content = (shared_data / "htcds" / "htcds_xlsform.xml").read_bytes()
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        assert len(publish_form(session, "TEST", content, {}).definition.questions) == 34
