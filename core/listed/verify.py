"""Are the listed rows what they were? Every list against its table, and against the versions that the audit log knows of.

A list put back as it once was, with all of its rows, agrees with them. What tells is the log: each version of a list leaves one
line, so a version that the log does not know as the newest, or that was written twice, was not reached in the ordinary way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import require
from core.audit_line import Action, Purpose, record
from core.checked import Checked
from core.database import Zone
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.listed.declare import SUBJECT, Listed, ListName, Values, key_id, said_row
from core.listed.prove import CHANGED, MISSING, UNNAMED, RowNotAsListed, RowsUnlisted
from core.listed.read_all import read_all, require_program, verified_in
from core.listed.sealed_list import ListDamaged, SealedList, read_lists
from core.permissions import Right

__all__ = ["ListPutBack", "Logged", "logged_lists", "verify_lists"]


class ListPutBack(Problem):
    code = "CORE-170"
    says = "The sealed list of {list} is not the newest that the audit log knows of: rows may have been put back with it."
    remedy = "Treat it as tampering: keep the database as it is, run `bin/waystation audit verify`, and compare with a backup."


@dataclass(frozen=True)
class Logged:
    """What the log says of a list since it was last believed as it stood: its newest version, and whether each came once."""

    newest: int
    once: bool


def logged_lists(session: Session) -> Mapping[str, Logged]:
    """By the list's subject in the log (zone audit); raises `NotAllowed`."""
    require(session, Right.READ_AUDIT)
    asked = text(
        "WITH written AS (SELECT subject, number, (detail ->> 'version')::bigint AS version, "
        "(detail ->> 'restored')::boolean AS believed FROM core.audit_entry WHERE action = :action AND subject LIKE :lists) "
        "SELECT subject, max(version), count(*) = count(DISTINCT version) FROM written w WHERE number >= "
        "(SELECT coalesce(max(b.number), 0) FROM written b WHERE b.subject = w.subject AND b.believed) GROUP BY subject"
    )
    given = {"action": Action.SEALED.value, "lists": f"{SUBJECT}:%"}
    found = {subject: Logged(newest, once) for subject, newest, once in session.execute(asked, given)}
    record(session, Action.READ, "core.audit_entry", purpose=Purpose.VERIFICATION, count=len(found), detail={"by": "list"})
    return found


def verify_lists(session: Session, ring: KeyRing, zone: Zone, operation: str, logged: Mapping[str, Logged]) -> Checked:
    """Compare the rows that this zone verifies with their lists, of the operation and of the whole installation.

    `logged` was read before. For the program itself: raises `NotAllowed` for an account.
    """
    require_program(session)
    checked = Checked()
    once_known = {ListName.of_subject(subject) for subject in logged}
    for its in verified_in(zone):
        count = 0
        for name, rows in read_all(session, its, operation, once_known).items():
            verifying = _Verifying(session, ring, its, name, checked)
            verifying.compare(rows, logged.get(name.subject))
            count += len(rows)
        record(session, Action.READ, its.name, purpose=Purpose.VERIFICATION, count=count, detail={"by": "store verify"})
    return checked


@dataclass(frozen=True)
class _Verifying:
    """One list, held against its rows."""

    session: Session
    ring: KeyRing
    its: Listed
    name: ListName
    checked: Checked

    def compare(self, rows: Sequence[Values], logged: Logged | None) -> None:
        try:
            known = read_lists(self.session, self.ring, [self.name]).get(self.name)
        except ListDamaged as damaged:
            self.checked.fault(damaged)
            return
        if logged and (known is None or known.version < logged.newest or not logged.once):
            self.checked.fault(ListPutBack(list=self.name))
        for values in rows:
            self._compare_row(known, values)
        gone = set(known.entries if known else ()) - {key_id(self.its.key(values)) for values in rows}
        for row in sorted(gone):
            self.checked.fault(RowNotAsListed(row=row, table=self.its.name, found=MISSING))

    def _compare_row(self, known: SealedList | None, values: Values) -> None:
        key = self.its.key(values)
        if known is None:
            self.checked.fault(RowsUnlisted(list=self.name, row=said_row(key)))
        elif known.names(key_id(key), self.its.digest(self.ring, values)):
            self.checked.sound += 1
        else:
            found = CHANGED if key_id(key) in known.entries else UNNAMED
            self.checked.fault(RowNotAsListed(row=said_row(key), table=self.its.name, found=found))
