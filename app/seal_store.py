"""Seal what stands in clear: beside the records of an operation, and the rows that decide what is done with them.

Whatever stands is believed from then on, so two people agree to it, as to an act on the keys. Both sign in where the command is
run: before rows are listed nobody signs in anywhere else, and no proposal that was written down could be proven.
"""

from collections.abc import Callable
from typing import Final

from app.operations import find_operation
from app.program import Program
from casework.store import list_all
from core.access import Access, require
from core.audit_line import Action, Purpose, record
from core.database import Zone
from core.errors import Problem
from core.listed import LISTED, list_rows
from core.second_person import RIGHTS, Act

__all__ = ["SamePerson", "seal_store", "zones_that_list"]

SUBJECT: Final = "casework.record_key"
KEEPS, AGREES = RIGHTS[Act.KEY_OPERATION]


class SamePerson(Problem):
    code = "APP-136"
    says = "The same account signed in twice: sealing needs a second person."
    remedy = "Ask a colleague who approves key operations to sign in after you. Nothing was changed."


def seal_store(
    program: Program,
    who: Access,
    second: Access | None,
    told: Callable[[int], None] = lambda _: None,
    *,
    restored: bool = False,
) -> int:
    """How many keys and rows were listed; the program does it in the name of `who`, to which `second` agreed.

    Without a second person only where there is no account yet. Raises `NotAllowed`, `SamePerson` or `OperationUnknown`.
    """
    with program.database.transaction(Zone.CASEWORK, access=who) as session:
        require(session, KEEPS, subject=SUBJECT)
        find_operation(session, who.operation)
    if not who.system or second:
        _agree(program, who, second)
    count = 0
    for zone in zones_that_list():
        with program.database.transaction(zone, operation=who.operation, actor=who.actor) as session:
            count += list_rows(session, program.ring, zone, who.operation, restored=restored)
    with program.database.transaction(Zone.CASEWORK, operation=who.operation, actor=who.actor) as session:
        return count + list_all(session, program.ring, who.operation, told, restored=restored)


def zones_that_list() -> list[Zone]:
    """The zones of which each verifies some of the listed rows."""
    return sorted({its.zone for its in LISTED.values()})


def _agree(program: Program, who: Access, second: Access | None) -> None:
    if second is None or second.system or second.actor == who.actor:
        raise SamePerson
    with program.database.transaction(Zone.CASEWORK, access=second) as session:
        require(session, AGREES, subject=SUBJECT)
        detail = {"act": Act.KEY_OPERATION.value, "proposed_by": who.actor}
        record(session, Action.APPROVED, SUBJECT, purpose=Purpose.SECURITY, detail=detail)
