"""An edit of a screening interview corrects the case that it opened: the person, their household, reference and consents."""

from uuid import UUID

from sqlalchemy import delete, select

from casework.admission.admit_files import admit_files
from casework.admission.arrival import Arrival, Desk
from casework.admission.file_interview import file_interview, settle_state
from casework.admission.named_case import REFERENCE
from casework.admission.newcomer import PHONE, member_parts
from casework.admission.open_case import SaidOfCase, said_of_case
from casework.admission.sort_answers import Parts, set_household_apart, sort_answers
from casework.case_file.case_state import is_led_on_screen
from casework.consent.admit_consent import CONSENT, record_consents_said, require_replaceable, withdraw_all_consents
from casework.consent.consents import may_use
from casework.duplicates.propose_duplicates import propose_for_household
from casework.errors import ConsentWithdrawn, ReferenceTaken
from casework.models import (
    Case,
    HouseholdMember,
    HouseholdRole,
    Interview,
    InterviewKind,
    KeyKind,
    Person,
    StoredKey,
    TokenKind,
)
from casework.names.person_name import person_name
from casework.rights.keep_corrections import write_edit
from casework.store.add_person import add_person
from casework.store.blind_tokens import blind_token, find_by_reference, remove_tokens, replace_tokens
from casework.store.change_clear import changing_clear
from casework.store.linked_persons import own_custody
from casework.store.named_beside import named_beside
from casework.store.seal_record import open_parts, stored_key
from casework.store.verify_records import tell_version
from core.audit import Purpose
from forms import RecordPart
from ingest import Answers

__all__ = ["correct_case"]


def correct_case(desk: Desk, arrival: Arrival, earlier: Interview) -> Interview:
    """Correct the case that the `earlier` version of the interview opened; without consent, withdraw it.

    Raises `ConsentWithdrawn`, `ConsentIncomplete`, `AnswerMissing`, `CodeUnknown` or `ReferenceTaken`.
    """
    case = desk.session.get_one(Case, earlier.case)
    if arrival.said(CONSENT) != "yes":
        return _stop(desk, arrival, earlier, case)
    if not may_use(desk.session, case.person, Purpose.ASSISTANCE):
        raise ConsentWithdrawn(case=case.id)
    reference = arrival.required(REFERENCE)
    _require_free(desk, reference, case)
    said = said_of_case(arrival, blind_token(desk, TokenKind.CASE_REFERENCE, reference))
    _write_household(desk, arrival, case, said)
    _renew_tokens(desk, case.person)
    kind, kept_with_persons = InterviewKind.SCREENING, sort_answers(Answers(), arrival.definition)
    interview = file_interview(desk, arrival, earlier, kind=kind, case=case, parts=kept_with_persons, state=said.state.value)
    settle_state(desk, case)
    record_consents_said(desk, arrival, case)
    propose_for_household(desk, case.household)
    return interview


def _stop(desk: Desk, arrival: Arrival, earlier: Interview, case: Case) -> Interview:
    """Consent taken back stops all use of the record, which stays as it was; what else the edit says is not taken in."""
    withdraw_all_consents(desk, arrival, case)
    with changing_clear(desk, [case.person]):
        arrival.stamp(earlier)
    return earlier


def _write_household(desk: Desk, arrival: Arrival, case: Case, said: SaidOfCase) -> None:
    """The corrected case, with the person interviewed and those who live with them."""
    answers, members = set_household_apart(arrival.answers)
    _correct_person(desk, case.person, sort_answers(answers, arrival.definition), arrival.stored.collector)
    _remove_members(desk, case.household)
    with changing_clear(desk, [case.person]):
        case.reference = said.reference
        if not is_led_on_screen(desk.session, case):
            case.screening_outcome = said.outcome
    admit_files(desk, arrival, case.person, answers)
    custody = own_custody(desk.session, case.person)
    for member in members:
        person = _add_member(desk, case.household, member_parts(arrival, member), custody)
        admit_files(desk, arrival, person, member)


def _require_free(desk: Desk, reference: str, case: Case) -> None:
    holder = find_by_reference(desk, reference)
    if holder and holder is not case:
        raise ReferenceTaken(question=REFERENCE)


def _add_member(desk: Desk, household: UUID, parts: Parts, custody: str) -> UUID:
    person, role = add_person(desk, parts, custody), HouseholdRole.MEMBER.value
    with changing_clear(desk, [person]):
        desk.session.add(HouseholdMember(household=household, person=person, operation=desk.operation, role=role))
    replace_tokens(desk, person, {}, name=person_name(parts[RecordPart.IDENTITY]))
    return person


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
