"""What the login that restores must be able to do. It owns the database; it need be no superuser."""

from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from core.database import Zone
from core.errors import Problem

__all__ = ["LoginTooWeak", "make_roles", "require_login", "write_down_everything"]

IS_SUPERUSER: Final = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
MAY_MAKE_ROLES: Final = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
HAS_POSTGIS: Final = text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'postgis')")
OWNS_DATABASE: Final = text(
    "SELECT pg_has_role(current_user, datdba, 'MEMBER') FROM pg_database WHERE datname = current_database()"
)
MEMBERS: Final = text(
    "SELECT r.rolname FROM pg_roles r WHERE r.rolname = ANY (:zones) AND pg_has_role(CAST(:program AS name), r.oid, 'MEMBER')"
)


class LoginTooWeak(Problem):
    code = "APP-134"
    says = "The login {login} may not {lacks}; nothing was restored."
    remedy = "A superuser need not restore, only prepare it once, in the database to restore into: `{statement}`"


def require_login(connection: Connection, program: str) -> None:
    """Raise `LoginTooWeak` unless this login can restore here, before anything is touched."""
    if connection.scalar(IS_SUPERUSER):
        return
    login, database = connection.execute(text("SELECT current_user, current_database()")).one()
    if not connection.scalar(OWNS_DATABASE):
        raise LoginTooWeak(login=login, lacks="own the tables", statement=f'ALTER DATABASE "{database}" OWNER TO "{login}"')
    if not connection.scalar(HAS_POSTGIS):
        raise LoginTooWeak(login=login, lacks="make the extension PostGIS", statement="CREATE EXTENSION postgis")
    if _missing(connection, program) and not connection.scalar(MAY_MAKE_ROLES):
        lacks = "make the roles of the zones and give them to the program's login"
        raise LoginTooWeak(login=login, lacks=lacks, statement=f'ALTER ROLE "{login}" CREATEROLE')


def make_roles(connection: Connection, program: str) -> None:
    """Roles belong to the server, not to the database, so no dump holds them."""
    for zone in _missing(connection, program):
        if not connection.scalar(text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)"), {"role": zone}):
            connection.execute(text(f"CREATE ROLE {zone} NOLOGIN"))
        connection.execute(text(f'GRANT {zone} TO "{program}"'))


def write_down_everything(connection: Connection) -> bool:
    """Have the server write its memory down (CHECKPOINT); False where the login may not ask for it."""
    try:
        connection.execute(text("CHECKPOINT"))
    except ProgrammingError:
        return False
    return True


def _missing(connection: Connection, program: str) -> list[str]:
    """Zones whose role the program's login cannot take on yet."""
    zones = [zone.value for zone in Zone]
    held = set(connection.scalars(MEMBERS, {"zones": zones, "program": program}))
    return [zone for zone in zones if zone not in held]
