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
    REFERRALS,
    SERVICES,
    UNKNOWN,
    EventFact,
    coarse,
    person_fact,
    wait_band,
)
from casework.counting.coarse_background import exploitation_of, nationality_of, route_of
from casework.counting.opened_records import OpenedRecords, day_said
from casework.counting.whom_to_count import CaseOfWeek, InterviewOfWeek
from casework.models import CaseState, HouseholdRole, InterviewKind
from casework.programme import OWN
from casework.store.sealed_step import SealedStep
from casework.store.week_of_interview import INTERVIEW_DATE
from casework.store.weeks_of_steps import days_of
from core.periods.week import Week

__all__ = ["read_case_events"]

SERVICE, REFERRED, CLOSED = EVENTS
ACCEPTED, DONE, REJECTED, REVOKED, WAITING, _ = REFERRALS
# How a referral that was sent stands, by the state of its entry.
ANSWERS: Final = {"sent": WAITING} | {state: state for state in (ACCEPTED, DONE, REJECTED, REVOKED)}
# What an interview tells of a closure is not counted where the file of the case says where it stands.
SAYS_WHERE_IT_STANDS: Final = frozenset({(EntryKind.DECISION, "decided"), (EntryKind.CLOSURE, "closed")})
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
        steps = opened.steps_of(case)
        in_file = list(_of_file(steps))
        told = [each for interview in interviews.get(case.id, ()) for each in _told(opened, interview, str(week))]
        if not SAYS_WHERE_IT_STANDS.isdisjoint((step.kind, step.state) for step in steps):
            told = [one for one in told if one.event != CLOSED]
        happened = _happened(in_file, told, str(week))
        if happened:
            said = opened.said_of_owner(case)
            person = person_fact(0, HouseholdRole.INTERVIEWED, opened.district(said), said)
            background = nationality_of(said), exploitation_of(said), route_of(said)
            number = numbers.setdefault(counted_as, len(numbers))
            waited = _waits(opened, case, in_file, happened)
            for one, wait in zip(happened, waited, strict=True):
                who = person.residence, person.gender, person.age
                yield EventFact(number, one.event, one.kind, one.provider, *who, wait, *background)


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


def _happened(in_file: Sequence[Happening], told: Sequence[Happening], week: str) -> Sequence[Happening]:
    standing = Counter(one.same for one in in_file)
    new: list[Happening] = []
    for one in told:
        if standing[one.same]:
            standing[one.same] -= 1  # each of a file answers for one that is told
        else:
            new.append(one)
    # What an interview tells is of the week of the interview, whatever day it names: only by that is it selected.
    return [*(one for one in in_file if one.week == week), *new]


def _of_file(steps: Sequence[SealedStep]) -> Iterator[Happening]:
    """All that the file of a case says was done, whenever that was, in the order of its steps; a referral as it stands now."""
    taken: dict[UUID, list[SealedStep]] = {}
    for step in steps:
        taken.setdefault(step.entry, []).append(step)
    days = {step.number: day for of_entry in taken.values() for step, day in days_of(of_entry)}
    fields: dict[UUID, Mapping[str, object]] = {}
    for step in steps:
        fields[step.entry] = {**fields.get(step.entry, {}), **step.fields}
        stands = taken[step.entry][-1].state
        if step.number in days and (happening := _happening(step, fields[step.entry], days[step.number], stands)):
            yield happening


def _happening(step: SealedStep, said: Mapping[str, object], day: date, stands: str) -> Happening | None:
    """What a step did, if it is an event that is counted."""
    week = str(Week.of(day))
    match step.kind, step.state:
        case EntryKind.SERVICE, _:
            provider = str(said.get("provider") or "")
            by = OWN if provider == OWN else "partner" if provider else UNKNOWN
            return Happening(SERVICE, week, day, coarse(str(said.get("service_type") or ""), SERVICES), by)
        case EntryKind.REFERRAL, "sent":
            return Happening(REFERRED, week, day, ANSWERS.get(stands, UNKNOWN))
        case EntryKind.CLOSURE, "closed":
            return Happening(CLOSED, week, day, coarse(str(said.get("outcome") or ""), OUTCOMES))
    return None


def _told(opened: OpenedRecords, interview: InterviewOfWeek, week: str) -> Iterator[Happening]:
    """What an interview tells, under the week of the day that it names; without a day, its own."""
    if interview.person not in opened.whom.counted:
        return
    if interview.kind == InterviewKind.SCREENING:
        return
    facts, names = opened.told_in(interview), opened.names(interview.submission)
    said = names.of(facts)
    interviewed = day_said(facts.get(INTERVIEW_DATE, ""))
    for given in names.each(facts, "service"):
        named = day_said(given.get("service_date", ""))
        yield Happening(SERVICE, _week(named, week), named or interviewed, coarse(given["service"], SERVICES), UNKNOWN)
    if told := said.get("referral_date"):
        yield Happening(REFERRED, _week(day_said(told), week), None, UNKNOWN)
    if (state := said.get("case_status", "")) in OUTCOME_TOLD:
        yield Happening(CLOSED, week, None, coarse(OUTCOME_TOLD[CaseState(state)], OUTCOMES))


def _week(day: date | None, otherwise: str) -> str:
    return str(Week.of(day)) if day else otherwise
