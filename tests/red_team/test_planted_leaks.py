"""Leaks planted in a published week: the attack of each kind finds them every time, so a toothless attack fails here.

The week is the second after the split. It hides the arrivals in two of its districts, who stayed in their region, who went to
the other, and two reasons.
"""

import os
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import typst
from openpyxl.comments import Comment
from pypdf import PdfWriter

from anonymizer.red_team import ATTACKS, Finding, Published, open_release
from tests.red_team.conftest import PublishedSeason
from tests.red_team.planting import Row, rewrite, rewrite_part, rewrite_rows
from tests.red_team.season import SPLIT

AT = SPLIT + 1
HIDDEN_PLACE, HIDDEN_REASON = ("XM0201", "Corvo"), "other"
AREA = r'fill="url\(#hidden\)"(><title>Corvo)'
Plant = Callable[[Path, int], None]
"""Plants a leak in a folder, given how many persons really arrived in Corvo."""


def page(old: str, new: str, language: str = "en") -> Plant:
    """A change of a page; {n} is the number that is hidden."""
    return lambda folder, number: rewrite(folder / f"report.{language}.html", old, new.format(n=number))


def globe(old: str, new: str) -> Plant:
    return lambda folder, number: rewrite(folder / "movements.kml", old, new.format(n=number))


def rows(table: str, change: Callable[[list[Row]], list[Row]]) -> Plant:
    return lambda folder, _: rewrite_rows(folder, table, change)


def workbook(change: Callable[[openpyxl.Workbook, int], None]) -> Plant:
    def planted(folder: Path, number: int) -> None:
        book = openpyxl.load_workbook(folder / "tables.xlsx")
        change(book, number)
        book.save(folder / "tables.xlsx")

    return planted


def part(name: str, change: Callable[[bytes], bytes]) -> Plant:
    return lambda folder, _: rewrite_part(folder / "tables.xlsx", name, change)


def column(name: str, shares: str) -> Plant:
    """A further column with something in it for what is not shown."""

    def changed(rows: list[Row]) -> list[Row]:
        return [row | {name: shares if row["destination"] == HIDDEN_PLACE[0] or not row["persons"] else "1"} for row in rows]

    return rows("arrivals", changed)


def add(name: str, content: bytes) -> Plant:
    def planted(folder: Path, _: int) -> None:
        with (folder / name).open("ab") as file:
            file.write(content)

    return planted


def on_paper(metadata: dict[str, str]) -> Plant:
    """What the report on paper says of itself."""

    def planted(folder: Path, number: int) -> None:
        writer = PdfWriter(clone_from=folder / "report.en.pdf")
        writer.add_metadata({name: text.format(n=number) for name, text in metadata.items()})
        writer.write(folder / "report.en.pdf")

    return planted


def another_page(folder: Path, number: int) -> None:
    """A page on paper more, with the number."""
    writer = PdfWriter(clone_from=folder / "report.en.pdf")
    writer.append(BytesIO(typst.compile(f"In truth {number + 4700}".encode())))
    writer.write(folder / "report.en.pdf")


def hide_sheet(book: openpyxl.Workbook, number: int) -> None:
    sheet = book.create_sheet("work")
    sheet["A1"], sheet.sheet_state = number, "hidden"


def comment(book: openpyxl.Workbook, number: int) -> None:
    book["Districts"]["B2"].comment = Comment(f"in truth {number}", "office")


def formula(book: openpyxl.Workbook, number: int) -> None:
    book["Regions"]["H1"] = f"=0+{number}"


def hide_column(book: openpyxl.Workbook, number: int) -> None:
    book["arrivals"]["K1"] = number
    book["arrivals"].column_dimensions["K"].hidden = True


def define_name(book: openpyxl.Workbook, number: int) -> None:
    book.defined_names["corvo"] = openpyxl.workbook.defined_name.DefinedName("corvo", attr_text=str(number))


