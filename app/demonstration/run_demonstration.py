"""The main job from end to end, told as it goes: questionnaires out, answers in over HTTP, cases, tables, reports."""

import itertools
import random
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
from rich.console import Console
from rich.progress import Progress, TaskID
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import forms
import ingest
from app.arriving.admission import admit_batches
from app.cli.screen import progress, show_table
from app.demonstration.check_numbers import Agreement, check_release
from app.demonstration.draw_answers import draw_interviews, draw_reports
from app.demonstration.phone import Phone
from app.demonstration.send_answers import Sent, send_answers
from app.demonstration.work_on_cases import CASE_FILES, work_on_cases
from app.operations import add_operation
from app.program import Program
from app.releases.release_period import protect_week, release_period
from app.web.serve import serving_on_socket
from casework.case_file import count_awaiting
from core.clock import now
from core.database import Zone
from core.models import Operation
from core.periods.week import Week
from core.places import read_gazetteer
from ingest.collectors import add_collector

__all__ = ["Size", "run_demonstration"]

GAZETTEER: Final = Path(__file__).with_name("gazetteer.geojson")
NAMES: Final = {"en": "Marenda (demonstration)", "fr": "Marenda (démonstration)", "ar": "مارندا (عرض تجريبي)"}
MOST: Final = 10_000_000
ACTOR: Final = "demonstration"


@dataclass(frozen=True)
class Size:
    """How much is told: weeks, movement reports over all weeks, and the seed that decides what they say."""

    weeks: int
    records: int
    seed: int


def run_demonstration(program: Program, size: Size, out: Path, console: Console) -> None:
    """Run the main job on a fresh operation and say where the reports lie."""
    last = Week.of(now().date()).plus(-1)
    weeks = [last.plus(number - size.weeks + 1) for number in range(size.weeks)]
    with progress() as bar:
        story = _Story(program, random.Random(size.seed), weeks, out, bar)  # noqa: S311  (a story, not a secret)
        token = story.set_up()
        sent = story.collect(token, size.records)
        story.admit()
        agreements = story.release(sent)
        files = story.work()
    _tell(story, sent, agreements, console)
    _tell_how_to_sign_in(story, files, console)


@dataclass
class _Story:
    """One run: its operation, its weeks, and where it shows how far it is."""

    program: Program
    chance: random.Random
    weeks: Sequence[Week]
    out: Path
    bar: Progress
    operation: str = ""

    @property
    def folder(self) -> Path:
        return self.out / self.operation

    def transaction(self, zone: Zone) -> AbstractContextManager[Session]:
        return self.program.database.transaction(zone, operation=self.operation, actor=ACTOR)

    def set_up(self) -> str:
        """Make a new operation, publish the questionnaires to it, and give one phone its address."""
        task = self.bar.add_task("publishing questionnaires", total=len(forms.QUESTIONNAIRES))
        with self.transaction(Zone.COLLECTION) as session:
            number = session.scalar(select(func.count()).select_from(Operation)) or 0
        self.operation = next(code for n in itertools.count(number + 1) if not (self.out / (code := f"DEMO-{n}")).exists())
        places = read_gazetteer(GAZETTEER)
        with self.transaction(Zone.COLLECTION) as session:
            add_operation(session, self.operation, NAMES, places)
            for name in forms.QUESTIONNAIRES:
                compiled = forms.compile_workbook(forms.build_questionnaire(name), f"{name}.xlsx")
                media = {"places.csv": forms.places_media(places)} if b"places.csv" in compiled.xform else {}
                forms.publish_form(session, self.operation, compiled.xform, media)
                self.bar.advance(task)
            return add_collector(session, self.operation, "demonstration phone")

    def collect(self, token: str, records: int) -> Sent:
        """Send everything through the OpenRosa door, over HTTP on a unix socket."""
        reports = draw_reports(self.chance, read_gazetteer(GAZETTEER), self.weeks, records)
        interviews = draw_interviews(self.chance, read_gazetteer(GAZETTEER), self.weeks, _interviews(records))
        task = self.bar.add_task("sending answers over HTTP, as phones do", total=None)
        with serving_on_socket(self.program, _not_yet) as socket, _phone(socket, token) as phone:
            phone.download_forms()
            return send_answers(phone, self.chance, reports, interviews, partial(self._show, task))

    def _show(self, task: TaskID, done: int, total: int) -> None:
        self.bar.update(task, completed=done, total=total)

    def admit(self) -> None:
        """Turn what arrived into persons, households, cases and movement events."""
        with self.transaction(Zone.CASEWORK) as session:
            waiting = len(ingest.awaiting_submissions(session, self.operation, MOST))
        task = self.bar.add_task("admitting persons, cases and movements", total=waiting)
        for count in admit_batches(self.program, self.operation, actor=ACTOR):
            self.bar.advance(task, count.total)

    def release(self, sent: Sent) -> list[Agreement]:
        """Protect, prove and release each week, and check every released number against what was sent."""
        task = self.bar.add_task("protecting, proving and releasing weeks", total=len(self.weeks))
        agreements = []
        for week in self.weeks:
            protect_week(self.program, self.operation, week, actor=ACTOR)
            made = release_period(self.program, self.operation, week, self.folder / str(week), actor=ACTOR)
            reports = [report for report in sent.counted if report.week == week]
            agreements.append(check_release(made.folder, reports, [one for one in sent.screened if one.week == week]))
            self.bar.advance(task)
        return agreements

    def work(self) -> int:
        """Let some of the cases be worked on, for whoever signs in to find a caseload that lives."""
        task = self.bar.add_task("working on cases", total=CASE_FILES)
        return work_on_cases(self.program, self.operation, self.chance, partial(self.bar.advance, task))


