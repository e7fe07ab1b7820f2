"""A screening interview opens a case: the person, their household, and a reference by which the case is found.

Each is checked by itself and touches nothing; what is written of it then goes with the others of its batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from casework.admission.admit_files import names_files
from casework.admission.arrival import Arrival, Desk
from casework.admission.named_case import REFERENCE
from casework.admission.newcomer import Newcomer, newcomers
from casework.admission.taken import Taken
from casework.consent.admit_consent import CONSENT, consents_said, of_household
from casework.consent.first_consents import put_consents, require_all_complete
from casework.consent.record_consent import Statement
from casework.duplicates.propose_for_new import Compared
from casework.errors import ConsentMissing
from casework.models import (
    Case,
    CaseState,
    Household,
    HouseholdMember,
    HouseholdRole,
    Interview,
    InterviewKind,
    ScreeningOutcome,
    TokenKind,
)
from casework.store.blind_tokens import blind_token
from casework.store.new_persons import FIRST_VERSION, NewKey, NewPersons
from casework.store.week_of_interview import week_said
from core.access import access_of, require
from core.audit import Action, Deed, Deeds, Purpose
from core.clock import now
from core.permissions import Right
from forms import RecordPart
from ingest import Answers

__all__ = ["Opened", "SaidOfCase", "Screening", "check_screening", "put_case", "said_of_case"]

OUTCOME: Final = "vic_TraffickingStatus"
ELIGIBLE: Final = "eligible"
STATES: Final = {"yes": CaseState.ELIGIBLE, "no": CaseState.NOT_ELIGIBLE}
INTERVIEW: Final = "casework.interview"


@dataclass(frozen=True)
class SaidOfCase:
    """What the interview says of the case itself."""

    reference: bytes  # as its blind token
    outcome: str
    state: CaseState


@dataclass(frozen=True)
class Screening:
    """An interview that every check has passed, so that recording it needs no undoing."""

    arrival: Arrival
    case: UUID
    said: SaidOfCase
    persons: Sequence[Newcomer] = field(repr=False)
    consents: Sequence[Statement] = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """What it becomes: the ids of the person interviewed, of the case and of the interview. Of its persons, by which tokens
    they are compared with others, and the answers of those who name files: no more is kept until all are written."""

    arrival: Arrival
    records: tuple[UUID, UUID, UUID]
    compared: Mapping[UUID, Compared] = field(repr=False)
    with_files: Mapping[UUID, Answers] = field(repr=False)


def said_of_case(arrival: Arrival, reference: bytes) -> SaidOfCase:
    """Raises `AnswerMissing` or `CodeUnknown`."""
    return SaidOfCase(reference, arrival.code(OUTCOME, ScreeningOutcome), STATES[arrival.code(ELIGIBLE, STATES)])


def check_screening(desk: Desk, arrival: Arrival, taken: Taken) -> Screening:
    """Touches nothing but `taken`. Raises `ConsentMissing`, `ConsentIncomplete`, `AnswerMissing`, `CodeUnknown`,
    `ReferenceTaken`, or what `Taken.id_for_new_case` raises."""
    if arrival.said(CONSENT) != "yes":
        raise ConsentMissing(question=CONSENT)
    require(desk.session, Right.RECORD_CONSENT, arrival.stored.custody)
    reference = blind_token(desk, TokenKind.CASE_REFERENCE, arrival.required(REFERENCE))
    taken.require_free(reference)
    said = said_of_case(arrival, reference)
    case = taken.id_for_new_case(arrival)
    persons, consents = newcomers(desk, arrival), consents_said(desk, arrival)
    require_all_complete(consents)
    taken.take(reference, case)
    return Screening(arrival, case, said, persons, consents)


def put_case(new: NewPersons, desk: Desk, screening: Screening, deeds: Deeds) -> Opened:
    """Its rows join `new`, and its lines `deeds`."""
    moment, arrival, custody = now(), screening.arrival, str(screening.arrival.stored.custody)
    persons = [(new.add(each.parts, custody, each.own), each) for each in screening.persons]
    interviewed, household = persons[0][0], uuid4()
    new.put(Household, {"id": household, "operation": desk.operation})
    new.put(Case, _case_row(desk, screening, interviewed.person, household, moment), case=interviewed)
    for key, each in persons:
        member = {"household": household, "person": key.person, "operation": desk.operation, "role": each.role.value}
        new.put(HouseholdMember, member, household_member=key, together=interviewed)
    interview = _put_interview(new, desk, screening, interviewed, moment)
    _put_consents(new, desk, screening, persons, deeds)
    deeds.add(Deed(Action.ADMITTED, f"{INTERVIEW}:{interview}", Purpose.COLLECTION))
    return Opened(
        arrival,
        (interviewed.person, screening.case, interview),
        {key.person: Compared(each.own, each.near) for key, each in persons},
        {key.person: each.answers for key, each in persons if names_files(arrival, each.answers)},
    )


def _case_row(desk: Desk, screening: Screening, person: UUID, household: UUID, moment: datetime) -> Mapping[str, object]:
    return {
        "id": screening.case,
        "operation": desk.operation,
        "person": person,
        "household": household,
        "state": screening.said.state.value,
        "screening_outcome": screening.said.outcome,
        "row_version": FIRST_VERSION,
        "opened_at": moment,
        "reference": screening.said.reference,
        "active_at": moment,
    }


def _put_interview(new: NewPersons, desk: Desk, screening: Screening, key: NewKey, moment: datetime) -> UUID:
    """What a screening says is kept with the persons it speaks of; its own ciphertexts are empty."""
    interview, stored = uuid4(), screening.arrival.stored
    row = {
        "id": interview,
        "operation": desk.operation,
        "row_version": FIRST_VERSION,
        "chain": stored.root_id,
        "submission": stored.id,
        "received_at": stored.received_at,
        "admitted_at": moment,
        "case": screening.case,
        "kind": InterviewKind.SCREENING.value,
        "state": screening.said.state.value,
        "week": week_said(screening.persons[0].parts[RecordPart.FACTS]),
    }
    new.put(Interview, row | new.seal_parts(key, INTERVIEW, interview, {}), interview=key)
    return interview


def _put_consents(
    new: NewPersons, desk: Desk, screening: Screening, persons: Sequence[tuple[NewKey, Newcomer]], deeds: Deeds
) -> None:
    actor, of_others = access_of(desk.session).actor, of_household(screening.consents)
    for key, each in persons:
        said = screening.consents if each.role is HouseholdRole.INTERVIEWED else of_others
        for deed in put_consents(new, key, said, operation=desk.operation, actor=actor):
            deeds.add(deed)
