"""A week's facts are read: of each record the part with the facts is opened, and nothing that names anybody."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.counting.case_facts import (
    EVENTS,
    UNKNOWN,
    CaseFacts,
    EventFact,
    HouseholdFact,
    PersonFact,
    person_fact,
    size_band,
)
from casework.counting.whom_to_count import InterviewOfWeek, WhomToCount, whom_to_count
from casework.errors import FactsMoved, FormUnpublished
from casework.models import CaseState, HouseholdRole, Interview, InterviewKind, KeyKind, Person, SealedRecord, StoredKey
from casework.store.seal_record import Vault, open_keys, open_parts
from casework.store.week_of_interview import week_said
from core.access import NotAllowed, access_of
from core.audit import Action, Purpose, record
from core.database import among
from core.keyring import KeyRing
from core.models import PlaceRow
from core.permissions import Right
from core.places import LEVEL_NAMES
from core.week import Week
from forms import FormDefinition, RecordPart, find_definition
from ingest.forms_answered import forms_of

__all__ = ["case_facts", "case_sources"]

OPENED, SERVICE, REFERRED, CLOSED = EVENTS
OVER: Final = frozenset({CaseState.CLOSED, CaseState.CLOSED_REFERRED})
Facts = Mapping[str, Any]


def case_facts(session: Session, ring: KeyRing, operation: str, week: Week) -> CaseFacts:
    """The facts of every interview of a week, for the program itself (zone casework).

    Raises `NotAllowed` for an account; `CiphertextRefused`, `OldVersion`, `FactsMoved` or `ClearRowChanged` where the store was
    tampered with; `FormUnpublished`.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.PROTECT_WEEK, "casework.person")
    whom = whom_to_count(session, operation, week)
    facts = _Reading(Vault(session, ring, operation), week, whom).facts()
    detail = {"week": str(week), "parts": [RecordPart.FACTS.value]}
    record(session, Action.READ, "casework.person", purpose=Purpose.STATISTICS, count=len(whom.counted), detail=detail)
    return facts


def case_sources(session: Session, operation: str, week: Week | None = None) -> dict[Week, bytes]:
    """By week, a digest (SHA-256) of what `case_facts` would be made of: all weeks, or one (zone casework).

    A week without interviews is absent; nothing is opened.
    """
    dated = select(Interview.week).where(Interview.operation == operation, Interview.week != "").distinct()
    wanted = [week] if week else [Week.parse(told) for told in session.scalars(dated) if told]
    found = {one: whom_to_count(session, operation, one) for one in wanted}
    return {one: whom.digest for one, whom in found.items() if whom.interviews}


