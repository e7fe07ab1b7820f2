"""Files of a person: sealed anew under the person's key, in chunks that cannot be dropped, exchanged or cut unnoticed."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from casework import list_cases
from casework.admission.admit_files import add_file
from casework.errors import ClearRowChanged, FileCut, KeyDestroyed, RecordUnknown
from casework.records import list_files, read_file
from casework.store import NewFile
from casework.store.seal_record import Vault
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.permissions import PERMISSIONS, Right, Role
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.sealing.envelope import CiphertextRefused
from core.sealing.sealed_chunks import CHUNK_BYTES, chunked
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import ASSISTANCE, OPERATION, SCREENING, Field

SIGNED = {**SCREENING, "consent_signature": "signature.png"}
HELP = Purpose.ASSISTANCE
THREE_CHUNKS = bytes(range(256)) * (CHUNK_BYTES // 256 * 2) + b"and a rest"


RENUMBER = "UPDATE casework.file_chunk SET position = position - 10 WHERE position > 5"


def opened(team: Field, file: UUID, access: Access | None = None) -> bytes:
    with team.database.transaction(Zone.CASEWORK, operation=OPERATION, access=access) as session:
        return b"".join(read_file(session, team.ring, file, purpose=HELP).content)


def execute(team: Field, statement: str) -> Any:
    """By hand, as somebody would who sits at the database."""
    engine = create_engine(team.database.engine.url.set(username=ADMINISTRATOR))
    with engine.begin() as connection:
        done = connection.execute(text(statement))
        rows = done.all() if done.returns_rows else []
    engine.dispose()
    return rows


@begun
def person(field_team: Field) -> UUID:
    """Somebody who signed their consent."""
    field_team.send("screening", SIGNED, instance="first")
    field_team.admit_awaiting()
    with field_team.zone() as session:
        return list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0].person


@begun
def recording(field_team: Field, person: UUID) -> UUID:
    """A long recording that was added to the record."""
    new = NewFile("voice.ogg", "audio/ogg", (THREE_CHUNKS[:1000], THREE_CHUNKS[1000:]), RecordPart.NARRATIVE)
    with field_team.zone() as session:
        return add_file(Vault(session, field_team.ring, OPERATION), person, new)


def test_the_file_of_an_interview_becomes_the_persons(field_team: Field, person: UUID) -> None:
    with field_team.zone() as session:
        (label,) = list_files(session, field_team.ring, person, purpose=HELP)
    assert (label.name, label.media_type, label.question) == ("signature.png", "image/png", "consent_signature")
    assert opened(field_team, label.id) == b"content"
    with field_team.zone() as session:
        (stored,) = session.execute(text("SELECT label, content FROM casework.file JOIN casework.file_chunk ON file = id"))
    assert b"signature" not in stored.label
    assert b"content" not in stored.content


def test_a_corrected_interview_replaces_its_files_and_keeps_the_former(field_team: Field, person: UUID) -> None:
    field_team.send("screening", {**SIGNED, "consent_signature": "again.png"}, instance="second", edits="first")
    field_team.admit_awaiting()
    with field_team.zone() as session:
        labels = list_files(session, field_team.ring, person, purpose=HELP)
    assert [(label.name, label.replaced) for label in labels] == [("again.png", False), ("signature.png", True)]
    assert opened(field_team, labels[1].id) == b"content"


def test_an_interview_without_files_leaves_those_of_another_alone(field_team: Field, person: UUID) -> None:
    field_team.send("assistance", ASSISTANCE)
    field_team.admit_awaiting()
    with field_team.zone() as session:
        assert [label.replaced for label in list_files(session, field_team.ring, person, purpose=HELP)] == [False]


@pytest.mark.parametrize("role", list(Role))
def test_files_open_for_the_roles_that_read_files(field_team: Field, recording: UUID, role: Role) -> None:
    access = Access("amal", OPERATION, (Grant(role),))
    if role in PERMISSIONS[Right.READ_FILES]:
        assert opened(field_team, recording, access) == THREE_CHUNKS
    else:
        with pytest.raises(NotAllowed):
            opened(field_team, recording, access)


def test_out_of_reach_a_file_is_not_there(field_team: Field, recording: UUID) -> None:
    with pytest.raises(RecordUnknown):
        opened(field_team, recording, Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),)))


@pytest.mark.parametrize(("kept", "refused"), [("files", True), ("narrative", True), ("contact", False)])
def test_who_is_kept_from_a_part_is_kept_from_its_files(
    field_team: Field, recording: UUID, person: UUID, kept: str, refused: bool
) -> None:
    with field_team.changing() as session:
        session.execute(
            text("INSERT INTO casework.kept_from VALUES (:person, :part, 'badr', :operation, 'amal', now())"),
            {"person": person, "part": kept, "operation": OPERATION},
        )
    access = Access("badr", OPERATION, (Grant(Role.CASEWORKER),))
    if refused:
        with pytest.raises(NotAllowed):
            opened(field_team, recording, access)
    else:
        assert opened(field_team, recording, access) == THREE_CHUNKS


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE casework.file_chunk SET content = set_byte(content, 40, get_byte(content, 40) # 1) WHERE position = 1",
        "UPDATE casework.file_chunk SET position = 11 - position WHERE position < 2; " + RENUMBER,
        "DELETE FROM casework.file_chunk WHERE position = 2",
        "DELETE FROM casework.file_chunk WHERE position = 1",
        "DELETE FROM casework.file_chunk",
        "INSERT INTO casework.file_chunk SELECT file, 3, operation, content FROM casework.file_chunk WHERE position = 0",
        "UPDATE casework.file SET row_version = 2",
        "UPDATE casework.file_chunk c SET content = d.content FROM casework.file_chunk d WHERE d.file <> c.file",
    ],
    ids=["flipped", "exchanged", "cut", "gap", "emptied", "lengthened", "another version", "of another file"],
)
def test_a_file_that_was_tampered_with_is_refused_by_id(
    field_team: Field, recording: UUID, person: UUID, tampering: str
) -> None:
    for statement in tampering.split(";"):
        execute(field_team, statement)
    with pytest.raises((CiphertextRefused, ClearRowChanged, FileCut), match=f"{recording}|{person}"):
        opened(field_team, recording)


def test_with_the_persons_key_their_files_are_gone(field_team: Field, recording: UUID, person: UUID) -> None:
    with field_team.zone() as session:
        session.execute(text("DELETE FROM casework.record_key WHERE record = :person"), {"person": person})
    with pytest.raises(KeyDestroyed):
        opened(field_team, recording)


def test_files_go_with_their_person(field_team: Field, recording: UUID, person: UUID) -> None:
    for table in ("interview", "case", "household_member", "person"):
        execute(field_team, f'DELETE FROM casework."{table}"')
    assert execute(field_team, "SELECT * FROM casework.file_chunk") == []


@given(pieces=st.lists(st.integers(0, 5 * CHUNK_BYTES // 2), max_size=4))
def test_however_content_comes_its_chunks_are_full_but_the_last(pieces: list[int]) -> None:
    content: Iterable[bytes] = (bytes(size) for size in pieces)
    sizes = [len(chunk) for chunk in chunked(content)]
    assert sum(sizes) == sum(pieces)
    assert all(size == CHUNK_BYTES for size in sizes[:-1])
    assert 0 < sizes[-1] <= CHUNK_BYTES or sizes == [0]
