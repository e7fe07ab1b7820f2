"""A database that many tests read and change in turn: whatever one of them does is undone at its end.

A world that takes long to make is made once. Each test has the database in one transaction of its own, in which the program's
transactions are savepoints; roles, reach and row-level security are those of the program.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from core.access import INFO, Access
from core.database import RING, Zone
from core.keys.keyring import KeyRing

__all__ = ["RolledBack"]

ON_BEHALF = text(
    "SELECT set_config('waystation.operation', :operation, true), set_config('waystation.actor', :actor, true), "
    "set_config('waystation.reach', :reach, true)"
)


class RolledBack:
    """Stands in for `core.database.Database`; `connection` uses the driver's own (`use_driver_connections`)."""

    def __init__(self, connection: Connection, ring: KeyRing) -> None:
        self.connection, self.ring = connection, ring

    @contextmanager
    def transaction(
        self, zone: Zone, *, operation: str = "", actor: str = "tester", access: Access | None = None
    ) -> Iterator[Session]:
        who = access or Access.of_system(actor, operation)
        self.connection.execute(text(f"SET LOCAL ROLE {zone.value}"))
        self.connection.execute(ON_BEHALF, {"operation": who.operation, "actor": who.actor, "reach": who.reach})
        try:
            with Session(self.connection, join_transaction_mode="create_savepoint") as session:
                session.info |= {INFO: who, RING: self.ring}
                yield session
                session.commit()
        finally:
            self.connection.execute(text("RESET ROLE"))
