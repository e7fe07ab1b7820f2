"""Who was admitted or corrected is compared with those who share a token: pairs that may be one person are kept for review.

The program compares across the whole operation, whoever's records they are; the pair is then shown to those alone who
see both. It costs the same however many records there are: a few look-ups, and at most `AT_MOST` records a token.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import and_, or_, select, union_all
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from casework.consent.consents import usable
from casework.duplicate_models import CandidateState, DuplicateCandidate, Similarity
from casework.duplicates.compare_persons import profile, similarity
from casework.models import HouseholdMember, KeyKind, Person, StoredKey, Token, TokenKind
from casework.names.name_tokens import name_tokens
from casework.names.person_name import person_name
from casework.store.change_clear import changing_clear
from casework.store.seal_record import Vault, open_keys, open_parts
from core.audit import Action, Purpose, record
from core.clock import now
from core.database import among
from core.errors import Problem
from core.keys.keyring import KeyRing
from forms import RecordPart

__all__ = [
    "AT_MOST",
    "keep_pair",
    "open_compared",
    "propose_after_correction",
    "propose_duplicates",
    "propose_for_household",
    "propose_if_it_can",
    "tell_compared",
]

Parts = Mapping[RecordPart, Mapping[str, object]]
COMPARED: Final = (RecordPart.IDENTITY, RecordPart.CONTACT, RecordPart.FACTS)
AT_MOST: Final = 32  # records a token: a helpline's number is given by thousands


def propose_for_household(vault: Vault, household: UUID) -> None:
    """Propose duplicates of everybody in a household that was corrected.

    It never stands in the way of an admission: what fails here (another record that does not open, say) is left out and noted,
    and is not told to whoever sent the interview.
    """
    members = select(HouseholdMember.person).where(HouseholdMember.household == household).order_by(HouseholdMember.person)
    for person in vault.session.scalars(members).all():
        propose_if_it_can(vault, person)


def propose_after_correction(session: Session, ring: KeyRing, operation: str, person: UUID) -> None:
    """Propose duplicates of somebody whom an account corrected. In a transaction of the program itself, which compares
    across the whole operation; like an admission, the correction stands whatever fails here."""
    propose_if_it_can(Vault(session, ring, operation), person)


def propose_duplicates(vault: Vault, person: UUID) -> None:
    """Compare one person with those who share a token, and keep the pairs that are alike.

    A pair that was found different is proposed again, for this is called when one of the two was corrected; an open pair
    that is alike no longer is taken back.
    """
    found = open_compared(vault, [person])
    if person not in found:
        return
    own, known = found[person], _known(vault, person)
    proposed = {other for other, pair in known.items() if _is_open(pair)}
    beside = open_compared(vault, _sharing_a_token(vault, person, own) | proposed)
    alike = {other: similarity(profile(own), profile(parts)) for other, parts in beside.items()}
    turned = {other: degree for other, degree in alike.items() if _turns(known.get(other), degree)}
    with changing_clear(vault, [person, *turned] if turned else []):
        for other, degree in turned.items():
            if degree:
                keep_pair(vault, known.get(other), (person, other), degree)
            else:
                vault.session.delete(known[other])
    if beside:
        tell_compared(vault, person, len(beside), {"alike": sum(degree is not None for degree in alike.values())})


def propose_if_it_can(vault: Vault, person: UUID) -> None:
    """Propose duplicates of one person; where it fails, a line says so."""
    try:
        with vault.session.begin_nested():
            propose_duplicates(vault, person)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  (whatever it is, the interview or the correction stands)
        failed = error.code if isinstance(error, Problem) else type(error).__name__
        tell_compared(vault, person, 0, {"failed": failed})


def _sharing_a_token(vault: Vault, person: UUID, parts: Parts) -> set[UUID]:
    """Those with the same telephone, or with the same names and a year of birth at most one apart; not of one household,
    whose members were counted together and so are different persons."""
    phones = vault.session.scalars(select(Token.token).where(Token.record == person, Token.kind == TokenKind.PHONE.value))
    name = person_name(parts[RecordPart.IDENTITY])
    names = name_tokens(vault.ring, vault.operation, name.given, name.family, name.birth_year)
    wanted = [(TokenKind.PHONE, token) for token in phones] + [(TokenKind.NAME, token) for token in names]
    if not wanted:
        return set()
    looked_up = (
        select(Token.record)
        .where(Token.operation == vault.operation, Token.kind == kind.value, Token.token == token, Token.record != person)
        .order_by(Token.record)
        .limit(AT_MOST)
        for kind, token in wanted
    )
    together = select(HouseholdMember.household).where(HouseholdMember.person == person)
    family = select(HouseholdMember.person).where(HouseholdMember.household.in_(together))
    sharing = union_all(*(select(found.subquery().c.record) for found in looked_up))
    return set(vault.session.scalars(sharing)) - set(vault.session.scalars(family))


def open_compared(vault: Vault, persons: Collection[UUID]) -> dict[UUID, Parts]:
    """What is compared of each person. Of one whose key was destroyed nothing is left; a restricted one is left alone."""
    persons = usable(vault.session, persons, Purpose.COLLECTION)
    if not persons:
        return {}
    its_key = and_(StoredKey.record == Person.id, StoredKey.kind == KeyKind.PERSON.value)
    rows = vault.session.execute(select(Person, StoredKey).join(StoredKey, its_key).where(among(Person.id, persons))).all()
    keys = open_keys(vault, [key for _, key in rows])
    return {person.id: open_parts(person, keys[person.id], COMPARED) for person, _ in rows}


def _known(vault: Vault, person: UUID) -> dict[UUID, DuplicateCandidate]:
    pair = DuplicateCandidate
    pairs: Iterable[DuplicateCandidate] = vault.session.scalars(
        select(pair).where(or_(pair.first == person, pair.second == person))
    )
    return {row.second if row.first == person else row.first: row for row in pairs}


def _is_open(pair: DuplicateCandidate) -> bool:
    return pair.state == CandidateState.OPEN


def _turns(known: DuplicateCandidate | None, degree: Similarity | None) -> bool:
    """Whether a pair is kept, kept otherwise, proposed again, or taken back."""
    if known is None or degree is None:
        return (degree is not None) if known is None else _is_open(known)
    return not _is_open(known) or known.similarity != degree.value


def keep_pair(vault: Vault, known: DuplicateCandidate | None, pair: tuple[UUID, UUID], degree: Similarity) -> None:
    """Keep a pair for review, anew or as it is `known`."""
    first, second = sorted(pair)
    if known is None:
        known = DuplicateCandidate(id=uuid4(), operation=vault.operation, first=first, second=second, found_at=now())
        vault.session.add(known)
    elif not _is_open(known):
        known.found_at = now()
    known.similarity, known.state = degree.value, CandidateState.OPEN.value
    known.decided_by = known.decided_at = None


def tell_compared(vault: Vault, person: UUID, count: int, detail: Mapping[str, object]) -> None:
    """Leave the line that says with how many others somebody was compared."""
    record(vault.session, Action.MATCHED, f"casework.person:{person}", purpose=Purpose.COLLECTION, count=count, detail=detail)
