"""Entries of case files that an earlier version of this program wrote are filed under their weeks when first counted."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.case_file_models import CaseEntry
from casework.models import Case, KeyKind
from casework.store.seal_record import Vault, stored_keys
from casework.store.seal_steps import open_steps
from casework.store.sealed_step import SealedStep
from casework.store.weeks_of_steps import weeks_of
from core.access import NotAllowed, access_of
from core.audit import Action, Purpose, record
from core.database import among
from core.keys.keyring import KeyRing
from core.permissions import Right

__all__ = ["date_entries"]

PAGE: Final = 200  # cases


def date_entries(session: Session, ring: KeyRing, operation: str) -> int:
    """File them; how many those were. Those of somebody whose key is destroyed are under none.

    For the program itself: raises `NotAllowed` for an account, or what `open_steps` raises.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.PROTECT_WEEK, "casework.case_entry")
    undated = select(CaseEntry.case).where(CaseEntry.operation == operation, CaseEntry.week.is_(None)).distinct().limit(PAGE)
    count = 0
    while cases := session.scalars(undated).all():
        rows = session.scalars(select(Case).where(among(Case.id, cases))).all()
        keys = stored_keys(Vault(session, ring, operation), {row.person for row in rows}, KeyKind.PERSON)
        for case in rows:
            steps = open_steps(session, keys[case.person], case) if case.person in keys else []
            count += _file(session, case, steps)
        session.flush()
    if count:
        record(session, Action.READ, "casework.case_entry", purpose=Purpose.STATISTICS, count=count)
    return count


def _file(session: Session, case: Case, steps: list[SealedStep]) -> int:
    entries = session.scalars(select(CaseEntry).where(CaseEntry.case == case.id, CaseEntry.week.is_(None))).all()
    for entry in entries:
        entry.week, entry.week_after = weeks_of([step for step in steps if step.entry == entry.id])
    return len(entries)
