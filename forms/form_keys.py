"""The key pairs of an operation, with whose public key its phones encrypt what was filled in and finalised.

The newest is published with forms; the older ones open what phones still hold. A private key rests sealed under a record
key of its own; the public key is derived from it and stands nowhere else but in the forms.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import require
from core.audit import Action, Purpose, record
from core.checked import Checked
from core.clock import now
from core.keys.keyring import KeyRing, KeyVersionUnknown
from core.permissions import Right
from core.sealing.envelope import Binding, CiphertextRefused, WrappedKey, new_record_key, unwrap_record_key
from core.sealing.odk_encryption import new_private_key, public_key_of
from forms.errors import FormKeyMissing
from forms.models import FormKey

__all__ = ["add_form_key", "newest_public_key", "open_form_keys", "verify_form_keys"]

TABLE: Final = "forms.form_key"


def add_form_key(session: Session, ring: KeyRing, operation: str) -> UUID:
    """Make a key pair with which forms are published from now on (collection zone); raises `NotAllowed`."""
    new = uuid4()
    require(session, Right.MANAGE_KEYS, subject=TABLE)
    key, wrapped = new_record_key(ring, Binding(TABLE, new, "key"))
    session.add(
        FormKey(
            id=new,
            operation=operation,
            made_at=now(),
            private_key=key.seal(new_private_key(), Binding(TABLE, new, "private_key")),
            key_version=wrapped.version,
            sealed=wrapped.sealed,
            commitment=wrapped.commitment,
        )
    )
    session.flush()
    record(session, Action.KEY_USED, f"{TABLE}:{new}", purpose=Purpose.SECURITY, detail={"did": "add"})
    return new


def open_form_keys(session: Session, ring: KeyRing, operation: str) -> Iterator[bytes]:
    """The private keys (DER), the newest first, each opened when it is asked for (casework zone).

    Raises `core.sealing.envelope.CiphertextRefused` or `KeyVersionUnknown`.
    """
    for row in _newest_first(session, operation):
        yield _opened(ring, row)


def newest_public_key(session: Session, ring: KeyRing, operation: str) -> str:
    """What a form is published with (casework zone); raises `FormKeyMissing`, and what opening a private key raises."""
    private_key = next(open_form_keys(session, ring, operation), None)
    if private_key is None:
        raise FormKeyMissing(operation=operation)
    return public_key_of(private_key)


def verify_form_keys(session: Session, ring: KeyRing, operation: str) -> Checked:
    """Open every private key of an operation, for `store verify` (casework zone); raises `NotAllowed`."""
    require(session, Right.MANAGE_KEYS, subject=TABLE)
    checked = Checked()
    for row in _newest_first(session, operation):
        checked.take(row.id, partial(_opened, ring, row), refusals=(CiphertextRefused, KeyVersionUnknown))
    detail = {"did": "verify", "failed": len(checked.faults)}
    record(session, Action.KEY_USED, TABLE, purpose=Purpose.VERIFICATION, count=checked.sound, detail=detail)
    return checked


def _newest_first(session: Session, operation: str) -> Sequence[FormKey]:
    wanted = select(FormKey).where(FormKey.operation == operation)
    return session.scalars(wanted.order_by(FormKey.made_at.desc(), FormKey.id)).all()


def _opened(ring: KeyRing, row: FormKey) -> bytes:
    wrapped = WrappedKey(row.key_version, row.sealed, row.commitment)
    key = unwrap_record_key(ring, wrapped, Binding(TABLE, row.id, "key"))
    return key.open(row.private_key, Binding(TABLE, row.id, "private_key"))
