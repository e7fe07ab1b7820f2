"""What an access pack says of the people around a person: that they are there and what they are to them, never who they are.

Notes of workers are held back, as they may name others, and that they are held is said. Perpetrators are others' data: of them
a pack says nothing at all, since whoever finds it may be one of them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import or_, select

from casework.family.best_interest import StepView, open_step, steps_of
from casework.family.child_care import CareView, care_of, open_care
from casework.family.relate_persons import Said, open_said
from casework.family_models import Relationship
from casework.rights.access_pack import HeldAnswer, HeldSection
from casework.rights.gather_access_pack import Holdings
from casework.store.seal_record import stored_keys
from casework.trafficking.history import HISTORY
from casework.trafficking.kept_apart import notes_of, open_note

__all__ = ["sections_around"]

TEXTS: Final = Path(__file__).parent / "people_texts"
CHILD: Final = "child_of"  # the word `child` heads a section
NOTE: Final = "note"


def sections_around(held: Holdings) -> list[HeldSection]:
    """Relationships, a child's care and steps, and the trafficking history, each where there is some."""
    say, person = _texts(held.language), [held.person.id]
    steps = [one for row in steps_of(held.session, person) for one in _step(say, open_step(row, held.key))]
    care = [one for row in care_of(held.session, person) for one in _care(say, open_care(row, held.key))]
    events = [open_note(HISTORY, row, held.key) for row in notes_of(held.session, HISTORY, person)]
    sections = {
        "family": list(_relations(held, say)),
        "child": care,
        "steps": steps,
        "history": [one for event in events for one in _event(say, event)],
    }
    return [HeldSection(kind, "", tuple(answers), title=say[kind]) for kind, answers in sections.items() if answers]


def _relations(held: Holdings, say: Mapping[str, str]) -> Iterator[HeldAnswer]:
    me = held.person.id
    theirs = select(Relationship).where(or_(Relationship.person == me, Relationship.other == me))
    rows = held.session.scalars(theirs.order_by(Relationship.noted_at, Relationship.id)).all()
    keys = stored_keys(held, {end for row in rows for end in (row.person, row.other)})
    for row in rows:
        said: Said = open_said(row, keys, me)
        word = say[CHILD if said.kind == "child" else said.kind.value]
        yield HeldAnswer("relationship", say["related_to"], word)
        yield HeldAnswer("noted_at", say["noted_on"], f"{row.noted_at:%Y-%m-%d}")
        if row.ended_at:
            yield HeldAnswer("ended_at", say["ended_on"], f"{row.ended_at:%Y-%m-%d}")
        yield from _held_back(say, said.note)


def _care(say: Mapping[str, str], care: CareView) -> Iterator[HeldAnswer]:
    yield HeldAnswer("status", say["status"], say[care.status.value] if care.status else "")
    yield HeldAnswer("decided_at", say["noted_on"], f"{care.decided_at:%Y-%m-%d}")
    yield from _held_back(say, care.note)


def _step(say: Mapping[str, str], step: StepView) -> Iterator[HeldAnswer]:
    yield HeldAnswer("step", say["kind"], say[step.kind.value] if step.kind else "")
    for name, label, part in (("planned", "day_planned", step.planned), ("done", "day_done", step.outcome)):
        if part:
            yield HeldAnswer(name, say[label], part.day)
            yield from _held_back(say, part.note)


def _event(say: Mapping[str, str], event: Mapping[str, str]) -> Iterator[HeldAnswer]:
    for name in HISTORY.asked:
        if name == NOTE:
            yield from _held_back(say, event.get(name))
        elif name in event:
            yield HeldAnswer(name, say[name], say.get(event[name], event[name]) if name == "kind" else event[name])


def _held_back(say: Mapping[str, str], note: str | None) -> Iterator[HeldAnswer]:
    if note:
        yield HeldAnswer(NOTE, say[NOTE], None)


@cache
def _texts(language: str) -> Mapping[str, str]:
    return tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
