"""Verify everything that is sealed for an operation: each stage opens its own, in its zone."""

from collections.abc import Callable

from anonymizer.weeks import verify_proofs
from app.operations import find_operation
from app.program import Program
from app.seal_store import zones_that_list
from casework.store import verify_records
from core.audit import Purpose
from core.checked import Checked
from core.database import Zone
from core.identity.verify_accounts import verify_accounts
from core.keys.logged_versions import logged_versions
from core.listed import logged_lists, verify_lists
from core.registers import verify_entries
from forms import verify_form_keys
from ingest import verify_received
from ingest.reviews import logged_reviews, verify_reviews

__all__ = ["verify_store"]

ACTOR = "auditor"


def verify_store(program: Program, operation: str, told: Callable[[int], None] = lambda _: None) -> Checked:
    """Open every record and compare its version with the log, then form keys, what was received and decided, registers, proofs,
    (of the whole installation) accounts, and the rows that stand on sealed lists; raises `OperationUnknown`.

    The log is read first: what is corrected meanwhile is newer than the log says, which is no fault.
    """
    ring, checked = program.ring, Checked()
    with program.database.transaction(Zone.AUDIT, operation=operation, actor=ACTOR) as session:
        newest, lists = logged_versions(session, operation), logged_lists(session)
        reviews = logged_reviews(session, operation)
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor=ACTOR) as session:
        find_operation(session, operation)
        checked.add(verify_records(session, ring, operation, newest, told, purpose=Purpose.VERIFICATION))
        checked.add(verify_form_keys(session, ring, operation))
        checked.add(verify_received(session, ring, operation, told, purpose=Purpose.VERIFICATION))
        checked.add(verify_reviews(session, ring, operation, reviews, purpose=Purpose.VERIFICATION))
    with program.database.transaction(Zone.AUDIT, operation=operation, actor=ACTOR) as session:
        checked.add(verify_entries(session, ring))
    with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=ACTOR) as session:
        checked.add(verify_proofs(session, ring, operation))
    with program.database.transaction(Zone.IDENTITY, actor=ACTOR) as session:
        checked.add(verify_accounts(session, ring))
    for zone in zones_that_list():
        with program.database.transaction(zone, operation=operation, actor=ACTOR) as session:
            checked.add(verify_lists(session, ring, zone, operation, lists))
    return checked
