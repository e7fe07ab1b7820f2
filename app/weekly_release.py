"""From admitted movements to a released folder: count, protect and prove, store, build, publish.

Two transactions in two zones: the anonymizer reads coarse facts and writes protected tables; the release zone reads
protected tables, and writes statistics once the folder is whole. Neither can reach what the other may see. An officer's
right is asked for before (`protect_as`, `release_as`); the deed itself is the program's, under the officer's name.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

import anonymizer
import exports
from anonymizer import weeks
from app.operations import find_operation
from app.program import Program
from core.access import UNASSIGNED, Access, require
from core.clock import now
from core.database import Zone
from core.errors import Problem
from core.permissions import Right
from core.places import load_places
from core.week import Week

__all__ = ["EARLIER_WEEKS", "WeekNotOver", "protect_as", "protect_week", "release_as", "release_week"]

EARLIER_WEEKS: Final = 12  # how far back the report's chart looks


class WeekNotOver(Problem):
    code = "APP-007"
    says = "Week {week} is not over yet."
    remedy = "Release it after {sunday}: a week that is protected is never changed, so what comes later would be left out."


def protect_as(program: Program, access: Access, week: Week) -> anonymizer.ProtectedWeek:
    """Protect a week of the access's operation on behalf of an officer; raises `NotAllowed` and what `protect_week` does."""
    _require(program, access, Zone.ANONYMIZER, Right.PROTECT_WEEK, week)
    return protect_week(program, access.operation, week, actor=access.actor)


def release_as(program: Program, access: Access, week: Week, folder: Path) -> exports.Release:
    """Release a week that is protected, on behalf of an officer; raises `NotAllowed` and what `release_week` does."""
    _require(program, access, Zone.RELEASE, Right.RELEASE_WEEK, week)
    return release_week(program, access.operation, week, folder, actor=access.actor)


def _require(program: Program, access: Access, zone: Zone, right: Right, week: Week) -> None:
    """A week is released for the whole operation, so a grant within a team or an organisation is not enough."""
    with program.database.transaction(zone, access=access) as session:
        require(session, right, UNASSIGNED, subject=f"anonymizer.week:{week}")


def protect_week(program: Program, operation: str, week: Week, *, actor: str) -> anonymizer.ProtectedWeek:
    """Count one week's movements, protect the tables and store them with their proof; raises `WeekNotOver`.

    A week that is protected already stays as it is: reports that came late are kept and not counted.
    """
    if week.sunday >= now().date():
        raise WeekNotOver(week=week, sunday=week.sunday)
    with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor) as session:
        find_operation(session, operation)
        with suppress(weeks.WeekNotProtected):
            return weeks.load_protected(session, program.ring, operation, week)
        facts = weeks.fresh_facts(session, program.ring, operation, week)
        counted = weeks.count_blocks(facts, load_places(session, operation), operation=operation)
        protected = anonymizer.protect(counted, weeks.policy_in_force(session))
        weeks.store_protected(session, program.ring, protected)
    return protected


def release_week(program: Program, operation: str, week: Week, folder: Path, *, actor: str) -> exports.Release:
    """Build the release folder from the protected tables as stored, then publish its cells.

    A week that is released already gives the same release again.
    """
    with program.database.transaction(Zone.RELEASE, operation=operation, actor=actor) as session:
        released = {row.week: row for row in exports.list_releases(session) if row.operation == operation}
        standing = released.get(week)
        earlier = [row for row in released.values() if week.plus(-EARLIER_WEEKS) <= row.week < week]
        shown = [row.week for row in earlier if standing is None or row.number < standing.number]
        release = exports.build_release(
            weeks.load_protected(session, program.ring, operation, week),
            [weeks.load_protected(session, program.ring, operation, past) for past in shown],
            operation_names=find_operation(session, operation).names,
            places=load_places(session, operation),
            folder=folder,
            made_at=standing.made_at if standing else now(),
        )
        exports.publish_release(session, release)
    return release
