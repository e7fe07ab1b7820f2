"""Put a subject access pack together: the log knows who used the record, the accounts know their roles, casework the rest.

Three zones, none of which sees what the others hold; the account that asks must hold the right in each. What comes out is
sealed before it touches a disk.
"""

import io
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from app.program import Program
from casework import rights
from core.access import Access, require
from core.audit import entries_about
from core.database import Database, Zone
from core.identity.models import RoleGrant
from core.permissions import Right

__all__ = ["make_access_pack", "roles_held"]

PROGRAM = ("program",)


def make_access_pack(program: Program, access: Access, person: UUID, language: str = "") -> bytes:
    """A ZIP archive, in memory, of the page and the data; raises `NotAllowed` or casework's refusals."""
    roles = roles_held(program.database, access)
    with program.database.transaction(Zone.AUDIT, access=access) as session:
        require(session, Right.GIVE_ACCESS_PACK)
        lines = entries_about(session, f"casework.person:{person}")
        uses = [rights.UseOfRecord(line.at, line.action, roles.get(line.actor, PROGRAM), line.purpose) for line in lines]
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        given = rights.give_access_pack(session, program.ring, person, uses=uses, language=language)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("about-you.html", given.page)
        packed.writestr("about-you.json", given.data)
    return archive.getvalue()


def roles_held(database: Database, access: Access) -> Mapping[str, tuple[str, ...]]:
    """The roles that each account ever held in this operation, instead of its name."""
    held: dict[str, set[str]] = defaultdict(set)
    wanted = select(RoleGrant.account, RoleGrant.role).where(RoleGrant.operation == access.operation)
    with database.transaction(Zone.IDENTITY, access=access) as session:
        for account, role in session.execute(wanted):
            held[str(account)].add(role)
    return {account: tuple(sorted(roles)) for account, roles in held.items()}
