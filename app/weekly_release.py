"""From admitted movements to a released folder: count, protect and prove, store, build, publish.

Three transactions in three zones: the anonymizer reads coarse facts and writes protected tables, the release zone reads
protected tables, and writes statistics once the folder is whole. No step can reach what another may see.
"""

from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

import anonymizer
import casework
import exports
from app.program import Program
from core.clock import now
from core.database import Zone
from core.errors import Problem
from core.models import Operation
from core.places import load_places
from core.week import Week

__all__ = ["EARLIER_WEEKS", "OperationUnknown", "protect_week", "release_week"]

EARLIER_WEEKS: Final = 12  # how far back the report's chart looks


class OperationUnknown(Problem):
    code = "APP-002"
    says = "There is no operation {operation}."
    remedy = "List them with `bin/waystation operations list`, or add it with `bin/waystation operations add`."


def protect_week(program: Program, operation: str, week: Week, *, actor: str) -> anonymizer.ProtectedWeek:
    """Count one week's movements, protect the tables and store them with their proof."""
    with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor) as session:
        facts = casework.movement_facts(session, program.ring, operation, week)
        counted = anonymizer.count_movements(facts, load_places(session, operation), week, operation=operation)
        protected = anonymizer.protect(counted, anonymizer.default_policy())
        anonymizer.store_protected(session, program.ring, protected)
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
            anonymizer.load_protected(session, program.ring, operation, week),
            [anonymizer.load_protected(session, program.ring, operation, past) for past in shown],
            operation_names=_names(session, operation),
            places=load_places(session, operation),
            folder=folder,
            made_at=standing.made_at if standing else now(),
        )
        exports.publish_release(session, release)
    return release


def _names(session: Session, operation: str) -> dict[str, str]:
    row = session.get(Operation, operation)
    if row is None:
        raise OperationUnknown(operation=operation)
    return row.names
