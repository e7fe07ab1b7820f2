"""What could not be protected of a period whose movements are, before an officer goes on without it."""

from collections.abc import Iterable

import exports
from anonymizer import asking
from app.program import Program
from core.access import UNASSIGNED, Access, require
from core.database import Zone
from core.errors import Problem
from core.periods.period import Period, parts_of, weeks_of
from core.permissions import Right

__all__ = ["KeptAside", "asides_as", "asides_in", "is_released", "require_whole"]


class KeptAside(Problem):
    code = "APP-199"
    says = "Not everything of {period} could be protected. Kept aside: {what}."
    remedy = (
        "Its movements are protected, and nothing was released. Change what refused the rest and run the command again, which "
        "tries it again; or run it with --leave-out to release without it, for good."
    )


def asides_as(program: Program, access: Access) -> list[asking.Aside]:
    """What is kept aside of an operation, for an officer; raises `NotAllowed`."""
    with program.database.transaction(Zone.ANONYMIZER, access=access) as session:
        require(session, Right.PROTECT_WEEK, UNASSIGNED, subject="anonymizer.kept_aside")
        return asking.asides(session, access.operation)


def require_whole(program: Program, access: Access, period: Period) -> None:
    """Raises `KeptAside` where something is kept aside of a period, or of what it is made of; or `NotAllowed`."""
    found = asides_in(asides_as(program, access), period)
    if found:
        what = ", ".join(f"{it.population} of {it.period} ({it.code or 'not tried yet'})" for it in found)
        raise KeptAside(period=period, what=what)


def asides_in(asides: Iterable[asking.Aside], period: Period) -> list[asking.Aside]:
    """Those of the period itself, or of the weeks and months that it is made of."""
    inside = {period, *parts_of(period), *weeks_of(period)}
    return [it for it in asides if it.period in inside]


def is_released(program: Program, operation: str, period: Period) -> bool:
    """Whether a release of the period stands, which is never changed."""
    with program.database.transaction(Zone.STATISTICS) as session:
        return any((row.operation, row.period) == (operation, period) for row in exports.list_releases(session))
