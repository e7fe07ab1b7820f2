"""A screening interview opens a case: the person, their household, and a reference by which the case is found."""

from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from casework.admit_files import admit_files
from casework.arrival import Arrival, Desk
from casework.blind_tokens import find_by_token, replace_tokens
from casework.errors import ConsentMissing, ConsentWithdrawn, ReferenceTaken
from casework.file_interview import file_interview, settle_state
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
from casework.seal_record import make_key, seal_parts, stored_key
from casework.sort_answers import Parts, set_household_apart, sort_answers
from core.clock import now
from ingest import Answers

__all__ = ["REFERENCE", "open_case"]

CONSENT: Final = "con_Consent"
REFERENCE: Final = "case_reference"
PHONE: Final = "prs_MobilePhone"
OUTCOME: Final = "vic_TraffickingStatus"
ELIGIBLE: Final = "eligible"
STATES: Final = {"yes": CaseState.ELIGIBLE, "no": CaseState.NOT_ELIGIBLE}


def open_case(desk: Desk, arrival: Arrival, earlier: Interview | None) -> Interview:
    """Open the case, or correct the one that the `earlier` version of the interview opened.

    Raises `ConsentMissing`, `ConsentWithdrawn`, `AnswerMissing`, `CodeUnknown` or `ReferenceTaken`.
    """
    case = desk.session.get_one(Case, earlier.case) if earlier else None
    _require_consent(arrival, case)
    _require_free(desk, arrival.required(REFERENCE), case)
    outcome, state = arrival.code(OUTCOME, ScreeningOutcome), STATES[arrival.code(ELIGIBLE, STATES)]
    case = _write_household(desk, arrival, case, outcome, state)
    replace_tokens(desk, case.id, {TokenKind.CASE_REFERENCE: arrival.required(REFERENCE)})
    replace_tokens(desk, case.person, {TokenKind.PHONE: arrival.said(PHONE)})
    kind, kept_with_persons = InterviewKind.SCREENING, sort_answers(Answers(), arrival.definition)
    interview = file_interview(desk, arrival, earlier, kind=kind, case=case, parts=kept_with_persons, state=state.value)
    settle_state(desk, case)
    return interview


def _write_household(desk: Desk, arrival: Arrival, case: Case | None, outcome: str, state: CaseState) -> Case:
    """The case, new or corrected, with the person interviewed and those who live with them."""
    answers, members = set_household_apart(arrival.answers)
    parts = sort_answers(answers, arrival.definition)
    custody = str(arrival.stored.custody)
    if case:
        custody = desk.session.get_one(Person, case.person).custody
        _correct_person(desk, case.person, parts)
        _remove_members(desk, case.household)
        case.screening_outcome = outcome
    else:
        case = _new_case(desk, parts, outcome, state, custody)
    admit_files(desk, arrival, case.person, answers)
    for member in members:
        parts = sort_answers(member, arrival.definition)
        person = _add_person(desk, case.household, HouseholdRole.MEMBER, parts, custody)
        admit_files(desk, arrival, person, member)
    return case


def _require_consent(arrival: Arrival, case: Case | None) -> None:
    if arrival.said(CONSENT) == "yes":
        return
    if case:
        raise ConsentWithdrawn(case=case.id)
    raise ConsentMissing(question=CONSENT)


def _require_free(desk: Desk, reference: str, case: Case | None) -> None:
    for holder in find_by_token(desk, TokenKind.CASE_REFERENCE, reference):
        if case is None or holder != case.id:
            raise ReferenceTaken(question=REFERENCE, case=holder)


def _new_case(desk: Desk, parts: Parts, outcome: str, state: CaseState, custody: str) -> Case:
    household = Household(id=uuid4(), operation=desk.operation)
    desk.session.add(household)
    person = _add_person(desk, household.id, HouseholdRole.INTERVIEWED, parts, custody)
    case = Case(
        id=uuid4(),
        operation=desk.operation,
        person=person,
        household=household.id,
        state=state.value,
        screening_outcome=outcome,
        opened_at=now(),
    )
    desk.session.add(case)
    desk.session.flush()
    return case


def _add_person(desk: Desk, household: UUID, role: HouseholdRole, parts: Parts, custody: str) -> UUID:
    person = Person(id=uuid4(), operation=desk.operation, row_version=1, custody=custody)
    seal_parts(person, make_key(desk, person.id, KeyKind.PERSON), parts)
    desk.session.add(person)
    desk.session.flush()
    desk.session.add(HouseholdMember(household=household, person=person.id, operation=desk.operation, role=role.value))
    return person.id


def _correct_person(desk: Desk, person_id: UUID, parts: Parts) -> None:
    person = desk.session.get_one(Person, person_id)
    person.row_version += 1
    seal_parts(person, stored_key(desk, person_id, KeyKind.PERSON), parts)


def _remove_members(desk: Desk, household: UUID) -> None:
    """Take the members of a corrected household away, and destroy their keys.

    The form gives a member no name of its own by which to tell, after a correction, who of the new ones is who of the
    old; so that nobody inherits another's record, all are new persons.
    """
    links = HouseholdMember.household == household, HouseholdMember.role == HouseholdRole.MEMBER.value
    former = list(desk.session.scalars(select(HouseholdMember.person).where(*links)))
    desk.session.execute(delete(HouseholdMember).where(*links))
    desk.session.execute(delete(StoredKey).where(StoredKey.record.in_(former)))
    desk.session.execute(delete(Person).where(Person.id.in_(former)))
