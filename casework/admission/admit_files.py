"""The files that an interview's answers name become the files of the person they were given by or taken of."""

from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from casework.admission.arrival import Arrival, Desk
from casework.models import FileRow, KeyKind
from casework.store.change_clear import changing_clear
from casework.store.seal_file import NewFile, open_label, seal_label, write_chunks
from casework.store.seal_record import Vault, stored_key
from casework.thumbnails import PICTURES, Copied, DecoderUnusable, keep_thumbnail
from core.audit import Purpose
from core.clock import now
from core.sealing.envelope import RecordKey
from forms import Question
from ingest import Answers, UploadedFile, read_submission

__all__ = ["add_file", "admit_files", "names_files", "remove_files"]


def admit_files(desk: Desk, arrival: Arrival, person: UUID, answers: Answers) -> None:
    """Keep the files that these answers name with the person, in place of those of earlier versions of the interview.

    They are sealed anew under the person's key. A former file stays as history; one that the new answers still name, and
    that did not come again, stays as it is. What no answer names (the phone's own log) stays with the submission.
    """
    named = list(_named(arrival, answers))
    came = {file.name: file for file in _files_of(desk, arrival)} if named else {}
    stays = {name for _, name in named if name not in came}
    _replace(desk, arrival, person, stays)
    for question, name in named:
        if name in came:
            add_file(desk, person, _new(came[name], question), chain=arrival.stored.root_id)


def names_files(arrival: Arrival, answers: Answers) -> bool:
    """Whether these answers name any."""
    return any(True for _ in _named(arrival, answers))


def add_file(vault: Vault, person: UUID, new: NewFile, *, chain: UUID | None = None, file: UUID | None = None) -> UUID:
    """Seal a file under its person's key, with its small picture where it has one; its id. Raises `KeyDestroyed`.

    One chunk is in memory at a time; of a picture, all of it.
    """
    file, key = file or uuid4(), stored_key(vault, person, KeyKind.PERSON)
    row = FileRow(
        id=file,
        person=person,
        operation=vault.operation,
        chain=chain,
        part=new.part.value,
        row_version=1,
        label=seal_label(key, file, new),
        added_at=now(),
    )
    with changing_clear(vault, [person]):
        vault.session.add(row)
        vault.session.flush()
    if new.media_type in PICTURES:
        _write_picture(vault, key, row, new)
    else:
        write_chunks(vault, key, file, new.content)
    return file


def _write_picture(vault: Vault, key: RecordKey, row: FileRow, new: NewFile) -> None:
    copied = Copied(new.content)
    write_chunks(vault, key, row.id, copied)
    with suppress(DecoderUnusable):  # told to whoever looks; what was sent is kept in any case
        keep_thumbnail(vault, key, row, copied.whole)


def remove_files(vault: Vault, chain: UUID, *, person: UUID | None = None) -> None:
    """Take away what came with a chain of edits: all of it, or what was kept with a person whom it was not of."""
    theirs = [FileRow.chain == chain] + ([FileRow.person == person] if person else [])
    with changing_clear(vault, set(vault.session.scalars(select(FileRow.person).where(*theirs)))):
        vault.session.execute(delete(FileRow).where(*theirs))


def _named(arrival: Arrival, answers: Answers) -> Iterator[tuple[Question, str]]:
    for path, name in answers.values.items():
        if path in arrival.definition.file_paths and name.strip():
            yield arrival.definition.by_path[path], name.strip()
    for items in answers.repeats.values():
        for item in items:
            yield from _named(arrival, item)


def _files_of(desk: Desk, arrival: Arrival) -> tuple[UploadedFile, ...]:
    return read_submission(desk.session, desk.ring, arrival.stored.id, purpose=Purpose.COLLECTION).files


def _new(file: UploadedFile, question: Question) -> NewFile:
    return NewFile(file.name, file.content_type, file.pieces(), question.part, question.name)


def _replace(desk: Desk, arrival: Arrival, person: UUID, stays: set[str]) -> None:
    current = FileRow.chain == arrival.stored.root_id, FileRow.person == person, FileRow.replaced_at.is_(None)
    former = desk.session.scalars(select(FileRow).where(*current)).all()
    if former:
        key = stored_key(desk, person, KeyKind.PERSON)
        with changing_clear(desk, [person]):
            for row in former:
                if open_label(key, row)[0] not in stays:
                    row.replaced_at = now()
