"""Every row is named on a list: once after an upgrade, and anew after a restore whose rows are of different moments.

What is listed here is believed from now on, so it is run by two people (`app.seal_store`), and the log says so.
"""

from sqlalchemy.orm import Session

from core.database import Zone
from core.keys.keyring import KeyRing
from core.listed.declare import key_id
from core.listed.read_all import read_all, require_program, verified_in
from core.listed.sealed_list import take_list, write_list

__all__ = ["list_rows"]


def list_rows(session: Session, ring: KeyRing, zone: Zone, operation: str, *, restored: bool = False) -> int:
    """List the rows that are on no list, of those that this zone verifies; how many. A row that is listed stays as it was.

    With `restored` every row counts as it stands, and every list is written anew. For the program itself: raises `NotAllowed`
    for an account.
    """
    require_program(session)
    count = 0
    for its in verified_in(zone):
        for name, rows in sorted(read_all(session, its, operation).items()):
            before = take_list(session, ring, name, believed=restored)
            stand = {key_id(its.key(values)): its.digest(ring, values) for values in rows}
            new = stand.keys() - before.entries.keys()
            if new or restored:
                write_list(session, ring, name, before, stand | before.entries, restored=restored)
            count += len(new)
    return count
