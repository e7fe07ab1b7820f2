"""A phone with an encrypted form: what the enumerator is told, and that admission hears of opened answers alone."""

from uuid import UUID

import pytest

from app.arriving.admission import admit_batches
from app.program import Program
from core.audit import Purpose
from core.database import Zone
from core.sealing.odk_encryption import new_private_key, public_key_of
from core.settings import Settings
from forms import add_form_key, newest_public_key
from ingest import read_submission, unopened_submissions
from tests.app.test_openrosa.conftest import OPERATION, Phone
from tests.encrypting_phone import Encrypted, encrypt

PHOTO = {"house.jpg": b"\xff\xd8 a house"}


@pytest.fixture
def public_key(phone: Phone) -> str:
    with phone.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        add_form_key(session, phone.ring, OPERATION)
    with phone.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        return newest_public_key(session, phone.ring, OPERATION)


def encrypted(phone: Phone, public_key: str, instance: str = "uuid:1", *, replaces: str = "") -> Encrypted:
    xml = phone.answers(instance, photo="house.jpg", replaces=replaces)
    return encrypt(public_key, xml, PHOTO, form_id="visit", version="1", instance_id=instance)


def test_encrypted_answers_are_thanked_for_like_any_others_and_passed_on_opened(phone: Phone, public_key: str) -> None:
    sent = encrypted(phone, public_key)
    answer = phone.post(sent.manifest, sent.files)
    assert (answer.status_code, phone.shows(answer)) == (201, "Thank you, your form has arrived.")
    [(operation, submission)] = phone.told
    with phone.database.transaction(Zone.CASEWORK, operation=operation) as session:
        read = read_submission(session, phone.ring, submission, purpose=Purpose.ASSISTANCE)
    assert read.xml == phone.answers("uuid:1", photo="house.jpg")
    assert {file.name: file.content for file in read.files} == PHOTO
    assert phone.post(sent.manifest, sent.files).status_code == 202
    edit = encrypted(phone, public_key, "uuid:2", replaces="uuid:1")
    assert phone.shows(phone.post(edit.manifest, edit.files)) == "Thank you, your correction has arrived."


def test_split_uploads_are_passed_on_with_the_last_file(phone: Phone, public_key: str) -> None:
    sent = encrypted(phone, public_key)
    for name in sent.files:
        assert phone.told == []
        answer = phone.post(sent.manifest, {name: sent.files[name]})
        assert answer.status_code == 201
    assert phone.shows(answer) == "Thank you, all photos and files of your form have arrived."
    assert len(phone.told) == 1


@pytest.mark.parametrize(("language", "says"), [("en", "cannot be read"), ("fr", "illisible"), ("ar", "تتعذر قراءتها")])
def test_damaged_ones_are_refused_in_words(phone: Phone, public_key: str, language: str, says: str) -> None:
    sent = encrypted(phone, public_key)
    damaged = {**sent.files, "house.jpg.enc": sent.files["house.jpg.enc"][:-1]}
    for _ in range(2):
        answer = phone.post(sent.manifest, damaged, language=language)
        assert answer.status_code == 400
        assert says in phone.shows(answer)
    assert phone.told == []
    assert phone.quarantine() == [("INGEST-010", sent.manifest)]


def test_answers_for_another_key_are_refused_so_that_the_phone_keeps_them(phone: Phone, public_key: str) -> None:
    sent = encrypted(phone, public_key_of(new_private_key()))
    answer = phone.post(sent.manifest, sent.files)
    assert answer.status_code == 422
    assert "Do not delete it from your phone" in phone.shows(answer)
    assert phone.quarantine() == [("INGEST-009", sent.manifest)]


def test_what_a_crash_left_unopened_is_opened_by_the_next_admission_and_by_the_phone(
    phone: Phone, public_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (encrypted(phone, public_key, instance) for instance in ("uuid:1", "uuid:2"))
    with monkeypatch.context() as crash:
        crash.setattr("app.web.phones.submission_door.open_encrypted", _crash)
        for sent in (first, second):
            assert phone.post(sent.manifest, sent.files).status_code == 500
    assert phone.told == []
    assert phone.post(first.manifest, first.files).status_code == 201
    assert len(phone.told) == 1
    program = Program(Settings(), phone.database, phone.ring)
    assert sum(count.kept_raw for count in admit_batches(program, OPERATION, actor="worker")) == 2
    with phone.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        assert unopened_submissions(session, OPERATION, again=True) == []


def test_a_key_that_came_late_opens_what_was_set_aside(phone: Phone, public_key: str) -> None:
    """As after restoring a key backup; the admission tries by itself what is new, and what did not open when it is told."""
    private = new_private_key()
    sent = encrypted(phone, public_key_of(private))
    phone.post(sent.manifest, sent.files)
    program = Program(Settings(), phone.database, phone.ring)
    with pytest.MonkeyPatch.context() as restored:
        restored.setattr("forms.form_keys.new_private_key", lambda: private)
        with phone.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            add_form_key(session, phone.ring, OPERATION)
    assert [count.total for count in admit_batches(program, OPERATION, actor="worker")] == []
    assert sum(count.kept_raw for count in admit_batches(program, OPERATION, actor="worker", again=True)) == 1
    assert phone.quarantine() == []


def _crash(_session: object, _ring: object, _submission: UUID) -> None:
    raise RuntimeError("the power went out")
