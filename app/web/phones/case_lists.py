"""The list of cases that a phone carries: within the reach of its custody, written anew whenever the phone fetches it.

The door's own zone cannot read casework, and these transactions are of casework's. Each works on behalf of the phone, as
somebody who works in its custody and may do nothing but read what it carries: row-level security shows it no other case.
"""

import hashlib
from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.web.phones.door import Door
from app.web.phones.reception import actor_of
from casework import follow_up
from core.access import UNASSIGNED, Access, Grant
from core.database import Zone
from core.permissions import Right, Role
from forms import PublishedForm, RecordPart, find_definition
from ingest.collectors import Collector

__all__ = ["cases_gone", "comes_with_list", "list_file", "list_tag"]

ALWAYS: Final = frozenset({Right.READ_IDENTITY, Right.READ_FACTS})  # for the reference, and the days of interviews
BY_PART: Final = {RecordPart.CONTACT: Right.READ_CONTACT}
NOBODYS_TAG: Final = hashlib.md5(follow_up.NOBODYS_LIST, usedforsecurity=False).hexdigest()


def comes_with_list(session: Session, operation: str, form: PublishedForm) -> bool:
    """Whether a form reads the list of cases, unless a file of that name was published with it."""
    if any(file.file_name == follow_up.LIST_FILE for file in form.media):
        return False
    definition = find_definition(session, operation, form.form_id, form.version)
    return definition is not None and follow_up.LIST_FILE in definition.lists


def list_tag(door: Door, caller: Collector) -> str:
    """What changes with the phone's list. Raises `NotAllowed`."""
    if caller.carries is None:
        return NOBODYS_TAG
    with door.database.transaction(Zone.CASEWORK, access=_access(caller)) as session:
        return follow_up.tag_of_list(session, door.ring, caller.carries)


def list_file(door: Door, caller: Collector) -> bytes:
    """The phone's list, a CSV file; without a row where it carries no cases. Raises what `follow_up.write_list` raises."""
    if caller.carries is None:
        return follow_up.NOBODYS_LIST
    with door.database.transaction(Zone.CASEWORK, access=_access(caller)) as session:
        return follow_up.write_list(session, door.ring, caller.carries)


def cases_gone(door: Door, caller: Collector, asked: Collection[UUID]) -> set[UUID]:
    """Those of the cases asked for that the phone has to let go of."""
    offered: list[follow_up.OfferedCase] = []
    if caller.carries is not None:
        with door.database.transaction(Zone.CASEWORK, access=_access(caller)) as session:
            offered = follow_up.offered_cases(session)
    with door.database.transaction(Zone.CASEWORK, operation=caller.operation, actor=actor_of(caller.id)) as session:
        return follow_up.withdrawn(session, asked, offered)


def _access(caller: Collector) -> Access:
    """On behalf of the phone. One without a custody reaches nothing, whatever its row says."""
    at = caller.custody
    grants = () if at == UNASSIGNED else (Grant(Role.CASEWORKER, at.organisation, at.area, at.team, at.worker),)
    rights = ALWAYS | {BY_PART[part] for part in caller.carries or () if part in BY_PART}
    return Access(actor_of(caller.id), caller.operation, grants, only=frozenset(rights))
