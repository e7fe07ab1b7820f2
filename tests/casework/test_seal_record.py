"""A ciphertext opens in the row, the column and the version that it was sealed for, and nowhere else."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import OldVersion
from casework.models import Interview, Person, StoredKey
from casework.store.kept_key import KeptKey
from casework.store.seal_record import open_parts, seal_parts
from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, CiphertextRefused, new_record_key
from forms import RecordPart

ANSWERS = st.dictionaries(
    st.text(max_size=5), st.text(max_size=20) | st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=3)))
)


@pytest.fixture(scope="module")
def key(ring: KeyRing) -> KeptKey:
    record = uuid4()
    opened, wrapped = new_record_key(ring, Binding("casework.record_key", record, "person"))
    row = StoredKey(record=record, kind="person", operation="TEST", key_version=wrapped.version)
    return KeptKey(row, opened)


def sealed(key: KeptKey, answers: dict[str, Any]) -> Person:
    person = Person(id=uuid4(), operation="TEST", row_version=1)
    seal_parts(person, key, dict.fromkeys(RecordPart, answers))
    return person


@given(answers=ANSWERS)
def test_what_was_sealed_is_what_opens(key: KeptKey, answers: dict[str, Any]) -> None:
    person = sealed(key, answers)
    assert open_parts(person, key, RecordPart) == dict.fromkeys(RecordPart, answers)


def test_only_the_parts_asked_for_are_opened(key: KeptKey) -> None:
    person = sealed(key, {"x": "1"})
    person.identity = b"not even a ciphertext"
    assert open_parts(person, key, [RecordPart.FACTS]) == {RecordPart.FACTS: {"x": "1"}}


def test_a_ciphertext_in_another_column_is_refused(key: KeptKey) -> None:
    person = sealed(key, {"x": "1"})
    person.facts = person.identity
    with pytest.raises(CiphertextRefused, match=rf"The facts of record {person.id} in casework.person does not open"):
        open_parts(person, key, [RecordPart.FACTS])


def test_a_ciphertext_in_another_row_is_refused(key: KeptKey) -> None:
    person = sealed(key, {"x": "1"})
    person.identity = sealed(key, {"x": "2"}).identity
    with pytest.raises(CiphertextRefused):
        open_parts(person, key, [RecordPart.IDENTITY])


def test_a_ciphertext_under_another_version_is_refused(key: KeptKey) -> None:
    person = sealed(key, {"x": "1"})
    person.row_version = 2
    key.note(person.id, 2)
    with pytest.raises(CiphertextRefused):
        open_parts(person, key, [RecordPart.IDENTITY])


def test_a_whole_old_row_put_back_is_refused(key: KeptKey) -> None:
    person = sealed(key, {"x": "1"})
    old = Person(id=person.id, row_version=1, identity=person.identity)
    person.row_version = 2
    seal_parts(person, key, {part: {"x": "2"} for part in RecordPart})
    assert open_parts(person, key, [RecordPart.IDENTITY]) == {RecordPart.IDENTITY: {"x": "2"}}
    with pytest.raises(OldVersion, match=str(person.id)):
        open_parts(old, key, [RecordPart.IDENTITY])


def test_a_ciphertext_in_another_table_is_refused(key: KeptKey) -> None:
    person = sealed(key, {"x": "1"})
    moved = Interview(id=person.id, row_version=1, facts=person.facts)
    with pytest.raises(CiphertextRefused, match=r"casework\.interview"):
        open_parts(moved, key, [RecordPart.FACTS])