def show_cell(book: openpyxl.Workbook, number: int) -> None:
    sheet = book["arrivals"]
    row = next(row for row in sheet.iter_rows() if [cell.value for cell in row[1:4]] == [HIDDEN_PLACE[0], "_T", "_T"])
    row[4].value = number


def drop_zeros(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["persons"] != "0"]


def by_size(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -int(row["persons"] or 0))


def other_mark(rows: list[Row]) -> list[Row]:
    first = next(row for row in rows if not row["persons"])
    first["obs_status"] = "M"
    return rows


def written_earlier(folder: Path, _: int) -> None:
    path = folder / "data" / "arrivals.csv"
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 3600))


LEAKS: dict[str, dict[str, Plant]] = {
    "ratios": {
        "a share at printed precision": column("share", "21.4%"),
        "a rate without a sign": column("rate", "0.214"),
        "a mean in a sentence": page(r'(<div class="narrative">)', r"\1<p>In Corvo a report speaks of 4.5 persons.</p>"),
        "a percentage in a sentence": page(r'(<div class="narrative">)', r"\1<p>Corvo received 21 % of those who arrived.</p>"),
    },
    "maps": {
        "a shade of the class that hides": page(AREA, r'fill="#d3e5ee"\1'),
        "a figure in a title": page(r"Corvo: not shown</title>", "Corvo: {n} persons</title>"),
        "a colour of its own for one hidden area": page(AREA, r'fill="#fefefe"\1'),
        "a circle of the size of its number": page(r'r="11\.0"', 'r="17.5"'),
        "an arrow for a hidden flow": page(
            r'(<g stroke-linecap="butt">)',
            r'\1<g><title>Nordal to Sabana: not shown</title><path d="M1,1L2,2" stroke-width="3"/></g>',
        ),
        "a globe file's shade": globe(r"(Corvo</name>.*?<styleUrl>)#\d+", r"\g<1>#7"),
        "a globe file's line for somebody": globe(
            r"(<Folder id=\"\d+\"><name>All</name><visibility>1</visibility>)",
            r"\1<Placemark><name>Aldea – Corvo</name><description>-</description><LineString/></Placemark>",
        ),
        "a globe file's description": globe(r"Corvo: not shown", "Corvo: {n} persons"),
        "data of a globe file's feature": globe(
            r"(<name>Corvo</name>)", r'\1<ExtendedData><Data name="n"><value>{n}</value></Data></ExtendedData>'
        ),
    },
    "words": {
        "a number in a sentence": page(r'(<div class="narrative">)', r"\1<p>Corvo (3 persons) is not shown.</p>"),
        "a number of another place after a name": page(r"Bristo \(57 persons\)", "Bristo (234 persons)"),
        "a word in English": page(r'(<div class="narrative">)', r"\1<p>Three persons fled alone.</p>"),
        "a word in French": page(r'(<div class="narrative">)', r"\1<p>Trois personnes ont fui seules.</p>", "fr"),
        "a word in Arabic": page(r'(<div class="narrative">)', r"\1<p>وصل ثلاثة أشخاص وحدهم.</p>", "ar"),
        "a dual in Arabic": page(r'(<div class="narrative">)', r"\1<p>وصل شخصان وحدهما.</p>", "ar"),
        "one person, in words": page(r'(<div class="narrative">)', r"\1<p>One person came from Aldea.</p>"),
        "a cell of a page's table": page(r'(<th scope="row">Corvo</th>)<td>.*?</td>', r"\1<td>{n}</td>"),
        "a text that stands for the map": page(
            r'aria-label="Map of arrivals by district\.', 'aria-label="Map. Corvo: 3 persons.'
        ),
        "a bar of the chart": page(r'h([\d.]+)v0h-([\d.]+)Z" fill="#8a3b08"', r'h\1v21h-\2Z" fill="#8a3b08"'),
        "a description of the package": lambda folder, _: rewrite(
            folder / "datapackage.json", "Counted are persons", "Three persons came alone. Counted are persons"
        ),
        "keywords of the report on paper": on_paper({"/Keywords": "4711"}),
        "a number on paper alone": another_page,
        "a note for readers": add("README.txt", b"\nOf them 4 were counted in Corvo.\n"),
    },
    "workbooks": {
        "a hidden sheet": workbook(hide_sheet),
        "a comment": workbook(comment),
        "a formula with what it gave": workbook(formula),
        "a hidden column": workbook(hide_column),
        "a name that holds a number": workbook(define_name),
        "a cell that is shown": workbook(show_cell),
        "a text that no cell uses": part(
            "xl/sharedStrings.xml", lambda xml: xml.replace(b"</sst>", b"<si><t>Corvo 47</t></si></sst>")
        ),
        "a pivot cache": part("xl/pivotCache/pivotCacheRecords1.xml", lambda _: b"<pivotCacheRecords/>"),
        "properties of its own": part("docProps/custom.xml", lambda _: b"<Properties/>"),
    },
    "traces": {
        "a mark of its own": rows("arrivals", other_mark),
        "rows left out for zeros": rows("movements", drop_zeros),
        "rows in order of their numbers": rows("arrivals", by_size),
        "a blank behind a number": lambda folder, _: rewrite(folder / "data" / "arrivals.csv", r",P,F", ",P,F "),
        "a file written at another time": written_earlier,
        "a moment in the workbook": part("docProps/core.xml", lambda xml: xml.replace(b"2026-", b"2025-")),
        "a moment on paper": on_paper({"/ModDate": "D:20260601120000Z"}),
        "bytes behind the end of a file": add("report.fr.pdf", b"47"),
        "bytes behind the workbook": add("tables.xlsx", b"47"),
        "a remark in a page": page("</body>", "<!-- Corvo {n} --></body>"),
        "a file that other weeks do not have": add("notes.txt", b"all as always"),
        "a field of the package": lambda folder, number: rewrite(folder / "datapackage.json", r"\{", f'{{"reports": {number},'),
        "a row left out of a page": page(r"<tr[^>]*><th scope=\"row\">Corvo</th>.*?</tr>", ""),
        "codes in another order": lambda folder, _: rewrite(
            folder / "hierarchies" / "reason.csv", r"(conflict,[^\n]*\n)(drought,[^\n]*\n)", r"\2\1"
        ),
    },
}
PLANTED = [
    pytest.param(attack, plant, id=f"{attack}: {name}") for attack, plants in LEAKS.items() for name, plant in plants.items()
]


