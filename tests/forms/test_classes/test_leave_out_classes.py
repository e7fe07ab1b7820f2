"""A form that goes to another server asks the same and says nothing of how its answers are kept here."""

import io
from dataclasses import replace

import openpyxl
import pytest

from forms import QUESTIONNAIRES, FormDefinition, build_questionnaire, compile_workbook
from forms.classes import workbook_without_classes, xform_without_classes
from forms.definition import NAMESPACE, PrivacyClass, RecordKind, RecordPart
from forms.read_definition import read_form_definition


def asked(definition: FormDefinition) -> FormDefinition:
    """What a form asks, as if nobody had said how its answers are kept."""
    unclassified = {"privacy": PrivacyClass.DIRECT, "part": RecordPart.IDENTITY, "statistic": None, "declared": False}
    questions = tuple(replace(question, **unclassified) for question in definition.questions)
    return replace(definition, questions=questions, record_kind=RecordKind.OTHER)


@pytest.mark.parametrize("name", QUESTIONNAIRES)
def test_no_cell_of_our_own_questionnaires_tells_of_it(name: str) -> None:
    sent = workbook_without_classes(build_questionnaire(name), f"{name}.xlsx")
    cells = [str(cell) for sheet in openpyxl.load_workbook(io.BytesIO(sent)) for row in sheet.values for cell in row]
    assert not [cell for cell in cells if NAMESPACE in cell or "ws:" in cell]


def test_they_ask_the_same() -> None:
    name = "movement_tracking"
    ours = compile_workbook(build_questionnaire(name), f"{name}.xlsx")
    there = compile_workbook(workbook_without_classes(build_questionnaire(name), f"{name}.xlsx"), f"{name}.xlsx")
    assert asked(there.definition) == asked(ours.definition) != ours.definition
    stripped = xform_without_classes(ours.xform)
    assert NAMESPACE.encode() not in stripped
    assert asked(read_form_definition(stripped)) == asked(ours.definition)


def test_a_prefix_of_their_own_is_left_out_too_and_others_stay() -> None:
    text = (
        "| survey |\n| | type | name | label | bind::w:privacy | bind::esri:fieldType |\n"
        "| | text | who | Who? | direct | esriString |\n"
        "| settings |\n| | form_id | namespaces |\n"
        f'| | f | w="{NAMESPACE}" esri="http://esri.com/xforms" |\n'
    )
    sent = workbook_without_classes(text.encode(), "f.md")
    there = compile_workbook(sent, "f.xlsx").xform
    assert NAMESPACE.encode() not in there
    assert b'esri:fieldType="esriString"' in there
    assert xform_without_classes(there).count(b"esri.com") == there.count(b"esri.com")
