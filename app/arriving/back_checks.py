"""A form's back-checks as a page or command shows them: the sample, coverage error, content error by question."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from casework.reviewing import compare_pairs
from core.access import Access
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from ingest.back_checks import ContentError, Drawn, Outcome, list_drawn, pairs_of

__all__ = ["BackChecks", "back_checks_of"]


@dataclass(frozen=True)
class BackChecks:
    """`visited` were visited again, `met` and `never` of them; `coverage_error` is the share that was never interviewed, of
    those about whom the visit tells something; None before any does."""

    sample: Sequence[Drawn]
    visited: int
    met: int
    never: int
    errors: Sequence[ContentError]

    @property
    def coverage_error(self) -> float | None:
        told = self.met + self.never
        return self.never / told if told else None


def back_checks_of(database: Database, ring: KeyRing, access: Access, form_id: str) -> BackChecks:
    """Of one form, within reach; the pairs are opened by the program, and nothing but rates leaves it. Raises `NotAllowed`."""
    with database.transaction(Zone.CASEWORK, access=access) as session:
        sample, pairs = list_drawn(session, form_id), pairs_of(session, form_id)
    with database.transaction(Zone.CASEWORK, operation=access.operation, actor=access.actor) as session:
        errors = compare_pairs(session, ring, access.operation, pairs)
    outcomes = Counter(one.outcome for one in sample if one.outcome)
    return BackChecks(sample, outcomes.total(), outcomes[Outcome.MET], outcomes[Outcome.NEVER_INTERVIEWED], errors)
