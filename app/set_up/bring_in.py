"""Bring a set-up in: all of it is looked at first, and what is at odds with what is here refuses the whole.

Each part is then brought in by a transaction of its own, with the rights of whoever asks. What they may not do is left, and
said: a colleague who may brings the same file in, and finds the rest done. What two people decide is proposed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import groupby

from app.program import Program
from app.set_up.errors import SetUpConflicts
from app.set_up.gather import require_manager
from app.set_up.look_at_forms import look_at_classes, look_at_forms
from app.set_up.look_at_places import look_at_places, look_at_roles, look_at_units
from app.set_up.look_at_rules import look_at_plans, look_at_policies
from app.set_up.outcome import Outcome, State, Why
from app.set_up.read_file import read_set_up
from core.access import Access
from core.audit import Action, Purpose, record
from core.database import Zone
from core.errors import Problem

__all__ = ["bring_in", "look_at"]


def look_at(program: Program, access: Access, content: bytes, lists: Mapping[str, bytes] | None = None) -> list[Outcome]:
    """What each part would do here; nothing is changed. `lists` are files of the forms that do not travel, by name.

    Raises `NotAllowed`, and what `read_set_up` raises.
    """
    require_manager(program, access)
    set_up, given = read_set_up(content), lists or {}
    found = (
        *look_at_places(program, access, set_up),
        *look_at_units(program, access, set_up),
        *look_at_roles(program, access, set_up),
        *look_at_forms(program, access, set_up, given),
        *look_at_classes(program, access, set_up),
        *look_at_plans(program, access, set_up),
        *look_at_policies(program, access, set_up),
    )
    return list(_without_forms_left(_yours(access, one) for one in found))


def bring_in(program: Program, access: Access, content: bytes, lists: Mapping[str, bytes] | None = None) -> list[Outcome]:
    """Do it; what became of each part. What is refused only now is told with it, and the rest goes on.

    Raises `SetUpConflicts` before anything is done, and what `look_at` raises.
    """
    found = look_at(program, access, content, lists)
    conflicts = [one for one in found if one.state is State.CONFLICT]
    if conflicts:
        listed = ", ".join(f"{one.part} {one.name} ({one.why.value.replace('_', ' ')})" for one in conflicts)
        raise SetUpConflicts(listed=listed)
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        detail = {"sha256": sha256(content).hexdigest()}
        subject = f"core.set_up:{access.operation}"
        record(session, Action.REGISTERED, subject, purpose=Purpose.ADMINISTRATION, count=len(found), detail=detail)
    return [_done(one) for one in found]


def _yours(access: Access, one: Outcome) -> Outcome:
    if one.act is None or one.needs is None or access.may(one.needs):
        return one
    return replace(one, state=State.NOT_YOURS, why=Why.RIGHT, detail=one.needs.value, act=None)


def _without_forms_left(found: Iterator[Outcome]) -> Iterator[Outcome]:
    """Classes are set beside a form that is here: where it stays away, so do they."""
    away: set[str] = set()
    for part, group in groupby(found, key=lambda one: one.part):
        for one in group:
            if part == "forms" and one.state in {State.LACKS, State.NOT_YOURS, State.OLDER}:
                away.add(one.name)
            stays = part == "classes" and one.name in away and one.act is not None
            yield replace(one, state=State.LACKS, why=Why.NOTHING, act=None) if stays else one


def _done(one: Outcome) -> Outcome:
    try:
        if one.act is not None:
            one.act()
    except Problem as problem:
        return replace(one, state=State.REFUSED, why=Why.UNUSABLE, detail=f"{problem.code}: {problem.what}")
    return one
