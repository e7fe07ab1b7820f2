"""Rows that are read as text are read like any XML, also where something odd stands somewhere or something is lost."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Problem
from ingest.tables import Source, open_table, plain_rows, read_workbook
from ingest.tables.plain_rows import NotPlain
from tests.ingest.test_tables import packed

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = f"""<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="one" r:id="a"/></sheets></workbook>"""
TARGETS = """<Relationships xmlns="urn:r"><Relationship Id="a" Target="worksheets/sheet1.xml"/></Relationships>"""
SHEET = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}" xmlns:x="urn:x"><cols/>'
    '<sheetData><row r="1" spans="1:2"><c r="A1" t="inlineStr"><is><t>one &amp; two</t></is></c><c r="C1"><v>7</v></c></row>'
    '<row r="2" spans="1:2" x:ht="3"><c r="A2" s="1"/><c r="B2" t="b"><v>1</v></c></row><row r="3"/>'
    '<row r="4"><c r="A4" t="str"><v>three</v></c><c r="B4"><v>1.50</v></c></row></sheetData><pageSetup/></worksheet>'
)
ODD = [
    *("<!-- x -->", "<![CDATA[<c>]]>", "]]>", "<?pi?>", "<", ">", '"', " ", "\r", "\r\n", "\x01", "\uffff", "\ud800"),
    *("&amp;", "&#65;", "&#13;", "&bad;", "&", "</row>", '<row r="9"/>', '<row r="2">', "<row>", "</sheetData>", "<sheetData>"),
    *('<c r="B1"><v>3</v></c>', "<f>1</f>", "<v></v>", "<t></t>", "<r><t>rich</t></r>", "e5", "<x:row/>"),
    *(' xmlns="urn:y"', ' y:z="1"', ' r="5"', ' t="inlineStr"', ' t="s"', ' xml:space="preserve"'),
]


def book_of(sheet: str, behind: bytes = b"") -> Source:
    written = sheet.encode("utf-8", "surrogatepass") + behind
    parts = {"xl/workbook.xml": BOOK.encode(), "xl/_rels/workbook.xml.rels": TARGETS.encode()}
    return Source.held("book.xlsx", packed({**parts, "xl/worksheets/sheet1.xml": written}))


def told(book: Source) -> Any:
    """The cells of the sheet's rows by their numbers, or the code of what is wrong with it."""
    try:
        with open_table(book) as table:
            return [(row.number, list(row.cells)) for row in table.sheets[0].rows()]
    except Problem as problem:
        return problem.code


def none_plain(*_: object) -> Any:
    raise NotPlain


@settings(max_examples=300)
@given(
    edits=st.lists(st.tuples(st.integers(0, len(SHEET)), st.sampled_from(ODD), st.integers(0, 12)), max_size=3),
    piece=st.sampled_from([700, 900, 250_000]),
)
def test_whatever_stands_there(edits: list[tuple[int, str, int]], piece: int) -> None:
    sheet = SHEET
    for place, more, lost in edits:
        sheet = sheet[:place] + more + sheet[place + lost :]
    book = book_of(sheet)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plain_rows, "PIECE", piece)
        as_text = told(book)
        patched.setattr(read_workbook, "plain_rows", none_plain)
        assert as_text == told(book)


@pytest.mark.parametrize(
    ("usual", "odd"),
    [
        ('spans="1:2">', 'spans="1:2" spans="1:2">'),
        ("x:ht", "y:ht"),
        ("three", "th\rr\r\nee"),
        ("three", "th\x01ree"),
        ('<row r="2"', '\r\n<row r="2"'),
        ("?>\n", "?>\r"),
        ('t="inlineStr"', 't="s"'),
        ('t="inlineStr"', ""),
        ('t="str"', 't="inlineStr"'),
        ("<cols/>", '<row r="1"><c r="A1"><v>1</v></c></row>'),
        ("<cols/>", '<x:row r="1"><c r="A1"><v>1</v></c></x:row>'),
        ("<cols/>", "<cols>"),
        ("<pageSetup/>", '<row r="9"><c r="A9"><v>1</v></c></row>'),
        ("<pageSetup/>", "<pageSetup>"),
    ],
)
def test_what_is_nearly_usual(monkeypatch: pytest.MonkeyPatch, usual: str, odd: str) -> None:
    assert usual in SHEET
    book = book_of(SHEET.replace(usual, odd, 1))
    as_text = told(book)
    monkeypatch.setattr(read_workbook, "plain_rows", none_plain)
    assert as_text == told(book)


def test_a_letter_that_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    book = book_of(SHEET, behind="é".encode()[:1])
    as_text = told(book)
    monkeypatch.setattr(read_workbook, "plain_rows", none_plain)
    assert as_text == told(book)


@pytest.mark.parametrize("in_one_place", [True, False])
def test_what_xlsxwriter_writes_is_usual(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, in_one_place: bool) -> None:
    monkeypatch.setattr(read_workbook, "_xml_rows", none_plain)
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": not in_one_place}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["one & two", " ", 7], book.add_format({"bold": True}))
        sheet.set_row(1, 30)
        sheet.write_row(1, 1, [True, 1.5])
    assert told(Source.on_disk(path)) == [(1, ["one & two", " ", 7]), (2, [None, True, 1.5])]


def test_what_openpyxl_writes_is_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_workbook, "_xml_rows", none_plain)
    book, written = openpyxl.Workbook(), io.BytesIO()
    for row in (["one & two", None, 7], [None, True, 1.5]):
        book.active.append(row)
    book.save(written)
    assert told(Source.held("book.xlsx", written.getvalue())) == [(1, ["one & two", None, 7]), (2, [None, True, 1.5])]


@pytest.mark.parametrize("piece", range(800, 804))
def test_an_end_of_a_line_between_two_pieces(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(plain_rows, "PIECE", piece)
    monkeypatch.setattr(read_workbook, "_xml_rows", none_plain)
    long = "\r\n" * 500
    assert told(book_of(SHEET.replace("three", long)))[-1] == (4, ["\n" * 500, 1.5])


def test_a_row_without_an_end_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_rows, "PIECE", 1_000)
    monkeypatch.setattr(plain_rows, "LONGEST", 5_000)
    monkeypatch.setattr(read_workbook, "_xml_rows", none_plain)
    assert told(book_of(SHEET.replace("three", "3" * 3_000)))[-1] == (4, ["3" * 3_000, 1.5])
    with pytest.raises(NotPlain):
        told(book_of(SHEET.replace("three", "3" * 9_000)))


def test_a_usual_sheet_is_read_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_workbook, "_xml_rows", none_plain)
    assert told(book_of(SHEET)) == [(1, ["one & two", None, 7]), (2, [None, True]), (4, ["three", 1.5])]


@pytest.mark.parametrize("odd", ["<!-- x -->", "<f>1</f>", " "])
def test_of_one_that_becomes_unusual_no_row_is_read_twice(odd: str) -> None:
    rows = "".join(f'<row r="{number}"><c r="A{number}"><v>{number}</v></c></row>' for number in range(1, 3_001))
    sheet = SHEET.partition("<row")[0] + rows.replace("<v>2999", f"{odd}<v>2999") + "</sheetData></worksheet>"
    assert told(book_of(sheet)) == [(number, [number]) for number in range(1, 3_001)]
