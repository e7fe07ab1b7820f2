"""What the program writes into a report on a case: what it can hold, on what basis it goes out, and the digest that is signed.

Whoever writes a report may type anything that they may read, so it is open to those alone who may read as much as all its
authors could (`holds`).
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from casework.case_file.errors import ReportNotAgreed
from casework.case_file.transitions import Transition
from casework.case_file_models import Act
from casework.consent.consents import Sharing, consent_in_force
from casework.models import Person
from casework.store.need_to_know import readable_parts
from core.access import NotAllowed, access_of
from core.audit import Purpose
from core.clear_columns import custody_of
from core.permissions import Right

__all__ = ["digest_of", "may_read_all", "readable_of", "report_basis", "with_report_marks"]

HISTORY: Final = "history"  # beside the parts of the record
MARKS: Final = ("basis", "digest", "holds")
WRITING: Final = frozenset({Act.WRITE, Act.CHANGE})


def with_report_marks(
    session: Session, person: Person, row: Transition, stands: Mapping[str, Any], fields: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields of a step on a report with its marks, which nobody types; `stands` are those that it had.

    Raises `NotAllowed` for who may not read all of it, or `ReportNotAgreed` where one is begun or signed that nothing allows.
    """
    if not may_read_all(stands, readable_of(session, person)):
        raise NotAllowed(Right.READ_CASE_FILE, f"casework.person:{person.id}")
    typed = {name: said for name, said in fields.items() if name not in MARKS}
    whole = {**stands, **typed}
    if row.act in WRITING:
        holds = " ".join(sorted({*_held(stands), *readable_of(session, person)}))
        typed |= {"signed_as": "", "basis": "", "digest": "", "holds": holds}
    if row.act is Act.WRITE:
        report_basis(session, person, str(whole["recipient"]))
    if row.act is Act.SIGN:
        basis = report_basis(session, person, str(whole["recipient"])).basis.value
        typed |= {"basis": basis, "digest": digest_of(str(whole["text"]))}
    return typed


def report_basis(session: Session, person: Person, recipient: str) -> Sharing:
    """The consent or other basis on which a report goes to the recipient; raises `ReportNotAgreed`."""
    found = consent_in_force(session, person.id, Purpose.REFERRAL, recipient)
    if found is None:
        raise ReportNotAgreed(recipient=recipient)
    return found


def digest_of(text: str) -> str:
    """SHA-256 of a report's text in UTF-8, in hexadecimal: what its signature is over."""
    return hashlib.sha256(text.encode()).hexdigest()


def readable_of(session: Session, person: Person) -> frozenset[str]:
    """The parts of the record that the account may read, and whether it may read what was done to the person."""
    access = access_of(session)
    tells = access.system or access.may(Right.READ_TRAFFICKING_HISTORY, custody_of(person))
    return frozenset(part.value for part in readable_parts(session, person)) | ({HISTORY} if tells else frozenset())


def may_read_all(fields: Mapping[str, Any], readable: frozenset[str]) -> bool:
    """Whether somebody who may read this much may read the report with these fields."""
    return readable.issuperset(_held(fields))


def _held(fields: Mapping[str, Any]) -> list[str]:
    return str(fields.get("holds", "")).split()
