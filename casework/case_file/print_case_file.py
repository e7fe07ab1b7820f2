"""A case file on its way to paper: read as on a screen, and noted as handed out, since nobody sees who reads a sheet."""

from uuid import UUID

from sqlalchemy.orm import Session

from casework.case_file.read_case_file import CaseFile, read_case_file
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing

__all__ = ["print_case_file"]


def print_case_file(session: Session, ring: KeyRing, case_id: UUID, *, named: bool, purpose: Purpose) -> CaseFile:
    """The file of the case; `named`: the sheet says who the person is. Raises what `read_case_file` raises."""
    file = read_case_file(session, ring, case_id, purpose=purpose)
    subject, count = f"casework.case:{case_id}", len(file.entries)
    record(session, Action.EXPORTED, subject, purpose=purpose, count=count, detail={"named": named})
    return file