class _Reading:
    """One reading of a week: the keys that it opened, and the forms that were answered."""

    def __init__(self, vault: Vault, week: Week, whom: WhomToCount) -> None:
        self._vault, self._week, self._whom = vault, week, whom
        session, persons = vault.session, whom.counted.keys()
        stored = select(StoredKey).where(among(StoredKey.record, persons), StoredKey.kind == KeyKind.PERSON.value)
        self._keys = open_keys(vault, session.scalars(stored).all())
        self._persons = {one.id: one for one in session.scalars(select(Person).where(among(Person.id, persons)))}
        self._forms = forms_of(session, [one.submission for one in whom.interviews])
        self._districts = _districts(session, vault.operation)
        self._said: dict[UUID, Mapping[str, str]] = {}

    def facts(self) -> CaseFacts:
        """All of the week. Of several records of one human being one counts, the first in which they were interviewed."""
        screenings, seen = list(enumerate(self._whom.screenings)), set[UUID]()
        persons, households = list[PersonFact](), list[HouseholdFact]()
        for number, interview in screenings:
            if self._is_new(interview.person, seen):
                said = self._said_of_screened(interview)
                residence = self._residence(interview)
                households.append(HouseholdFact(number, residence, size_band(said.get("household_size", ""))))
                persons.append(person_fact(number, HouseholdRole.INTERVIEWED, residence, said))
        for number, interview in screenings:
            for member in self._whom.members.get(interview.household, ()):
                if self._is_new(member, seen):
                    said = _Names(self._definition(interview)).of(self._opened(self._persons[member], member))
                    persons.append(person_fact(number, HouseholdRole.MEMBER, self._residence(interview), said))
        return CaseFacts(self._week, tuple(persons), tuple(households), tuple(self._events()))

    def _is_new(self, person: UUID, seen: set[UUID]) -> bool:
        """Whether somebody may be counted and was not yet."""
        answering = self._whom.counted.get(person)
        new = answering is not None and answering not in seen
        if answering:
            seen.add(answering)
        return new

    def _residence(self, interview: InterviewOfWeek) -> str:
        """Where the household lives, by whoever spoke for it: not known where they may not be counted."""
        said = self._said_of_screened(interview).get("residence", "") if interview.person in self._whom.counted else ""
        return said if said in self._districts else UNKNOWN

    def _events(self) -> Iterator[EventFact]:
        """What the interviews of those who may be counted tell that happened in their cases."""
        cases: dict[UUID, int] = {}
        for interview in self._whom.interviews:
            if interview.person in self._whom.counted:
                number = cases.setdefault(interview.case, len(cases))
                yield from (EventFact(number, event, service) for event, service in self._happened(interview))

    def _happened(self, interview: InterviewOfWeek) -> Iterator[tuple[str, str]]:
        if interview.kind == InterviewKind.SCREENING:
            if self._said_of_screened(interview).get("eligible") == "yes":
                yield OPENED, ""
            return
        facts = self._opened(self._vault.session.get_one(Interview, interview.id), interview.person)
        names = _Names(self._definition(interview))
        said = names.of(self._dated(interview, facts))
        yield from ((SERVICE, service) for service in names.each(facts, "service"))
        if said.get("referral_date"):
            yield REFERRED, ""
        if said.get("case_status") in OVER:
            yield CLOSED, ""

    def _said_of_screened(self, interview: InterviewOfWeek) -> Mapping[str, str]:
        if interview.id not in self._said:
            facts = self._dated(interview, self._opened(self._persons[interview.person], interview.person))
            self._said[interview.id] = _Names(self._definition(interview)).of(facts)
        return self._said[interview.id]

    def _opened(self, row: SealedRecord, person: UUID) -> Facts:
        return open_parts(row, self._keys[person], [RecordPart.FACTS])[RecordPart.FACTS]

    def _dated(self, interview: InterviewOfWeek, facts: Facts) -> Facts:
        # The week stands in clear so that it can be selected; only the sealed date is proof against change.
        if week_said(facts) != str(self._week):
            raise FactsMoved(record=interview.id, week=self._week)
        return facts

    def _definition(self, interview: InterviewOfWeek) -> FormDefinition:
        form_id, version = self._forms.get(interview.submission, ("", ""))
        definition = find_definition(self._vault.session, self._vault.operation, form_id, version)
        if definition is None:
            raise FormUnpublished(form_id=form_id, version=version, operation=self._vault.operation)
        return definition


class _Names:
    """Under which names those of a form's answers are kept that feed a statistical variable."""

    def __init__(self, definition: FormDefinition) -> None:
        names = definition.short_names
        fed = [question for question in definition.questions if question.statistic]
        self._names = [(str(question.statistic), names[question.path]) for question in fed]
        repeated = [question for question in fed if question.repeat]
        self._repeats = {question.statistic: (names[str(question.repeat)], names[question.path]) for question in repeated}

    def of(self, facts: Facts) -> dict[str, str]:
        """The answers by variable, of one person or interview."""
        return {variable: facts[name].strip() for variable, name in self._names if isinstance(facts.get(name), str)}

    def each(self, facts: Facts, variable: str) -> list[str]:
        """The answers to a question of a repeat."""
        repeat, name = self._repeats.get(variable, ("", ""))
        return [answer for item in facts.get(repeat, ()) if (answer := str(item.get(name, "")).strip())]


def _districts(session: Session, operation: str) -> Collection[str]:
    level = LEVEL_NAMES.index("district")
    return set(session.scalars(select(PlaceRow.code).where(PlaceRow.operation == operation, PlaceRow.level == level)))