def beside(published: PublishedSeason, week: Published) -> Sequence[Published]:
    """A week among the others after the split."""
    return [published.folders[3], week, published.folders[5]]


@pytest.fixture
def number(published: PublishedSeason) -> int:
    """How many persons really arrived in Corvo."""
    return published.counted[AT].tables[1].count((HIDDEN_PLACE[0], "_T", "_T")).persons


def test_the_week_hides_what_is_going_to_be_told(published: PublishedSeason) -> None:
    week = published.folders[4]
    assert week.period == str(published.counted[AT].week)
    for cell in (
        (("destination", HIDDEN_PLACE[0]),),
        (("reason", HIDDEN_REASON),),
        (("destination", "XM02"), ("origin", "XM01")),
    ):
        assert week.figures[cell] is None


@pytest.mark.parametrize(("attack", "plant"), PLANTED)
def test_a_planted_leak_is_found(
    published: PublishedSeason, copy_of: Callable[[Published], Path], number: int, attack: str, plant: Plant
) -> None:
    folder = copy_of(published.folders[4])
    plant(folder, number)
    findings: list[Finding] = list(ATTACKS[attack](beside(published, open_release(folder))))
    assert findings
    assert {finding.release for finding in findings} == {folder.name}


def test_a_workbook_saved_again_is_not_taken_for_a_leak(
    published: PublishedSeason, copy_of: Callable[[Published], Path]
) -> None:
    """So that what is found above is what was planted, and not the hand that planted it."""
    folder = copy_of(published.folders[4])
    workbook(lambda _book, _number: None)(folder, 0)
    assert list(ATTACKS["workbooks"]([open_release(folder)])) == []
