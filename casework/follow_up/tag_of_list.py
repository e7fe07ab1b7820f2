"""A list's tag: another one as soon as the list is, told without opening a record."""

import json
from collections.abc import Collection
from typing import Final

from sqlalchemy.orm import Session

from casework.follow_up.offered_cases import offered_cases
from casework.follow_up.properties import properties_of
from core.access import access_of
from core.keys.keyring import KeyRing
from forms import RecordPart

__all__ = ["tag_of_list"]

TAG_BYTES: Final = 16  # as many as an MD5, which is what phones take it for


def tag_of_list(session: Session, ring: KeyRing, carried: Collection[RecordPart]) -> str:
    """32 hexadecimal digits: keyed, of whose list it is, what it tells, and each case with its version. Raises `NotAllowed`."""
    access = access_of(session)
    columns = properties_of(session, access.operation, carried)
    cases = [(str(case.id), case.version) for case in offered_cases(session)]
    said = json.dumps([access.operation, access.actor, [(name, sorted(columns[name])) for name in columns], cases])
    return ring.blind_token("list of cases", said)[:TAG_BYTES].hex()
