"""Real workbooks of many hands: those that can be compiled are, and the others get an answer their author can use."""

from pathlib import Path

import pytest

from forms import WorkbookRejected, compile_workbook, read_form_definition
from forms.errors import Finding

pytestmark = pytest.mark.needs_shared_data


@pytest.fixture(scope="module")
def outcomes(shared_data: Path) -> dict[str, tuple[Finding, ...]]:
    """The findings of every workbook with a survey sheet; none for those that became a form."""
    found = {}
    for path in sorted(path for path in shared_data.rglob("*") if path.suffix in {".xlsx", ".xls"}):
        findings = compiled(path.read_bytes(), path.name)
        if ("survey", 1, "survey") not in {(finding.sheet, finding.row, finding.text) for finding in findings}:
            found[str(path.relative_to(shared_data))] = findings
    return found


def compiled(content: bytes, name: str) -> tuple[Finding, ...]:
    try:
        form = compile_workbook(content, name)
    except WorkbookRejected as refused:
        return refused.findings
    assert read_form_definition(form.xform) == form.definition
    assert form.definition.form_id
    return ()


def test_at_least_a_hundred_become_forms(outcomes: dict[str, tuple[Finding, ...]]) -> None:
    passed = [name for name, findings in outcomes.items() if not findings]
    assert (len(outcomes), len(passed)) >= (118, 100)


def test_each_of_the_others_is_answered_with_sheet_row_text_and_remedy(outcomes: dict[str, tuple[Finding, ...]]) -> None:
    for name, findings in outcomes.items():
        for finding in findings:
            assert finding.sheet in {"survey", "choices", "settings"}, name
            assert finding.row >= 1, name
            assert finding.text, name
            assert finding.what, name
            assert finding.remedy, name


@pytest.mark.parametrize(
    ("workbook", "sheet", "row", "text"),
    [
        ("liberia-coverage/xlsform/liberiaCoverage.xlsx", "choices", 155, "1"),
        ("onadata-fixtures/cascading_selects/duplicate_choice_form.xlsx", "choices", 6, "king"),
        ("onadata-fixtures/group_names_must_be_unique.xlsx", "survey", 2, "data"),
        ("onadata-fixtures/transportation/transportation.no_choices.xlsx", "survey", 4, "transport_types"),
        ("pyxform-examples/bug/calculate_without_calculation.xls", "survey", 34, "calculate_test"),
        ("pyxform-examples/bug/duplicate_columns.xlsx", "survey", 1, "label"),
        ("pyxform-examples/bug/group_name_test.xls", "survey", 3, "begin group"),
        ("pyxform-examples/include.xls", "survey", 3, "include"),
        ("pyxform-examples/unknown_question_type.xls", "survey", 52, "unknown"),
        ("unhcr-surveydesigner/XlsForm_master.xlsx", "survey", 29, "warning"),
        ("unhcr-surveydesigner/wt_xlsform_in_survey.xlsx", "survey", 64, "${S1}"),
    ],
)
def test_the_fault_is_found_where_a_person_finds_it(
    outcomes: dict[str, tuple[Finding, ...]], workbook: str, sheet: str, row: int, text: str
) -> None:
    assert (sheet, row, text) in {(finding.sheet, finding.row, finding.text) for finding in outcomes[workbook]}
