"""What a test changed as the owner of the tables counts as it stands: so it gets to a state or a moment without waiting."""

from core.database import Database, Zone
from core.listed import list_rows

__all__ = ["believe"]


def believe(database: Database, zone: Zone = Zone.CASEWORK, operation: str = "TEST") -> None:
    """List anew the rows that this zone verifies, as two people do after a restore."""
    assert database.ring
    with database.transaction(zone, operation=operation, actor="a test") as session:
        list_rows(session, database.ring, zone, operation, restored=True)
