"""Files of many programs and places: what can be read is read whole, and what would be lost is refused."""

import io
import struct
import zipfile
from collections.abc import Sequence

import pytest
import xlsxwriter

from forms import FormDefinition, WorkbookRejected, compile_workbook
from forms.decode_text import decode_text
from forms.errors import CodePageUnknown

FRENCH, ARABIC, UKRAINIAN = "Où dormez-vous, Prénom", "أين تنام الليلة", "Де ви живете, ім'я голови"
SHEETS = "survey,,,\n,type,name,label\n,text,a,{label}\n"


def label(content: bytes, encoding: str = "") -> str:
    return first_label(compile_workbook(content, "form.csv", encoding=encoding).definition)


def first_label(form: FormDefinition) -> str:
    return form.questions[0].labels["default"]


@pytest.mark.parametrize(
    ("text", "encoding"), [(FRENCH, "windows-1252"), (ARABIC, "windows-1256"), (UKRAINIAN, "windows-1251"), ("Año", "cp1252")]
)
def test_an_old_code_page_is_told_by_its_words_and_said(text: str, encoding: str) -> None:
    compiled = compile_workbook(SHEETS.format(label=f'"{text}"').encode(encoding), "form.csv")
    assert first_label(compiled.definition) == text
    assert any("not in UTF-8. It was read as windows-125" in told for told in compiled.warnings)


def test_a_code_page_that_cannot_be_told_is_named_by_whoever_knows_it() -> None:
    assert label(SHEETS.format(label="Čeština").encode("cp1250"), "cp1250") == "Čeština"
    with pytest.raises(CodePageUnknown):
        label(SHEETS.format(label="Čeština").encode("cp1250"), "no-such-page")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_known_by_itself(encoding: str) -> None:
    read = decode_text(FRENCH.encode(encoding))
    assert (read.text, read.code_page) == (FRENCH, "")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_what_excel_calls_comma_separated_elsewhere(separator: str) -> None:
    content = SHEETS.replace(",", separator).format(label='"Name, please"')
    assert label(content.encode("utf-16")) == "Name, please"


def old_workbook(code_page: int, rows: Sequence[Sequence[str]]) -> bytes:
    """An .xls of Excel 5 (BIFF5), whose text is in a code page: one sheet `survey`."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    cells = b"".join(
        record(0x204, struct.pack("<HHHH", row, column, 0, len(written)) + written)
        for row, texts in enumerate(rows)
        for column, written in enumerate(text.encode(f"cp{code_page}") for text in texts)
    )
    head = record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + record(0x42, struct.pack("<H", code_page))
    start = len(head) + 4 + 7 + len("survey") + 4
    listed = record(0x85, struct.pack("<IHB", start, 0, len("survey")) + b"survey") + record(0x0A, b"")
    return head + listed + record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0)) + cells + record(0x0A, b"")


@pytest.mark.parametrize(("text", "code_page"), [(ARABIC, 1256), (FRENCH, 1252)])
def test_an_old_spreadsheet_in_a_code_page_is_read(text: str, code_page: int) -> None:
    content = old_workbook(code_page, [["type", "name", "label"], ["text", "NA", text]])
    form = compile_workbook(content, "form.xlsx").definition
    assert (form.questions[0].name, first_label(form)) == ("NA", text)


@pytest.mark.parametrize("gap", [60, 61])
def test_a_row_so_far_below_that_it_would_not_be_read_is_refused(gap: int) -> None:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet("survey")
        for number, row in ((0, ["type", "name", "label"]), (1, ["text", "a", "A"]), (2 + gap, ["text", "b", "B"])):
            sheet.write_row(number, 0, row)
    if gap == 60:
        assert len(compile_workbook(written.getvalue(), "form.xlsx").definition.questions) == 2
        return
    with pytest.raises(WorkbookRejected) as refused:
        compile_workbook(written.getvalue(), "form.xlsx")
    assert [(it.sheet, it.row, it.text) for it in refused.value.findings] == [("survey", 64, "text")]


def archive(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as into:
        into.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (archive("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument"),
        (archive("xl/workbook.bin", b""), "xlsb"),
        (b"%PDF-1.7 \xff\xfe", "PDF"),
        (b"<!DOCTYPE html><title>Sign in</title>", "web page"),
        (b"\x81\x8d\x8f no text of any code page that is known", "cannot be read"),
    ],
)
def test_what_is_often_handed_in_for_a_workbook_is_called_by_its_name(content: bytes, what: str) -> None:
    with pytest.raises(WorkbookRejected) as refused:
        compile_workbook(content, "form.xlsx")
    [finding] = refused.value.findings
    assert what in finding.what
    assert finding.remedy
