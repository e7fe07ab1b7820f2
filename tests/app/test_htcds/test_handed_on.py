"""Persons whom another organisation hands on in the shape of the HTCDS: looked at, approved by another, admitted like any."""

import csv
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
import xlsxwriter
from sqlalchemy import func, select

from app.arriving.admission import admit_batches
from app.arriving.htcds_files import open_handed_on, propose_handed_on, take_in_handed_on
from app.arriving.import_files import import_records
from app.program import Program
from casework import find_case, list_cases, read_person
from casework.duplicate_models import DuplicateCandidate
from casework.htcds.errors import HtcdsUnreadable
from casework.models import Case, Person
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.permissions import Role
from core.second_person import SecondPersonNeeded, approve
from core.settings import Settings
from forms import RecordPart
from ingest import Outcome, quarantined
from ingest.from_files import ImportRun, Told
from ingest.tables import Source
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

SARA = Access("sara", OPERATION, (Grant(Role.SUPERVISOR),))
DANUTA = Access("danuta", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
AMAL = Access("amal", OPERATION, (Grant(Role.CASEWORKER),))
LEILA = {
    "prs_FirstName": "Leila",
    "prs_SecondName": "Handedon",
    "prs_Birthdate": "1990-04-02",
    "con_Consent": "true",
    "prs_Gender": "Feminine",
    "prs_MobilePhone": "'+252 61 555 0142",
    "vic_TraffickingStatus": "ActualVictimOfTrafficking",
    "vic_TypeOfExploitation": "ForcedLabour; ForcedBegging",
    "cas_CaseOwner": "Somebody elsewhere",
}
IDRIS = LEILA | {"prs_FirstName": "Idris", "prs_Gender": "Masculine", "prs_MobilePhone": ""}
Rows = Sequence[dict[str, str]]


def as_csv(rows: Rows) -> str:
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


class Office:
    """An operation, and a file that was handed to it."""

    def __init__(self, team: Field, folder: Path) -> None:
        self.team, self.folder = team, folder
        self.program = Program(Settings(), team.database, team.ring)

    def file(self, rows: Rows, name: str = "handed_on.csv") -> Path:
        path = self.folder / name
        path.write_text(as_csv(rows), encoding="utf-8")
        return path

    def look(self, path: Path) -> list[Told]:
        run = ImportRun(OPERATION)
        with open_handed_on(self.program, SARA, run, Source.on_disk(path)) as handed_on:
            batches = import_records(self.program, run, handed_on.found, actor="sara", dry_run=True)
            return [one for batch in batches for one in batch if isinstance(one, Told)]

    def propose(self, path: Path, who: Access = SARA) -> UUID:
        with open_handed_on(self.program, who, ImportRun(OPERATION), Source.on_disk(path)) as handed_on:
            return propose_handed_on(self.program, who, handed_on)

    def approve(self, proposal: UUID, who: Access = DANUTA) -> UUID:
        with self.team.database.transaction(Zone.CASEWORK, access=who) as session:
            approve(session, proposal)
        return proposal

    def take_in(self, path: Path, proposal: UUID, custody: Custody | None = None) -> list[Told]:
        run = ImportRun(OPERATION, custody) if custody else ImportRun(OPERATION)
        with open_handed_on(self.program, SARA, run, Source.on_disk(path)) as handed_on:
            batches = take_in_handed_on(self.program, SARA, handed_on, proposal)
            told = [one for batch in batches for one in batch if isinstance(one, Told)]
        list(admit_batches(self.program, OPERATION, actor="sara"))
        return told

    def whole_way(self, path: Path) -> list[Told]:
        return self.take_in(path, self.approve(self.propose(path)))

    def count(self, table: type[Case | Person | DuplicateCandidate]) -> int:
        with self.team.zone() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def office(field_team: Field, tmp_path: Path) -> Office:
    return Office(field_team, tmp_path)


def test_who_was_handed_on_is_a_person_with_a_case_and_their_facts(office: Office) -> None:
    told = office.whole_way(office.file([LEILA, IDRIS]))
    assert [one.outcome for one in told] == [Outcome.ACCEPTED, Outcome.ACCEPTED]
    with office.team.zone() as session:
        cases = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
        parts = [RecordPart.IDENTITY, RecordPart.CONTACT, RecordPart.FACTS]
        people = [
            read_person(session, office.team.ring, case.person, parts=parts, purpose=Purpose.ASSISTANCE) for case in cases
        ]
    told_of = {one.parts[RecordPart.IDENTITY]["prs_First_Name"]: one.parts for one in people}
    assert set(told_of) == {"Leila", "Idris"}
    leila = told_of["Leila"]
    assert leila[RecordPart.CONTACT]["prs_MobilePhone"] == "+252 61 555 0142"
    assert leila[RecordPart.FACTS]["prs_Gender"] == "female"
    assert leila[RecordPart.FACTS]["vic_TypeOfExploitation"] == "ForcedLabour ForcedBegging"
    assert {case.screening_outcome for case in cases} == {"actual"}


def test_a_dry_run_tells_row_by_row_and_writes_nothing(office: Office) -> None:
    bad = LEILA | {"vic_TraffickingStatus": "Perhaps"}
    told = office.look(office.file([LEILA, bad, LEILA | {"con_Consent": "false"}]))
    assert [one.outcome for one in told] == [Outcome.ACCEPTED, Outcome.MALFORMED, Outcome.MALFORMED]
    assert [one.problem and (one.problem.where["row"], one.problem.where["column"]) for one in told] == [
        None,
        (3, "vic_TraffickingStatus"),
        (4, "con_Consent"),
    ]
    assert "Perhaps" not in str([one.problem for one in told]), "a report quotes no cell"
    assert (office.count(Case), office.team.quarantine()) == (0, {})


def test_nobody_takes_them_in_alone(office: Office) -> None:
    path = office.file([LEILA])
    with pytest.raises(NotAllowed):
        office.propose(path, AMAL)
    proposal = office.propose(path)
    with pytest.raises(NotAllowed):
        office.take_in(path, proposal)
    with pytest.raises(NotAllowed):
        office.approve(proposal, SARA)
    both = Access("sara", OPERATION, (Grant(Role.SUPERVISOR), Grant(Role.DATA_PROTECTION_OFFICER)))
    with pytest.raises(SecondPersonNeeded):
        office.approve(proposal, both)
    office.approve(proposal)
    with pytest.raises(NotAllowed):
        office.take_in(office.file([IDRIS], "other.csv"), proposal)  # another file than was approved
    with pytest.raises(NotAllowed):
        office.take_in(path, proposal, Custody("org"))  # and for others than was approved
    assert office.count(Person) == 0
    office.take_in(path, proposal)
    with pytest.raises(NotAllowed):
        office.take_in(path, proposal)
    assert office.count(Person) == 1


def test_the_same_row_twice_is_one_person_in_one_file_and_in_the_next(office: Office) -> None:
    told = office.whole_way(office.file([LEILA, LEILA]))
    assert [one.outcome for one in told] == [Outcome.ACCEPTED, Outcome.RESENT]
    office.whole_way(office.file([IDRIS, LEILA], "next.csv"))
    assert office.count(Case) == 2


def test_a_numbered_row_that_says_something_else_later_is_kept_aside(office: Office) -> None:
    office.whole_way(office.file([{"record": "aa-1", **LEILA}]))
    [told] = office.whole_way(office.file([{"record": "aa-1", **IDRIS}], "next.csv"))
    assert told.outcome is Outcome.CONFLICTING
    assert [code for code, _ in office.team.quarantine().values()]
    assert office.count(Case) == 1


def test_whoever_is_here_already_is_proposed_as_a_duplicate_and_not_merged(office: Office) -> None:
    office.team.send("screening", SCREENING | {"prs_Birthdate": "1990-04-02"})
    office.team.admit_awaiting()
    same = LEILA | {"prs_FirstName": SCREENING["prs_First_Name"], "prs_SecondName": SCREENING["prs_Second_Name"]}
    office.whole_way(office.file([same | {"prs_MobilePhone": SCREENING["prs_MobilePhone"]}]))
    assert (office.count(Person), office.count(DuplicateCandidate)) == (2, 1)


def test_what_cannot_be_taken_lies_aside_with_its_reason_and_the_rest_comes_in(office: Office) -> None:
    rows = [LEILA | {"con_Consent": ""}, IDRIS | {"prs_Birthdate": "in spring"}, IDRIS | {"prs_Gender": "Other"}, LEILA]
    office.whole_way(office.file(rows))
    with office.team.zone() as session:
        reasons = " ".join(entry.reason for entry in quarantined(session, OPERATION))
    assert office.count(Person) == 1
    for column in ("con_Consent", "prs_Birthdate", "prs_Gender"):
        assert f"column '{column}'" in reasons
    assert "spring" not in reasons


def test_json_and_a_workbook_with_labels_below_its_headers_are_read_alike(office: Office) -> None:
    told = LEILA | {"vic_TypeOfExploitation": ["ForcedLabour", "ForcedBegging"], "con_Consent": True}
    (office.folder / "all.json").write_text(json.dumps({"records": [told, IDRIS]}))
    with xlsxwriter.Workbook(office.folder / "all.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(LEILA))
        sheet.write_row(1, 0, [name.partition("_")[2] for name in LEILA])
        for number, row in enumerate((LEILA, IDRIS), start=2):
            sheet.write_row(number, 0, list(row.values()))
    for name in ("all.json", "all.xlsx"):
        assert [one.outcome for one in office.look(office.folder / name)] == [Outcome.ACCEPTED, Outcome.ACCEPTED], name
    office.whole_way(office.folder / "all.json")
    assert {one.outcome for one in office.whole_way(office.folder / "all.xlsx")} == {Outcome.RESENT}


def test_what_an_export_writes_is_taken_in(office: Office) -> None:
    """The table `htcds.csv` of an identified export: with its own number of each record, and columns that are ours."""
    row = {"record": "0123456789ab-0123456789ab", **LEILA, "not_in_htcds": "", "export": "an export's mark"}
    path = office.file([row])
    with open_handed_on(office.program, SARA, ImportRun(OPERATION), Source.on_disk(path)) as handed_on:
        assert handed_on.unused == ("cas_CaseOwner", "not_in_htcds", "export")
    office.whole_way(path)
    with office.team.zone() as session:
        [case] = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
        who = read_person(session, office.team.ring, case.person, parts=[RecordPart.IDENTITY], purpose=Purpose.ASSISTANCE)
        reference = who.parts[RecordPart.IDENTITY]["case_reference"]
        assert reference.startswith("HTCDS-")
        assert find_case(session, office.team.ring, OPERATION, reference, purpose=Purpose.ASSISTANCE)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "name,age\nx,1\n"),
        ("a.csv", "prs_FirstName,prs_SecondName,prs_Gender\nx,y,Feminine\n"),
        ("a.csv", "prs_FirstName,prs_FirstName,con_Consent,vic_TraffickingStatus\nx,y,true,z\n"),
        ("a.json", "{"),
        ("a.json", '{"people": []}'),
        ("a.json", "[1, 2]"),
        ("a.json", "[" * 100_000),
    ],
)
def test_what_is_not_of_this_shape_is_refused(office: Office, name: str, content: str) -> None:
    (office.folder / name).write_text(content)
    with pytest.raises(HtcdsUnreadable):
        office.look(office.folder / name)
