"""What reading in bulk follows in clear is compared with what each key lists: a person's custody, and who is kept from what.

The same comparison as when a key is opened by itself (`casework.store.compare_clear`), of those rows alone that decide who is
counted. They come with the ciphertexts, of one moment with the list. What else stands in clear decides nothing here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from casework.errors import ClearRowChanged, ListPutBack
from casework.models import KeyKind
from casework.store.clear_rows import custody_entry, digest_of, id_in, key_subject, text_of
from casework.store.what_is_listed import CHANGES, CUSTODY, KEPT_FROM, NUMBERS, sets_known
from core.keys.logged_versions import logged_changes
from core.keys.newest_versions import ENTRY_BYTES, entry_of, number_of, read_versions

__all__ = ["KEPT_TEXT", "ComparedInBulk", "compared_in_bulk"]

# SQL: one row of `casework.kept_from` as it is listed.
KEPT_TEXT: Final = str(text_of(KEPT_FROM).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
LAST_BYTES: Final = slice(ENTRY_BYTES - 1, None, ENTRY_BYTES)  # of all numbers in a list
KEPT_ENDS: Final = number_of(NUMBERS[KEPT_FROM])[-1]
ANYBODY: Final = UUID(int=0)
SUBJECT: Final = key_subject(ANYBODY, KeyKind.PERSON.value).partition(str(ANYBODY))


@dataclass(frozen=True)
class ComparedInBulk:
    """Of an operation, for whom and which part; and by person (the bytes of their id) how many changes the log tells of."""

    operation: str
    actor: str
    part: str
    changes: Mapping[bytes, int] = field(repr=False)
    _custodies: dict[bytes, bytes] = field(default_factory=dict, repr=False)

    def showing(self) -> Callable[[bytes, bytes, bytes, bytes], bool]:
        """Who tells whether the actor is kept from nothing of this, given a person, the opened list, their custody, and the
        rows of who is kept from what, a line each: a function, for it is called a million times.

        Raises `ClearRowChanged` or `ListPutBack`.
        """
        entries, changes = self._custodies, self.changes

        def shows(person: bytes, newest: bytes, custody: bytes, kept: bytes) -> bool:
            entry = entries.get(custody) or self._entry(custody)  # of 20 bytes: found nowhere else by chance
            if entry in newest and KEPT_ENDS not in newest[LAST_BYTES] and not kept and person not in changes:
                return True
            return self._compared(person, newest, custody, kept)

        return shows

    def _entry(self, custody: bytes) -> bytes:
        entry = self._custodies[custody] = entry_of(*custody_entry(self.operation, custody.decode()))
        return entry

    def _compared(self, person: bytes, newest: bytes, custody: bytes, kept: bytes) -> bool:
        listed, record = read_versions(newest), UUID(bytes=person)
        if listed.get(CHANGES, 0) < self.changes.get(person, 0):
            raise ListPutBack(record=record)
        texts = kept.decode().split("\n") if kept else []
        if sets_known(listed, KeyKind.PERSON):  # both sets are of the first edition
            if custody_entry(self.operation, custody.decode())[0] not in listed:
                raise ClearRowChanged(record=record, table=f"casework.{CUSTODY}", row=custody.decode())
            rows = {digest_of(text): text for text in texts}
            named = {one for one, number in listed.items() if number == NUMBERS[KEPT_FROM]}
            for one in rows.keys() ^ named:
                row = id_in(rows[one]) if one in rows else "missing"
                raise ClearRowChanged(record=record, table=f"casework.{KEPT_FROM}", row=row)
        return not any(json.loads(text)[1:3] == [self.part, self.actor] for text in texts)


def compared_in_bulk(session: Session, operation: str, actor: str, part: str) -> ComparedInBulk:
    """The comparison for a transaction that is about to read; what is changed meanwhile is newer than the log is asked for."""
    before, _, after = SUBJECT
    changes = {
        UUID(subject[len(before) : -len(after)]).bytes: count
        for subject, count in logged_changes(session).items()
        if subject.startswith(before) and subject.endswith(after)
    }
    return ComparedInBulk(operation, actor, part, changes)
