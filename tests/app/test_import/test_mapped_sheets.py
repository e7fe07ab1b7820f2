"""Sheets of movements as offices keep them: a mapping is suggested, decided on, kept, and used again for the next sheet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import admit_awaiting
from core.database import Zone
from core.errors import Problem
from core.places import add_places
from forms import publish_form
from ingest.mapped_sheets import ColumnMapping, PlaceNames, SheetMapping, read_mapping, write_mapping
from ingest.tables import CellFault
from tests.app.test_import.conftest import Desk, outcomes
from tests.casework.conftest import PLACES
from tests.questionnaires import compiled

FORM = "movement_tracking"
TITLES = [["Arrivals registered in August", None], [None]]
HEADERS = [
    "Site",
    "When did the group arrive?",
    "District of origin",
    "District of arrival",
    "Main reason",
    "Women 18-59",
    "Chief",
]
TAGS = ["#loc", "#date", "#adm2+origin", "#adm2", "#cause", "#affected+f", None]
ROWS = [
    ["S-1", "25/08/2026", "Ashby", "XM0102", "Armed conflict", 3, "Quintessa"],
    ["S-2", "26/08/2026", "birk ", "XM0101", "Flood", 2.0, "Idris"],
]


@pytest.fixture(scope="module")
def xform() -> bytes:
    return compiled(FORM).xform


@pytest.fixture
def office(desk: Desk, xform: bytes) -> Desk:
    """The desk of an operation with places and the form for movements."""
    with desk.household.zone(Zone.COLLECTION) as session:
        add_places(session, "TEST", PLACES)
        publish_form(session, "TEST", xform, {})
    return desk


def sheet(path: Path, rows: Sequence[Sequence[Any]], headers: Sequence[str] = HEADERS) -> Path:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Arrivals")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate([*TITLES, headers, TAGS[: len(headers)], *rows]):
            for at, cell in enumerate(row):
                page.write(number, at, cell, day if isinstance(cell, date) else None)
    return path


def decided(suggested: SheetMapping) -> SheetMapping:
    """What an officer makes of the suggestion."""
    wanted = {"Site": "", "Main reason": "movement/reason", "Women 18-59": "people/female_18_59", "Chief": ""}
    columns = [replace(one, question=wanted.get(one.header, one.question)) for one in suggested.columns]
    reason = {"Armed conflict": "conflict"}
    columns = [replace(one, codes=reason if one.header == "Main reason" else {}) for one in columns]
    return replace(suggested, key=["Site"], columns=columns)


@pytest.fixture
def mapping(office: Desk, tmp_path: Path) -> Path:
    """A mapping that was decided on."""
    path = tmp_path / "mapping.toml"
    mapping = decided(office.suggested(sheet(tmp_path / "a.xlsx", ROWS), tmp_path / "suggested.toml", FORM))
    write_mapping(mapping, path)
    return path


class TestASuggestion:
    def test_what_is_certain_is_filled_in_and_all_else_left_to_be_decided(self, office: Desk, tmp_path: Path) -> None:
        path = sheet(tmp_path / "a.xlsx", ROWS)
        suggested = office.suggested(path, tmp_path / "m.toml", FORM)
        assert (suggested.sheet, suggested.header, suggested.first, suggested.key) == ("Arrivals", 3, 5, ["?"])
        columns = {column.header: column for column in suggested.columns}
        arrival, origin, reason = (columns[HEADERS[number]] for number in (1, 2, 4))
        assert arrival == ColumnMapping(HEADERS[1], "movement/arrival_date", dates="%d/%m/%Y")
        assert origin == ColumnMapping(HEADERS[2], "movement/origin_district", places="district")
        assert (reason.question, reason.codes) == ("?movement/reason", {"Armed conflict": "?conflict"})
        assert columns["Site"].question.startswith("?")
        assert read_mapping(tmp_path / "m.toml") == suggested
        assert office.rows("count(*) FROM ingest.submission") == [(0,)]

    def test_a_day_that_may_be_a_month_is_not_guessed(self, office: Desk, tmp_path: Path) -> None:
        path = sheet(tmp_path / "a.xlsx", [["S-1", "05/08/2026"], ["S-2", "06/08/2026"]])
        suggested = office.suggested(path, tmp_path / "m.toml", FORM)
        assert suggested.columns[1].dates == "?%d/%m/%Y or %m/%d/%Y"

    def test_texts_that_are_many_are_not_written_down(self, office: Desk, tmp_path: Path) -> None:
        """A column of names that looks like one of reasons."""
        path = sheet(tmp_path / "a.xlsx", [["S", None, None, None, f"Person {number}"] for number in range(20)])
        office.suggested(path, tmp_path / "m.toml", FORM)
        assert "Person" not in (tmp_path / "m.toml").read_text()

    def test_nor_are_a_few_that_are_no_codes_of_a_column_that_is_only_like_the_question(
        self, office: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = sheet(tmp_path / "a.xlsx", [["S", None, None, None, name] for name in ("Quintessa", "Idris")])
        suggested = office.suggested(path, tmp_path / "m.toml", FORM)
        assert suggested.columns[4].question == "?movement/reason"
        assert "Quintessa" not in (tmp_path / "m.toml").read_text() + capsys.readouterr().out

    def test_nothing_is_imported_by_it_while_it_leaves_a_word_open(self, office: Desk, tmp_path: Path) -> None:
        path, mapping = sheet(tmp_path / "a.xlsx", ROWS), tmp_path / "m.toml"
        office.suggested(path, mapping, FORM)
        with pytest.raises(Problem, match=r"column 'Site'.*column 'Main reason'.*key") as refused:
            office.table(path, mapping=mapping)
        assert refused.value.code == "INGEST-218"

    def test_without_a_mapping_no_other_table_than_an_export_is_read(self, office: Desk, tmp_path: Path) -> None:
        with pytest.raises(Problem) as refused:
            office.table(sheet(tmp_path / "a.xlsx", ROWS), form=FORM)
        assert refused.value.code == "INGEST-216"


class TestByAMapping:
    def test_rows_become_movements(self, office: Desk, mapping: Path, tmp_path: Path) -> None:
        assert outcomes(office.table(tmp_path / "a.xlsx", mapping=mapping)) == ["accepted", "accepted"]
        with office.household.zone(Zone.CASEWORK) as session:
            counted = admit_awaiting(session, office.household.ring, "TEST")
        assert (counted.admitted, counted.set_aside) == (2, 0)
        assert office.rows("week FROM casework.movement_event ORDER BY week") == [("2026-W35",)] * 2

    def test_the_next_sheet_is_read_by_it_and_what_it_repeats_is_known(
        self, office: Desk, mapping: Path, tmp_path: Path
    ) -> None:
        office.table(tmp_path / "a.xlsx", mapping=mapping)
        rows = [["S-3", date(2026, 8, 27), "XM0101", "Birk", "flood", 1, None], *ROWS]
        assert outcomes(office.table(sheet(tmp_path / "b.xlsx", rows), mapping=mapping)) == ["accepted", "resent", "resent"]
        changed = [["S-1", "24/08/2026", *ROWS[0][2:]]]
        assert outcomes(office.table(sheet(tmp_path / "c.xlsx", changed), mapping=mapping)) == ["conflicting"]

    def test_each_cell_that_does_not_fit_is_told_by_row_and_column_without_its_words(
        self, office: Desk, mapping: Path, tmp_path: Path
    ) -> None:
        bad = {1: "next Friday", 2: "Atlantis", 4: "Locusts", 5: "many"}
        rows = [[f"S-{at}", *(bad[at] if number == at else cell for number, cell in enumerate(ROWS[0][1:], 1))] for at in bad]
        told = office.table(sheet(tmp_path / "b.xlsx", [*rows, [None, *ROWS[0][1:]]]), mapping=mapping, dry_run=True)
        assert outcomes(told) == ["malformed"] * 5
        assert [one.problem.where.get("column") for one in told] == [*(HEADERS[at] for at in bad), None]
        assert [one.place.row for one in told] == [5, 6, 7, 8, 9]
        assert not any(word in str(one.problem) for one in told for word in bad.values())
        assert office.written() == [(0, 0, 0, 0, 0)]

    def test_rows_without_a_key_are_told_apart_by_how_often_they_came(
        self, office: Desk, mapping: Path, tmp_path: Path
    ) -> None:
        whole = replace(read_mapping(mapping), key=[])
        write_mapping(whole, tmp_path / "whole.toml")
        path = sheet(tmp_path / "b.xlsx", [ROWS[0], ROWS[0], ROWS[1]])
        assert outcomes(office.table(path, mapping=tmp_path / "whole.toml")) == ["accepted"] * 3
        more = sheet(tmp_path / "c.xlsx", [ROWS[0], ROWS[1], ROWS[0], ROWS[0]])
        assert outcomes(office.table(more, mapping=tmp_path / "whole.toml")) == ["resent", "resent", "resent", "accepted"]

    def test_a_column_of_the_phones_ids_makes_a_row_the_record_of_the_phone(self, desk: Desk, tmp_path: Path) -> None:
        """As in sheets that somebody has worked on with other programs, which write headers anew."""
        desk.household.send(desk.household.answers("uuid:u-1"))
        table = tmp_path / "a.csv"
        table.write_text("X_uuid,person.name,X_status\nu-1,Amal,sent\n,Badr,sent\n")
        columns = [ColumnMapping("person.name", "person/name")]
        write_mapping(SheetMapping("household", "CSV", 1, 2, [], columns, id="X_uuid"), tmp_path / "m.toml")
        assert outcomes(desk.table(table, mapping=tmp_path / "m.toml")) == ["resent", "malformed"]
        assert desk.notes(table, mapping=tmp_path / "m.toml") == [
            *(f"Column '{name}' is not in the mapping and is left out." for name in ("X_uuid", "X_status"))
        ]

    @pytest.mark.parametrize(
        "change",
        [
            {"sheet": "Departures"},
            {"header": 2},
            {"key": ["Place"]},
            {"constants": {"movement/nothing": "x"}},
            {"constants": {"movement/reason": "flood"}},
            {"columns": [ColumnMapping("Site", "movement/origin_district", places="village")]},
        ],
        ids=["no such sheet", "no such row", "no such column", "no such question", "answered twice", "no such level"],
    )
    def test_one_that_does_not_fit_is_refused(self, office: Desk, mapping: Path, tmp_path: Path, change: Any) -> None:
        write_mapping(replace(read_mapping(mapping), **change), tmp_path / "other.toml")
        with pytest.raises(Problem) as refused:
            office.table(tmp_path / "a.xlsx", mapping=tmp_path / "other.toml")
        assert refused.value.code == "INGEST-219"


def test_a_name_that_two_places_bear_is_nobodys() -> None:
    names = PlaceNames({"XM01": {"en": "Twin Hills", "fr": "Collines"}, "XM02": {"en": "twin  hills"}})
    assert [names.code(text) for text in ("XM02", "collines")] == ["XM02", "XM01"]
    assert isinstance(names.code("Twin Hills"), CellFault)


@pytest.mark.parametrize("text", ["form = 1", "form = 'a'", "column = 'x'", "=", "form = 'a'\n[[column]]\nheader = 1"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(Problem) as refused:
        read_mapping(tmp_path / "m.toml")
    assert refused.value.code == "INGEST-217"


WORDS = st.text(st.characters(exclude_categories=("Cs",)))
COLUMNS = st.builds(ColumnMapping, WORDS, WORDS, WORDS, WORDS, st.dictionaries(WORDS, WORDS))


@settings(max_examples=40)
@given(
    mapping=st.builds(
        SheetMapping, WORDS, WORDS, st.integers(1), st.integers(1), st.lists(WORDS), st.lists(COLUMNS, min_size=1)
    )
)
def test_what_is_written_is_read_again(mapping: SheetMapping, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "mapping.toml"
    path.unlink(missing_ok=True)
    write_mapping(mapping, path)
    assert read_mapping(path) == mapping
