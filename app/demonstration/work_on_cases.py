"""A worker and a supervisor of the demonstration at their desks: every step goes through `take_step`, as from a page.

They have no accounts: with one, commands would ask who gives them. What they leave undone waits for whoever signs in.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import casework
from app.demonstration.draw_case_files import CaseStory, Help, Stage, draw_case_story
from app.program import Program
from casework.case_file import Act, CaseFile, EntryKind, Step, read_case_file, take_step
from casework.consent import may_share_with
from casework.screening import Screening, view_screening
from core.audit import Purpose
from core.clock import now
from core.database import Zone

__all__ = ["CASE_FILES", "work_on_cases"]

CASE_FILES: Final = 18  # of the first cases: enough for every stage, and soon written
WORKER: Final = "demonstration-worker"
SUPERVISOR: Final = "demonstration-supervisor"
ENDED: Final = frozenset({"closed", "closed_referred"})  # as a phone said
FOR: Final = Purpose.ASSISTANCE


def work_on_cases(program: Program, operation: str, chance: random.Random, done: Callable[[], None]) -> int:
    """Write the files of the first cases, each as far as its story has come; how many. `done` is called after each case."""
    written = 0
    for number in range(1, CASE_FILES + 1):
        story = draw_case_story(chance)
        with program.database.transaction(Zone.CASEWORK, operation=operation, actor=WORKER) as session:
            case = casework.find_case(session, program.ring, operation, f"MRD-{number:04d}", purpose=FOR)
        if case and case.state not in ENDED and story.stage >= Stage.DECIDED:
            _tell(_Desk(program, operation, case.id), story)
            written += 1
        done()
    return written


@dataclass(frozen=True)
class _Desk:
    """One case on a desk."""

    program: Program
    operation: str
    case: UUID

    def begin(self, kind: EntryKind, act: Act = Act.WRITE, due: int | None = None, **fields: str | list[str]) -> UUID:
        """A new entry, due in so many days."""
        return self._take(WORKER, Step(kind, act, fields=fields, due=None if due is None else _day(due)))

    def go_on(self, entry: UUID, act: Act, by: str = WORKER, **fields: str | list[str]) -> None:
        """The next act on an entry, by somebody who has just looked at it."""
        seen = next(one for one in self.file().entries if one.id == entry)
        self._take(by, Step(seen.kind, act, entry, fields, due=seen.due, seen=seen.number))

    def file(self) -> CaseFile:
        with self.program.database.transaction(Zone.CASEWORK, operation=self.operation, actor=WORKER) as session:
            return read_case_file(session, self.program.ring, self.case, purpose=FOR)

    def screening(self) -> Screening:
        with self.program.database.transaction(Zone.CASEWORK, operation=self.operation, actor=WORKER) as session:
            return view_screening(session, self.program.ring, self.case, purpose=FOR)

    def agreed_to(self, provider: str) -> bool:
        """Whether the person agreed that this provider is told of them."""
        person = self.file().person
        with self.program.database.transaction(Zone.CASEWORK, operation=self.operation, actor=WORKER) as session:
            return may_share_with(session, person, provider)

    def _take(self, by: str, step: Step) -> UUID:
        with self.program.database.transaction(Zone.CASEWORK, operation=self.operation, actor=by) as session:
            return take_step(session, self.program.ring, self.case, step, purpose=FOR)


def _tell(desk: _Desk, story: CaseStory) -> None:
    if story.flag:
        desk.begin(EntryKind.FLAG, reason=story.flag)
    if _decide(desk, story):
        for stage, act in _CHAPTERS.items():
            if story.stage >= stage:
                act(desk, story)


def _decide(desk: _Desk, story: CaseStory) -> bool:
    """Whether the person is assisted. What the rules want a second opinion on is refused here, and the supervisor agrees."""
    proposal = desk.screening().proposal
    if not proposal.second_opinion and proposal.eligible:
        desk.begin(
            EntryKind.DECISION,
            Act.SETTLE,
            status=proposal.status,
            eligible="yes",
            wants_assistance="yes",
            outcome="assist",
            reasons=story.situation,
        )
        return True
    why = "Paid in full, free to leave, no debt."
    decision = desk.begin(EntryKind.DECISION, Act.SUBMIT, status="not", eligible="no", outcome="close", reasons=why)
    if story.stage > Stage.ASSESSED:
        desk.go_on(decision, Act.APPROVE, SUPERVISOR)
    return False


def _assess(desk: _Desk, story: CaseStory) -> None:
    draft = next((one.id for one in desk.file().entries if one.kind is EntryKind.ASSESSMENT), None)
    assessment = draft or desk.begin(EntryKind.ASSESSMENT)
    needs = [help_.need for help_ in story.helps]
    desk.go_on(assessment, Act.CHANGE, needs=needs, risk=story.risk, situation=story.situation, wishes=story.wishes)
    desk.go_on(assessment, Act.SETTLE)
    desk.begin(EntryKind.NOTE, text=story.note)


def _plan(desk: _Desk, story: CaseStory) -> None:
    starts, ends = _day(-10).isoformat(), _day(80).isoformat()
    plan = desk.begin(EntryKind.PLAN, aim=story.aim, agreed="yes", starts=starts, ends=ends)
    desk.go_on(plan, Act.SUBMIT)
    for help_ in story.helps:
        desk.begin(EntryKind.GOAL, due=45, goal=help_.goal, need=help_.need, measure=help_.measure)


def _assist(desk: _Desk, story: CaseStory) -> None:
    desk.go_on(_newest(desk, EntryKind.PLAN), Act.APPROVE, SUPERVISOR)
    first, second = story.helps
    given = desk.begin(EntryKind.SERVICE, due=-3, service_type=first.need, provider="own")
    desk.go_on(given, Act.COMPLETE, date=_day(-3).isoformat(), cost=first.cost, currency="USD", outcome="partly")
    desk.begin(EntryKind.SERVICE, due=6, service_type=second.need, provider="own")
    desk.begin(EntryKind.TASK, due=-story.late, task=first.task)


def _refer(desk: _Desk, story: CaseStory) -> None:
    """Written for each need; sent where the person agreed that this provider is told of them."""
    for help_ in story.helps:
        if help_.provider != "own":
            _refer_to(desk, help_)


def _refer_to(desk: _Desk, help_: Help) -> None:
    to = help_.provider
    referral = desk.begin(EntryKind.REFERRAL, provider=to, service_type=help_.need, urgency="soon", reason=help_.goal)
    if desk.agreed_to(to):
        desk.go_on(referral, Act.SEND)


def _follow(desk: _Desk, story: CaseStory) -> None:
    visit = desk.begin(EntryKind.VISIT, due=-1, purpose="At home, two weeks after the service")
    desk.go_on(visit, Act.COMPLETE, outcome="well", note=story.note)
    desk.begin(EntryKind.VISIT, due=21, purpose="One more before the plan is closed")
    desk.go_on(_newest(desk, EntryKind.PLAN), Act.END)


def _close(desk: _Desk, story: CaseStory) -> None:
    desk.begin(EntryKind.CLOSURE, Act.SUBMIT, outcome="goals_met", reason=story.aim)


def _agree_to_close(desk: _Desk, _: CaseStory) -> None:
    desk.go_on(_newest(desk, EntryKind.CLOSURE), Act.APPROVE, SUPERVISOR)


_CHAPTERS: Final = {
    Stage.ASSESSED: _assess,
    Stage.PLANNED: _plan,
    Stage.ASSISTED: _assist,
    Stage.REFERRED: _refer,
    Stage.FOLLOWED: _follow,
    Stage.CLOSING: _close,
    Stage.CLOSED: _agree_to_close,
}


def _newest(desk: _Desk, kind: EntryKind) -> UUID:
    return [one.id for one in desk.file().entries if one.kind is kind][-1]


def _day(days: int) -> date:
    return now().date() + timedelta(days=days)
