"""What happened in the cases of a week, each thing once: what their files say, and what interviews tell that no file says.

A phone tells of a service, a referral or a closure, and somebody may write the same into the case file. The file is what was
worked with and says more, so what an interview tells of the same case, kind and week is taken for the same. Where a case stands
is said by its file alone, once somebody moved it there (decision 71).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from casework.case_file_models import EntryKind
from casework.counting.case_facts import (
    AGAIN,
    EVENTS,
    OUTCOMES,
    SERVICES,
    UNKNOWN,
    EventFact,
    coarse,
    person_fact,
    wait_band,
)
from casework.counting.opened_records import OpenedRecords, day_said
from casework.counting.whom_to_count import CaseOfWeek, InterviewOfWeek
from casework.models import CaseState, HouseholdRole, InterviewKind
from casework.programme import OWN
from casework.store.sealed_step import SealedStep
from casework.store.week_of_interview import INTERVIEW_DATE
from casework.store.weeks_of_steps import days_of
from core.week import Week

__all__ = ["read_case_events"]

OPENED, SERVICE, REFERRED, ANSWERED, CLOSED, REOPENED = EVENTS
# What an interview tells of where a case stands is not counted where the file of the case has any of these.
SAID_BY_FILE: Final = {OPENED: frozenset({OPENED}), CLOSED: frozenset({OPENED, CLOSED, REOPENED})}
OUTCOME_TOLD: Final = {CaseState.CLOSED: "", CaseState.CLOSED_REFERRED: "referred"}


@dataclass(frozen=True)
class Happening:
    """Something that happened in a case in a week, without whose case it is; `day` where one is named."""

    event: str
    week: str
    day: date | None = None
    kind: str = ""
    provider: str = ""

    @property
    def same(self) -> tuple[str, str, str]:
        """What two tellings of the same thing have in common; a closure is the same however its outcome is told."""
        return self.event, self.week, self.kind if self.event == SERVICE else ""


def read_case_events(opened: OpenedRecords, week: Week) -> Iterator[EventFact]:
    """The events of a week, of those who may be counted; `person` numbers these. Raises what reading their files raises."""
    interviews: dict[UUID, list[InterviewOfWeek]] = {}
    for interview in opened.whom.interviews:
        interviews.setdefault(interview.case, []).append(interview)
    numbers: dict[UUID, int] = {}
    for case in opened.whom.cases:
        counted_as = opened.whom.counted.get(case.person)
        if counted_as is None:
            continue
        in_file = list(_of_file(opened.steps_of(case)))
        happened = _happened(opened, in_file, interviews.get(case.id, ()), str(week))
        if happened:
            said = opened.said_of_owner(case)
            person = person_fact(0, HouseholdRole.INTERVIEWED, opened.district(said), said)
            number = numbers.setdefault(counted_as, len(numbers))
            waited = _waits(opened, case, in_file, happened)
            for one, wait in zip(happened, waited, strict=True):
                who = person.residence, person.gender, person.age
                yield EventFact(number, one.event, one.kind, one.provider, *who, wait)


def _waits(
    opened: OpenedRecords, case: CaseOfWeek, in_file: Sequence[Happening], happened: Sequence[Happening]
) -> Sequence[str]:
    """For each happening how long the person had waited, if it is the first service of the case, whichever week that is of."""
    given = {at: one.day for at, one in enumerate(happened) if one.event == SERVICE}
    if not given:
        return [""] * len(happened)
    days = [day for day in (*_days_of_services(opened, case, in_file), *given.values()) if day]
    first = min(days, default=None)
    at_first = next((at for at, day in given.items() if first and day == first), None)
    screened = opened.screened_on(case)
    wait = wait_band((first - screened).days) if first and screened else UNKNOWN
    return [wait if at == at_first else AGAIN if at in given else "" for at, _ in enumerate(happened)]


def _days_of_services(opened: OpenedRecords, case: CaseOfWeek, in_file: Sequence[Happening]) -> Iterator[date | None]:
    """Of every service of a case that its file or any interview tells of."""
    yield from (one.day for one in in_file if one.event == SERVICE)
    for facts, names in opened.assistance_of(case):
        interviewed = day_said(facts.get(INTERVIEW_DATE, ""))
        yield from (day_said(given.get("service_date", "")) or interviewed for given in names.each(facts, "service"))


def _happened(
    opened: OpenedRecords, in_file: Sequence[Happening], interviews: Sequence[InterviewOfWeek], week: str
) -> Sequence[Happening]:
    events = {one.event for one in in_file}
    standing = Counter(one.same for one in in_file)
    told: list[Happening] = []
    for one in (each for interview in interviews for each in _told(opened, interview, week)):
        if not events.isdisjoint(SAID_BY_FILE.get(one.event, ())):
            continue
        if standing[one.same]:
            standing[one.same] -= 1  # each of a file answers for one that is told
        else:
            told.append(one)
    # What an interview tells is of the week of the interview, whatever day it names: only by that is it selected.
    return [*(one for one in in_file if one.week == week), *told]


def _of_file(steps: Sequence[SealedStep]) -> Iterator[Happening]:
    """All that the file of a case says was done, whenever that was, in the order of its steps."""
    taken: dict[UUID, list[SealedStep]] = {}
    for step in steps:
        taken.setdefault(step.entry, []).append(step)
    days = {step.number: day for of_entry in taken.values() for step, day in days_of(of_entry)}
    fields: dict[UUID, Mapping[str, object]] = {}
    is_open = False
    for step in steps:
        fields[step.entry] = {**fields.get(step.entry, {}), **step.fields}
        if step.number not in days:
            continue
        said, was_open = fields[step.entry], is_open
        is_open = _leaves_open(step, said, before=was_open)
        if happening := _happening(step, said, days[step.number], opens=is_open and not was_open):
            yield happening


def _leaves_open(step: SealedStep, said: Mapping[str, object], *, before: bool) -> bool:
    if step.kind is EntryKind.DECISION:
        return said.get("eligible") == "yes" and said.get("wants_assistance") != "no"
    return step.state == "reopened" if step.kind is EntryKind.CLOSURE else before


def _happening(step: SealedStep, said: Mapping[str, object], day: date, *, opens: bool) -> Happening | None:
    week = str(Week.of(day))
    if step.kind is EntryKind.DECISION:
        return Happening(OPENED, week) if opens else None
    if step.kind is EntryKind.SERVICE:
        provider = str(said.get("provider") or "")
        by = OWN if provider == OWN else "partner" if provider else UNKNOWN
        return Happening(SERVICE, week, day, coarse(str(said.get("service_type") or ""), SERVICES), by)
    if step.kind is EntryKind.REFERRAL:
        return Happening(REFERRED, week) if step.state == "sent" else Happening(ANSWERED, week, day, step.state)
    if step.state == "reopened":
        return Happening(REOPENED, week)
    return Happening(CLOSED, week, day, coarse(str(said.get("outcome") or ""), OUTCOMES))


def _told(opened: OpenedRecords, interview: InterviewOfWeek, week: str) -> Iterator[Happening]:
    """What an interview tells, under the week of the day that it names; without a day, its own."""
    if interview.person not in opened.whom.counted:
        return
    if interview.kind == InterviewKind.SCREENING:
        if opened.said_of_screened(interview).get("eligible") == "yes":
            yield Happening(OPENED, week)
        return
    facts, names = opened.told_in(interview), opened.names(interview.submission)
    said = names.of(facts)
    interviewed = day_said(facts.get(INTERVIEW_DATE, ""))
    for given in names.each(facts, "service"):
        named = day_said(given.get("service_date", ""))
        yield Happening(SERVICE, _week(named, week), named or interviewed, coarse(given["service"], SERVICES), UNKNOWN)
    if told := said.get("referral_date"):
        yield Happening(REFERRED, _week(day_said(told), week))
    if (state := said.get("case_status", "")) in OUTCOME_TOLD:
        yield Happening(CLOSED, week, None, coarse(OUTCOME_TOLD[CaseState(state)], OUTCOMES))


def _week(day: date | None, otherwise: str) -> str:
    return str(Week.of(day)) if day else otherwise
