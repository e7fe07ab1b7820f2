"""What the pages of one case share: its file, the programme's words for codes, and what people and units in it are called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from app.web.desk import Desk
from app.web.people.record_panels import units_to_choose
from app.web.signed_in import Visit
from casework import records
from casework.case_file import CaseFile, Entry, document_of, read_case_file
from casework.programme import Programme, programme_in_force
from core.access import Custody, NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.identity.accounts import sign_in_names

__all__ = ["OpenCase", "documents_of", "names_in", "open_case", "unit_of"]


@dataclass(frozen=True)
class OpenCase:
    """A case as its pages show it. `names` are sign-in names by account; `units` the way to each by its id; `documents` what
    was added to it on screen, None for who may read no files."""

    file: CaseFile
    programme: Programme
    names: Mapping[str, str]
    units: Mapping[str, str]
    documents: list[records.FileLabel] | None = field(repr=False)

    def entry(self, wanted: UUID | None) -> Entry | None:
        return next((one for one in self.file.entries if one.id == wanted), None)


def open_case(desk: Desk, visit: Visit, case: UUID, purpose: Purpose, *, report: UUID | None = None) -> OpenCase:
    """The file with what its pages need, and what one report says; raises what `read_case_file` raises."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        file = read_case_file(session, desk.ring, case, report=report, purpose=purpose)
        programme = programme_in_force(session)
        documents = documents_of(session, desk, file, purpose)
    units = {str(unit): way for unit, way in units_to_choose(desk, visit)}
    return OpenCase(file, programme, names_in(desk, visit, file), units, documents)


def documents_of(session: Session, desk: Desk, file: CaseFile, purpose: Purpose) -> list[records.FileLabel] | None:
    """What was added to the case on screen; None for who may read no files of the person."""
    try:
        files = records.list_files(session, desk.ring, file.person, purpose=purpose)
    except NotAllowed:  # a panel that is not there; nobody asked for it
        return None
    return [one for one in files if one.question == document_of(file.case)]


def names_in(desk: Desk, visit: Visit, file: CaseFile) -> Mapping[str, str]:
    """What those are called who did something in the file or have something to do: asked by the program, for a worker has no
    right to the accounts."""
    told = {step.by for entry in file.entries for step in entry.steps} | {file.custody.worker}
    told |= {step.assignee for entry in file.entries for step in entry.steps if step.assignee}
    told |= {entry.assignee for entry in file.entries if entry.assignee}
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        return sign_in_names(session, told)


def unit_of(custody: Custody) -> str:
    """The id of the innermost unit that a case lies in; `-` where it lies in none."""
    return next((unit for unit in (custody.team, custody.area, custody.organisation) if unit != "-"), "-")
