"""Compare what came in the last days with other submissions of its form: once a day, or when a supervisor asks for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.program import Program
from casework.reviewing import compare_form, look_again
from core.clock import now
from core.database import Zone
from core.keys.keyring import KeyRing
from ingest.reviews import forms_in_reach

__all__ = ["compare_of_form", "compare_recent"]

RECENT: Final = timedelta(days=2)  # more than the time between two rounds


def compare_recent(program: Program, operation: str) -> int:
    """Compare every form to which something came lately, each in a transaction of its own; how many findings were kept."""
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor="worker") as session:
        forms = forms_in_reach(session, now() - RECENT)
    return sum(_work(program, operation, form, "worker", compare_form) for form in forms)


def compare_of_form(program: Program, operation: str, form_id: str, *, actor: str) -> int:
    """Look at a form's newest submissions again, each by itself and beside the others, under the name of who asked."""
    return sum(_work(program, operation, form_id, actor, check) for check in (look_again, compare_form))


def _work(program: Program, operation: str, form: str, actor: str, check: Callable[[Session, KeyRing, str, str], int]) -> int:
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
        return check(session, program.ring, operation, form)
