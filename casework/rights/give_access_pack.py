"""Give a person what is held on them: a page in their language and the same as data, as bytes that only memory holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from casework.consent.consents import newest_consents
from casework.consent.record_consent import read_consents
from casework.errors import RecordUnknown
from casework.models import KeyKind, Person
from casework.rights.access_pack import AccessPack, UseOfRecord
from casework.rights.gather_access_pack import (
    Holdings,
    count_others,
    held_files,
    held_sections,
    restrictions_of,
    shared_with,
)
from casework.rights.gather_case_file import sections_of_cases
from casework.rights.gather_people import sections_around
from casework.rights.write_access_pack import as_json, as_page
from casework.store.bulk_limit import count_reading
from casework.store.seal_record import Vault, stored_key
from core.access import require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.languages import DEFAULT_LANGUAGE, LANGUAGES
from core.permissions import Right

__all__ = ["GivenPack", "give_access_pack"]


@dataclass(frozen=True)
class GivenPack:
    """The pack as a page and as data. It leaves the program sealed (`core.sealing.sealed_file`) or not at all."""

    page: bytes = field(repr=False)
    data: bytes = field(repr=False)


def give_access_pack(
    session: Session, ring: KeyRing, person_id: UUID, *, uses: Sequence[UseOfRecord], language: str = ""
) -> GivenPack:
    """Everything held on a person, others' data left out; `uses` are the lines of the audit log on them.

    Written in `language` (one of `core.languages`), or in the one in which consent was asked. The right to give a pack reads
    all parts, also of a restricted record: it is the person who reads.
    Raises `NotAllowed`, `RecordUnknown`, `ReadTooMany` or `CiphertextRefused`.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    require(session, Right.GIVE_ACCESS_PACK, custody_of(person), subject=f"casework.person:{person_id}")
    count_reading(session, [person_id])
    key = stored_key(Vault(session, ring, person.operation), person_id, KeyKind.PERSON)
    held = Holdings(session, ring, person.operation, person, key, language or _spoken(session, person_id))
    pack = _pack(held, uses)
    detail = {"pack": True, "sections": len(pack.sections), "files": len(pack.files), "language": pack.language}
    record(session, Action.EXPORTED, f"casework.person:{person_id}", purpose=Purpose.RIGHTS, detail=detail)
    return GivenPack(as_page(pack), as_json(pack))


def _pack(held: Holdings, uses: Sequence[UseOfRecord]) -> AccessPack:
    sections = [*held_sections(held), *sections_of_cases(held), *sections_around(held)]
    return AccessPack(
        held.person.id,
        held.language,
        now(),
        tuple(sections),
        tuple(read_consents(held.session, held.key, held.person.id)),
        tuple((row.since, row.until, row.purpose, row.reason) for row in restrictions_of(held)),
        tuple(shared_with(held)),
        tuple(uses),
        tuple(held_files(held, sections)),
        count_others(held.session, held.person.id),
    )


def _spoken(session: Session, person: UUID) -> str:
    spoken = [consent.language for consent in newest_consents(session, person) if consent.language in LANGUAGES]
    return spoken[0] if spoken else DEFAULT_LANGUAGE
