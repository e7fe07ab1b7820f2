"""A case that goes to another unit: when its transfer is accepted, the record changes hands in the same transaction."""

from dataclasses import replace
from uuid import UUID

from app.web.cases.case_desk import open_case
from app.web.desk import Desk
from app.web.signed_in import Visit
from casework import RecordUnknown, records
from casework.case_file import Step, take_step
from core.access import Custody
from core.audit import Purpose
from core.database import Zone, go_on_for
from core.identity.errors import UnitUnknown
from core.identity.units import custody_in

__all__ = ["accept_transfer", "require_unit"]


def require_unit(desk: Desk, visit: Visit, unit: str) -> Custody:
    """The custody of a record that lies with this open unit; raises `UnitUnknown`."""
    try:
        wanted = UUID(unit)
    except ValueError:
        raise UnitUnknown(kind="unit") from None
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        return custody_in(session, wanted)


def accept_transfer(desk: Desk, visit: Visit, case: UUID, step: Step, purpose: Purpose) -> bool:
    """Accept it, and put the record into the hands of its unit; whether the case stays within this account's reach.

    Raises what `take_step` and `records.assign_custody` raise, and then neither has happened.
    """
    opened = open_case(desk, visit, case, purpose)
    entry = opened.entry(step.entry)
    if entry is None or entry.fields is None:
        raise RecordUnknown(kind="entry", record=step.entry)
    custody = require_unit(desk, visit, str(entry.fields["unit"]))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        take_step(session, desk.ring, case, step, purpose=purpose)
        # The record may leave the account's reach by this: the program does it, under the account's name.
        go_on_for(session, replace(visit.access, system=True))
        records.assign_custody(session, desk.ring, visit.access, opened.file.person, custody, purpose=purpose)
    return any(grant.covers(custody) for grant in visit.access.grants)
