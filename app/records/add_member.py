"""A new member of a household, put together: the member itself, then whether they are alike to somebody who has a record.

The comparison works across the whole operation, so it is done by the program in a transaction of its own, after the commit.
"""

from uuid import UUID

from casework import family
from casework.consent import Statement
from casework.duplicates import propose_after_correction
from core.access import Access
from core.audit import Purpose
from core.database import Database, Zone
from core.keys.keyring import KeyRing

__all__ = ["add_and_compare"]


def add_and_compare(
    database: Database,
    ring: KeyRing,
    access: Access,
    household: UUID,
    member: family.NewMember,
    *,
    beside: UUID,
    agreed: Statement,
    purpose: Purpose,
) -> UUID:
    """Add somebody to a household and compare them; their id. Raises what `add_new_member` raises."""
    with database.transaction(Zone.CASEWORK, access=access) as session:
        new = family.add_new_member(session, ring, household, member, beside=beside, agreed=agreed, purpose=purpose)
    with database.transaction(Zone.CASEWORK, operation=access.operation, actor="matching") as session:
        propose_after_correction(session, ring, access.operation, new)
    return new
