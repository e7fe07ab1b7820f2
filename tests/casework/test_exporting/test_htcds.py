"""The same records in the shape of IOM's Human Trafficking Case Data Standard, and against the standard's own sheet."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from openpyxl import load_workbook

from casework.exporting.open_records import OpenedInterview, OpenedPerson
from casework.exporting.to_htcds import htcds_row
from casework.htcds import UNCODED, htcds_fields
from casework.htcds.standard import all_fields
from forms import FormDefinition
from tests.casework.conftest import SCREENING, Field
from tests.casework.test_exporting.conftest import NAME, leave, rows

STATUS, GENDER, CASE = "facts/vic_TraffickingStatus", "facts/prs_Gender", "facts/cas_Status"


def test_a_recipient_reads_the_chosen_fields_by_the_names_and_codes_of_the_standard(
    field_team: Field, person: UUID, clinic: UUID
) -> None:
    _, files = leave(field_team, clinic, [person], [NAME, STATUS, CASE])
    (row,) = rows(files["htcds.csv"])
    assert row.pop("record") == rows(files["persons.csv"])[0]["record"]
    assert row.pop("export")
    assert row == {
        "prs_FirstName": SCREENING["prs_First_Name"],
        "vic_TraffickingStatus": "PossibleVictimOfTrafficking",
        "cas_Status": "Active",
        UNCODED: "",
    }


def test_where_nothing_fits_the_standard_there_is_no_such_file(field_team: Field, person: UUID, clinic: UUID) -> None:
    _, files = leave(field_team, clinic, [person], ["identity/case_reference"])
    assert "htcds.csv" not in files


def test_the_newest_interview_answers_and_a_code_without_a_counterpart_is_named() -> None:
    told = (OpenedInterview("assistance", {CASE: "active"}), OpenedInterview("assistance", {CASE: "closed"}))
    person = OpenedPerson(uuid4(), {GENDER: "something new", STATUS: "not"}, told)
    assert htcds_row(person, htcds_fields([CASE, GENDER, STATUS])) == {
        "prs_Gender": "",
        "vic_TraffickingStatus": "NotAVictimOfTrafficking",
        "cas_Status": "Closed",
        UNCODED: "prs_Gender",
    }


def test_that_nothing_applies_is_no_code_of_the_standard() -> None:
    control, kinds = "facts/vic_Methods_of_Control", "facts/vic_TypeOfExploitation"
    person = OpenedPerson(uuid4(), {control: "NoneOfThese", kinds: "ForcedLabour ForcedBegging"}, ())
    assert htcds_row(person, htcds_fields([control, kinds])) == {
        "vic_MethodsOfControl": "",
        "vic_TypeOfExploitation": "ForcedLabour; ForcedBegging",
        UNCODED: "vic_MethodsOfControl",
    }


def test_every_source_is_a_question_of_ours_and_every_code_one_of_its_choices(field_team: Field) -> None:
    asked = {(q.part.value, q.name): q for form in _interviews(field_team) for q in form.questions}
    for one in htcds_fields([f"{part}/{name}" for part, name in asked]):
        part, _, name = one.source.partition("/")
        assert set(one.codes) <= set(asked[part, name].choices), one.name
        assert not one.codes or set(one.codes) == set(asked[part, name].choices), one.name


@pytest.mark.needs_shared_data
def test_every_field_stands_in_the_standards_own_sheet(shared_data: Path) -> None:
    sheet = load_workbook(shared_data / "htcds" / "HTCDS Excel Spreadsheet v2.0.xlsx", read_only=True).worksheets[0]
    names = {cell for cell in next(sheet.iter_rows(values_only=True)) if cell}
    typed_otherwise = {"vic_TraffickingStatusDecisionMakingOrg"}  # the sheet leaves out a letter; the field list does not
    beyond_the_core = {"vic_AgeWhenTrafficked", "cco_CaseComment"}
    ours = {one.name for one in htcds_fields(_sources())}
    assert ours - names == typed_otherwise | beyond_the_core


def _interviews(team: Field) -> list[FormDefinition]:
    return [team.definitions["screening"], team.definitions["assistance"]]


def _sources() -> list[str]:
    return [one.source for one in all_fields()]
