"""Movement reports that stand alone are admitted by several transactions at once: none looks at what another makes of its own.

A report stands alone where nothing else of its chain of edits has arrived. Each transaction locks those that it takes, so that
no other takes them too; and all of them share the turn of admission, which whoever looks at more than one record has alone.
"""

from collections.abc import Collection

from sqlalchemy.orm import Session

from casework.admission.admit_submission import AdmissionCount, admit_all, counted, turn_of_admission
from casework.admission.arrival import Desk
from core.keys.keyring import KeyRing
from core.postgres.turns import share_turn
from forms import RecordKind, find_definition
from ingest.claiming import awaiting_forms, claim_lone

__all__ = ["admit_lone_reports", "report_forms"]


def report_forms(session: Session, operation: str) -> list[tuple[str, str]]:
    """By id and version, the forms of movement reports that await admission."""
    found = ((form, find_definition(session, operation, *form)) for form in awaiting_forms(session, operation))
    return [form for form, definition in found if definition and definition.record_kind is RecordKind.MOVEMENT]


def admit_lone_reports(
    session: Session, ring: KeyRing, operation: str, forms: Collection[tuple[str, str]], *, limit: int = 500
) -> AdmissionCount:
    """Admit at most `limit` of them, beside other transactions that do the same; each stands or falls for itself.

    `forms` as `report_forms` gives them. What else awaits is left to `admit_awaiting`.
    """
    share_turn(session, turn_of_admission(session))
    return counted(admit_all(Desk(session, ring, operation), claim_lone(session, operation, forms, limit)))