def _interviews(records: int) -> int:
    """Few beside the reports of a large operation; of a small one enough that the tables of screenings show something."""
    return max(2, records // 30 + min(records, 300) // 3)


def _not_yet(_operation: str, _submission: Sequence[UUID]) -> None:
    """Admission is shown as a step of its own here, so nothing starts when a submission arrives."""


def _phone(socket: Path, token: str) -> Phone:
    return Phone(httpx.HTTPTransport(uds=str(socket)), f"http://demonstration/key/{token}")


def _tell(story: _Story, sent: Sent, agreements: Sequence[Agreement], console: Console) -> None:
    console.print("\n[bold]What phones sent, and what the door answered[/]")
    show_table(("what", "posts", "answer"), sent.told, "Nothing was sent.")
    with story.transaction(Zone.COLLECTION) as session:
        kept = [(entry.code, entry.reason) for entry in ingest.quarantined(session, story.operation)]
    console.print("\n[bold]Kept aside with its reason; nothing is lost[/]")
    show_table(("code", "reason"), kept, "Nothing had to be kept aside.")
    console.print("\n[bold]What was released[/]")
    rows = [
        (week, *(f"{number:,}" for number in (one.persons, one.households, one.released, one.suppressed)))
        for week, one in zip(story.weeks, agreements, strict=True)
    ]
    show_table(
        ("week", "persons moved", "households screened", "cells shown", "cells not shown"), rows, "Nothing was released."
    )
    console.print("\nEvery number shown agrees with what was sent; what is not shown was proven not to follow from the rest.")
    console.print(f"Open [bold]{story.folder / str(story.weeks[-1]) / 'index.html'}[/]", soft_wrap=True)


def _tell_how_to_sign_in(story: _Story, files: int, console: Console) -> None:
    with story.transaction(Zone.CASEWORK) as session:
        waiting = count_awaiting(session, story.program.ring)
    console.print(f"\n[bold]{files}[/] cases are being worked on; [bold]{waiting}[/] steps wait for a second person.")
    add = f"--operation {story.operation}[/]"
    console.print(
        f"To see them, make an account: [bold]bin/waystation accounts add amal --role caseworker {add}\n"
        f"One who approves what waits: [bold]bin/waystation accounts add carla --role supervisor {add}\n"
        "Then [bold]bin/serve[/], and open /enrol with the code (docs/first-hour.md shows each step).",
        soft_wrap=True,
    )
