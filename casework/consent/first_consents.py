"""What new persons say about consent: the first version of each statement, on its way with their records."""

from collections.abc import Iterator, Sequence

from casework.consent.record_consent import TABLE, Statement, consent_row, deed_of, require_complete, sealed_with
from casework.rights_models import Consent
from casework.store.new_persons import FIRST_VERSION, NewKey, NewPersons
from core.audit import Deed

__all__ = ["put_consents", "require_all_complete"]


def require_all_complete(said: Sequence[Statement]) -> None:
    """Raises `ConsentIncomplete`."""
    for statement in said:
        require_complete(statement)


def put_consents(new: NewPersons, key: NewKey, said: Sequence[Statement], *, operation: str, actor: str) -> Iterator[Deed]:
    """Put these complete statements beside a new person, each about another purpose or recipient; the lines that tell of them.

    Whoever calls has asked for the right to record consent.
    """
    for statement in said:
        row = consent_row(key.person, operation, statement, actor, version=FIRST_VERSION)
        details = new.seal(key, TABLE, "details", row["id"], sealed_with(statement))
        new.put(Consent, row | {"details": details}, consent=key)
        yield deed_of(key.person, row["id"], statement)
