"""A correction by an account, put together: the correction itself, then whether it makes somebody alike to another.

The comparison works across the whole operation, so it is done by the program in a transaction of its own, after the commit.
"""

from collections.abc import Mapping
from uuid import UUID

from casework.duplicates import propose_after_correction
from casework.rights import correct_record
from core.access import Access
from core.audit import Purpose
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from forms import RecordPart

__all__ = ["correct_and_compare"]


def correct_and_compare(
    database: Database,
    ring: KeyRing,
    access: Access,
    person: UUID,
    *,
    part: RecordPart,
    answers: Mapping[str, str],
    seen_version: int,
    reason: str,
    purpose: Purpose,
    interview: UUID | None = None,
) -> int:
    """Correct a record and compare it anew; the record's new version. Raises what `correct_record` raises."""
    with database.transaction(Zone.CASEWORK, access=access) as session:
        version = correct_record(
            session,
            ring,
            person,
            part=part,
            answers=answers,
            seen_version=seen_version,
            reason=reason,
            purpose=purpose,
            interview=interview,
        )
    if interview is None:  # only what is held on the person is compared
        with database.transaction(Zone.CASEWORK, operation=access.operation, actor="matching") as session:
            propose_after_correction(session, ring, access.operation, person)
    return version
