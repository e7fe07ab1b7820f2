"""A screening interview opens a case: the person, their household, and a reference by which the case is found."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from casework.admission.admit_files import admit_files
from casework.admission.arrival import Arrival, Desk
from casework.admission.file_interview import file_interview, settle_state
from casework.admission.named_case import id_for_new_case
from casework.admission.sort_answers import Parts, set_household_apart, sort_answers
from casework.case_file.case_state import is_led_on_screen
from casework.consent.admit_consent import CONSENT, record_consents_said, require_replaceable, withdraw_all_consents
from casework.consent.consents import may_use
from casework.duplicates.propose_duplicates import propose_for_household
from casework.errors import ConsentMissing, ConsentWithdrawn, ReferenceTaken
from casework.models import (
    Case,
    CaseState,
    Household,
    HouseholdMember,
    HouseholdRole,
    Interview,
    InterviewKind,
    KeyKind,
    Person,
    ScreeningOutcome,
    StoredKey,
    TokenKind,
)
from casework.names.person_name import birth_year_of_member, person_name
from casework.rights.keep_corrections import write_edit
from casework.store.blind_tokens import blind_token, find_by_reference, remove_tokens, replace_tokens
from casework.store.change_clear import changing_clear
from casework.store.linked_persons import own_custody
from casework.store.named_beside import named_beside
from casework.store.seal_record import make_key, open_parts, seal_parts, stored_key
from casework.store.verify_records import tell_version
from casework.store.week_of_interview import INTERVIEW_DATE
from core.audit import Purpose
from core.clock import now
from forms import RecordPart
from ingest import Answers

__all__ = ["REFERENCE", "open_case"]

REFERENCE: Final = "case_reference"
PHONE: Final = "prs_MobilePhone"
OUTCOME: Final = "vic_TraffickingStatus"
ELIGIBLE: Final = "eligible"
STATES: Final = {"yes": CaseState.ELIGIBLE, "no": CaseState.NOT_ELIGIBLE}


@dataclass(frozen=True)
class _SaidOfCase:
    """What the interview says of the case itself."""

    reference: bytes  # as its blind token
    outcome: str
    state: CaseState


def open_case(desk: Desk, arrival: Arrival, earlier: Interview | None) -> Interview:
    """Open the case, or correct the one that the `earlier` version of the interview opened.

    An edit without consent withdraws it. Raises `ConsentMissing`, `ConsentWithdrawn`, `ConsentIncomplete`, `AnswerMissing`,
    `CodeUnknown`, `ReferenceTaken`, or what `id_for_new_case` raises.
    """
    case = desk.session.get_one(Case, earlier.case) if earlier else None
    if arrival.said(CONSENT) != "yes":
        return _stop(desk, arrival, earlier)
    if case and not may_use(desk.session, case.person, Purpose.ASSISTANCE):
        raise ConsentWithdrawn(case=case.id)
    _require_free(desk, arrival.required(REFERENCE), case)
    said = _SaidOfCase(
        blind_token(desk, TokenKind.CASE_REFERENCE, arrival.required(REFERENCE)),
        arrival.code(OUTCOME, ScreeningOutcome),
        STATES[arrival.code(ELIGIBLE, STATES)],
    )
    case = _write_household(desk, arrival, case, said)
    _renew_tokens(desk, case.person)
    kind, kept_with_persons = InterviewKind.SCREENING, sort_answers(Answers(), arrival.definition)
    interview = file_interview(desk, arrival, earlier, kind=kind, case=case, parts=kept_with_persons, state=said.state.value)
    settle_state(desk, case)
    record_consents_said(desk, arrival, case)
    propose_for_household(desk, case.household)
    return interview


def _stop(desk: Desk, arrival: Arrival, earlier: Interview | None) -> Interview:
    """Consent taken back stops all use of the record, which stays as it was; what else the edit says is not taken in."""
    if earlier is None:
        raise ConsentMissing(question=CONSENT)
    case = desk.session.get_one(Case, earlier.case)
    withdraw_all_consents(desk, arrival, case)
    with changing_clear(desk, [case.person]):
        arrival.stamp(earlier)
    return earlier


def _write_household(desk: Desk, arrival: Arrival, case: Case | None, said: _SaidOfCase) -> Case:
    """The case, new or corrected, with the person interviewed and those who live with them."""
    answers, members = set_household_apart(arrival.answers)
    parts = sort_answers(answers, arrival.definition)
    custody = str(arrival.stored.custody)
    if case:
        custody = own_custody(desk.session, case.person)
        _correct_person(desk, case.person, parts, arrival.stored.collector)
        _remove_members(desk, case.household)
        with changing_clear(desk, [case.person]):
            case.reference = said.reference
            if not is_led_on_screen(desk.session, case):
                case.screening_outcome = said.outcome
    else:
        case = _new_case(desk, parts, said, custody, id_for_new_case(desk, arrival))
    admit_files(desk, arrival, case.person, answers)
    for member in members:
        person = _add_member(desk, case.household, arrival, sort_answers(member, arrival.definition), custody)
        admit_files(desk, arrival, person, member)
    return case


def _require_free(desk: Desk, reference: str, case: Case | None) -> None:
    holder = find_by_reference(desk, reference)
    if holder and holder is not case:
        raise ReferenceTaken(question=REFERENCE)


def _new_case(desk: Desk, parts: Parts, said: _SaidOfCase, custody: str, case_id: UUID) -> Case:
    household = Household(id=uuid4(), operation=desk.operation)
    desk.session.add(household)
    person = _add_person(desk, household.id, HouseholdRole.INTERVIEWED, parts, custody)
    case = Case(
        id=case_id,
        operation=desk.operation,
        person=person,
        household=household.id,
        state=said.state.value,
        screening_outcome=said.outcome,
        opened_at=now(),
        reference=said.reference,
    )
    desk.session.add(case)
    desk.session.flush()
    return case


def _add_person(desk: Desk, household: UUID, role: HouseholdRole, parts: Parts, custody: str) -> UUID:
    person = Person(id=uuid4(), operation=desk.operation, row_version=1, custody=custody)
    seal_parts(person, make_key(desk, person.id, KeyKind.PERSON), parts)
    desk.session.add(person)
    desk.session.flush()
    with changing_clear(desk, [person.id]):
        desk.session.add(HouseholdMember(household=household, person=person.id, operation=desk.operation, role=role.value))
    return person.id


def _add_member(desk: Desk, household: UUID, arrival: Arrival, parts: Parts, custody: str) -> UUID:
    said = parts[RecordPart.IDENTITY] | parts[RecordPart.FACTS]
    parts[RecordPart.IDENTITY] |= birth_year_of_member(said, arrival.said(INTERVIEW_DATE))
    member = _add_person(desk, household, HouseholdRole.MEMBER, parts, custody)
    replace_tokens(desk, member, {}, name=person_name(parts[RecordPart.IDENTITY]))
    return member


def _correct_person(desk: Desk, person_id: UUID, parts: Parts, collector: str) -> None:
    person, key = desk.session.get_one(Person, person_id), stored_key(desk, person_id, KeyKind.PERSON)
    write_edit(desk, person, key, parts, person=person_id, changed_by=collector)
    tell_version(desk.session, person)


def _renew_tokens(desk: Desk, person_id: UUID) -> None:
    """By what the record says, which is not what the phone said where somebody corrected it."""
    person, key = desk.session.get_one(Person, person_id), stored_key(desk, person_id, KeyKind.PERSON)
    held = open_parts(person, key, [RecordPart.IDENTITY, RecordPart.CONTACT])
    phone, name = str(held[RecordPart.CONTACT].get(PHONE, "")), person_name(held[RecordPart.IDENTITY])
    replace_tokens(desk, person_id, {TokenKind.PHONE: phone}, name=name)


def _remove_members(desk: Desk, household: UUID) -> None:
    """Take the members of a corrected household away, and destroy their keys.

    The form gives a member no name of its own by which to tell, after a correction, who of the new ones is who of the
    old; so that nobody inherits another's record, all are new persons. Raises `MemberSpokeThemselves`.
    """
    links = HouseholdMember.household == household, HouseholdMember.role == HouseholdRole.MEMBER.value
    former = list(desk.session.scalars(select(HouseholdMember.person).where(*links)))
    require_replaceable(desk, former)
    with changing_clear(desk, named_beside(desk.session, former)):
        desk.session.execute(delete(HouseholdMember).where(*links))
        remove_tokens(desk, former)
        desk.session.execute(delete(StoredKey).where(StoredKey.record.in_(former)))
        desk.session.execute(delete(Person).where(Person.id.in_(former)))
