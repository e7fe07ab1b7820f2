"""A long form is decided in a spreadsheet: what is written is read back, and what cannot be read is named by its row."""

import csv
import io

import pytest

from forms import PrivacyClass, RecordPart
from forms.classes import ClassesRejected, QuestionClass, read_sheet, suggest_classes, write_sheet
from tests.forms.test_classes.conftest import Office

DECIDED = {"/data/reason": QuestionClass(PrivacyClass.QUASI, RecordPart.FACTS, "reason")}


def test_what_holds_is_read_back_and_a_suggestion_is_not(office: Office) -> None:
    office.decide({**DECIDED})
    form = office.look()
    sheet = write_sheet(form, suggest_classes(form))
    assert read_sheet(sheet, "arrivals") == {
        "/data/head_name": None,
        "/data/reason": DECIDED["/data/reason"],
        "/data/reason_2": None,
        "/data/member/age": None,
    }
    [name, *_] = csv.DictReader(io.StringIO(sheet.decode("utf-8-sig")))
    assert (name["privacy"], name["suggested_privacy"], name["because"]) == ("", "direct_identifier", "speaks of name: name")


def test_a_label_does_not_become_a_formula(office: Office) -> None:
    form = office.look()
    asked = form.declared.questions[0]
    object.__setattr__(asked, "labels", {"en": "=cmd()"})
    assert b"'=cmd()" in write_sheet(form, {})


@pytest.mark.parametrize(
    ("content", "where", "why"),
    [
        (b"\xff\xfe", "The file", "no_csv"),
        (b"", "Column question", "no_column"),
        (b"question,privacy,part\n/data/a,open,\n", "Column statistic", "no_column"),
        (b"question,privacy,part,statistic\n/data/a,opne,,\n", "Row 2", "no_word"),
        (b"question,privacy,part,statistic\n/data/b,,,\n/data/a,,facts,\n", "Row 3", "no_class"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(content: bytes, where: str, why: str) -> None:
    with pytest.raises(ClassesRejected) as refused:
        read_sheet(content, "arrivals")
    assert (refused.value.refusals[0].where, refused.value.refusals[0].why) == (where, why)
