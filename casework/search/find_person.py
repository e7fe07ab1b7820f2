"""Finding a person by what is known of them exactly: case reference, telephone, or full name and year of birth.

Each obeys reach (row-level security shows nothing else), names a purpose, and leaves a line in the audit log that
says how many were found and never what was asked. Free search by a name alone is `search_freely`.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from casework.models import TokenKind
from casework.names.name_likeness import likeness
from casework.names.person_name import PersonName
from casework.records.read_cases import CaseSummary, summaries
from casework.search.open_identities import FoundPerson, open_identities, settled
from casework.store.blind_tokens import find_by_name, find_by_token, known_under
from casework.store.linked_persons import answering_for
from casework.store.seal_record import Vault
from core.access import require
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.permissions import Right

__all__ = ["find_case", "find_named", "find_persons"]


def find_case(session: Session, ring: KeyRing, operation: str, case_reference: str, *, purpose: Purpose) -> CaseSummary | None:
    """The case under a reference, however its letters and spaces are written; None when there is none in reach.

    Raises `NotAllowed`.
    """
    require(session, Right.FIND_PERSON)
    cases = summaries(session, known_under(Vault(session, ring, operation), case_reference))
    record(session, Action.SEARCHED, "casework.case", purpose=purpose, count=len(cases), detail={"by": "case_reference"})
    return cases[0] if cases else None


def find_persons(session: Session, ring: KeyRing, operation: str, phone: str, *, purpose: Purpose) -> list[UUID]:
    """Those interviewed who gave this telephone number, however it is written; raises `NotAllowed`."""
    require(session, Right.FIND_PERSON)
    into = answering_for(session, find_by_token(Vault(session, ring, operation), TokenKind.PHONE, phone))
    found = sorted(set(into.values()))
    record(session, Action.SEARCHED, "casework.person", purpose=purpose, count=len(found), detail={"by": "phone"})
    return found


def find_named(
    session: Session,
    ring: KeyRing,
    operation: str,
    *,
    given: str,
    family: str,
    birth_year: int,
    purpose: Purpose,
    limit: int = 50,
) -> list[FoundPerson]:
    """Those who may bear this name, in whatever script and order, and were born in this year or next to it; likest first.

    The few whose token agrees are opened and compared in memory. Raises `NotAllowed` or `CiphertextRefused`.
    """
    require(session, Right.FIND_PERSON)
    vault, wanted = Vault(session, ring, operation), PersonName(f"{given} {family}", given, family, birth_year)
    opened = open_identities(vault, find_by_name(vault, wanted))
    ranked = settled(vault, (_compared(wanted, person, name) for person, name in opened), purpose)
    record(session, Action.SEARCHED, "casework.person", purpose=purpose, count=len(ranked[:limit]), detail={"by": "name"})
    return ranked[:limit]


def _compared(wanted: PersonName, person: UUID, name: PersonName) -> FoundPerson:
    same_year = 1.0 if name.birth_year == wanted.birth_year else 0.9
    return FoundPerson(person, name.written, name.birth_year, likeness(wanted.written, name.written) * same_year)
