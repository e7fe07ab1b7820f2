"""A workbook becomes a form, or its author learns everything that is wrong with it: sheet, row, text and remedy."""

import io
import shutil
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from forms import PrivacyClass, WorkbookRejected, compile_workbook
from forms.errors import Finding

Build = Callable[..., bytes]
HEADER = ["type", "name", "label"]
needs_java = pytest.mark.skipif(not shutil.which("java"), reason="ODK Validate needs Java, which is not installed")


def findings(content: bytes, java: str | None = None) -> list[Finding]:
    with pytest.raises(WorkbookRejected) as refused:
        compile_workbook(content, "form.xlsx", java=java)
    return list(refused.value.findings)


def places(content: bytes) -> set[tuple[str, int, str]]:
    return {(finding.sheet, finding.row, finding.text) for finding in findings(content)}


def test_the_content_decides_what_kind_of_file_it_is(workbook: Build) -> None:
    survey = [HEADER, ["text", "a", "A"]]
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet("survey")
        for number, row in enumerate(survey):
            sheet.write_row(number, 0, row)
    comma_separated = b"\xef\xbb\xbfsurvey,,,\n,type,name,label\n,text,a,A\n"
    for content in (written.getvalue(), workbook(survey=survey), comma_separated):
        form = compile_workbook(content, "names.lie.xls").definition
        assert (form.form_id, [question.path for question in form.questions]) == ("names.lie", ["/data/a"])


def test_declarations_travel_from_the_workbook_into_the_form(workbook: Build) -> None:
    content = workbook(
        survey=[
            [*HEADER, "bind::ws:privacy", "bind::ws:part", "bind::ws:statistic"],
            ["text", "a", "A", "open", "narrative", ""],
            ["integer", "b", "B", "quasi_identifier", "", "persons"],
        ],
        settings=[["form_id", "namespaces", "attribute::ws:records"], ["x", 'ws="urn:waystation:forms"', "movement"]],
    )
    form = compile_workbook(content, "form.xlsx").definition
    assert form.record_kind == "movement"
    assert [(q.privacy, q.part, q.statistic) for q in form.questions] == [
        ("open", "narrative", None),
        ("quasi_identifier", "facts", "persons"),
    ]


@given(
    kinds=st.lists(st.sampled_from(["text", "integer", "date", "geopoint", "note", "image", "barcode"]), min_size=1, max_size=6)
)
def test_every_question_of_a_workbook_without_classes_is_a_direct_identifier(kinds: list[str]) -> None:
    rows = "".join(f"| | {kind} | q{number} | Q |\n" for number, kind in enumerate(kinds))
    form = compile_workbook(f"| survey |\n| | type | name | label |\n{rows}".encode(), "form.md").definition
    assert [question.privacy for question in form.questions] == [PrivacyClass.DIRECT] * len(kinds)


def test_external_choices_come_along_as_media(workbook: Build) -> None:
    content = workbook(
        survey=[[*HEADER, "choice_filter"], ["text", "s", "S", ""], ["select_one_external towns", "t", "T", "state=${s}"]],
        external_choices=[["list_name", "name", "label", "state"], ["towns", "x", "X", "y"]],
    )
    assert b"towns" in compile_workbook(content, "form.xlsx").media["itemsets.csv"]


def test_all_faults_are_found_in_one_go(workbook: Build) -> None:
    content = workbook(
        survey=[
            [*HEADER, "calculation", "relevant"],
            ["text", "a", "A", "", "${nobody} = 1"],
            ["text", "a", "A again", "", ""],
            ["txet", "b", "B", "", ""],
            ["select_one fruit", "c", "C", "", "${also_nobody} = 2"],
            ["text", "two words", "D", "", ""],
            ["calculate", "e", "", "", ""],
            ["begin_group", "g", "G", "", ""],
            ["text", "f", "${ a }", "", ""],
        ],
        choices=[["list_name", "name", "label"], ["colour", "red", "Red"], ["colour", "", "Blue"]],
    )
    assert places(content) >= {
        ("survey", 2, "${nobody}"),
        ("survey", 3, "a"),
        ("survey", 4, "txet"),
        ("survey", 5, "fruit"),
        ("survey", 5, "${also_nobody}"),
        ("survey", 6, "two words"),
        ("survey", 7, "e"),
        ("survey", 8, "g"),
        ("survey", 9, "${ a }"),
        ("choices", 3, "colour"),
    }
    assert all(finding.what and finding.remedy for finding in findings(content))


def test_repeated_choices_are_listed_by_row_with_the_setting_that_allows_them(workbook: Build) -> None:
    choices = [["list_name", "name", "label"], ["t", "x", "X"], ["t", "y", "Y"], ["t", "x", "X"], ["t", "x", "X"]]
    survey = [HEADER, ["select_one t", "a", "A"]]
    [finding] = findings(workbook(survey=survey, choices=choices))
    assert (finding.sheet, finding.row, finding.text) == ("choices", 4, "x")
    assert "rows 2, 4, 5" in finding.what
    assert "allow_choice_duplicates" in finding.remedy
    compile_workbook(workbook(survey=survey, choices=choices, settings=[["allow_choice_duplicates"], ["yes"]]), "form.xlsx")


@pytest.mark.parametrize(
    ("rows", "row", "text"),
    [
        ([["text", "a", "A"], ["end_group", "", ""]], 3, "end_group"),
        ([["begin_repeat", "r", "R"], ["text", "a", "A"], ["end_group", "", ""]], 4, "end_group"),
        ([["select_one", "a", "A"]], 2, "select_one"),
        ([["text", "", "A"]], 2, "text"),
        ([["", "a", "A"]], 2, "a"),
        ([["text", "a", ""]], 2, "a"),
        ([["text", "a", "A"], ["text", "${a}", "B"]], 3, "${a}"),
        ([["begin_repeat", "data", "R"], ["text", "a", "A"], ["end_repeat", "", ""]], 2, "data"),
    ],
)
def test_a_fault_of_the_survey_is_found_at_its_row(workbook: Build, rows: list[list[str]], row: int, text: str) -> None:
    assert ("survey", row, text) in places(workbook(survey=[HEADER, *rows]))


@pytest.mark.parametrize(
    ("sheets", "place"),
    [
        ({"survey": [["name", "label"], ["a", "A"]]}, ("survey", 1, "type")),
        ({"survey": [["type", "label"], ["text", "A"]]}, ("survey", 1, "name")),
        ({"survy": [HEADER, ["text", "a", "A"]], "choices": [["list_name", "name"], ["a", "b"]]}, ("survey", 1, "survey")),
        (
            {"survey": [HEADER, ["select_one x", "a", "A"]], "choices": [["name", "label"], ["x", "X"]]},
            ("choices", 1, "list_name"),
        ),
        ({"survey": [[*HEADER, "relevant", "relevance"], ["text", "a", "A", "1", "1"]]}, ("survey", 1, "relevant")),
        (
            {"survey": [HEADER, ["text", "a", "A"]], "entities": [["dataset", "label", "colour"], ["trees", "x", "y"]]},
            ("entities", 1, "colour"),
        ),
    ],
)
def test_a_missing_or_wrong_column_is_found_at_the_header(
    workbook: Build, sheets: dict[str, list[list[str]]], place: tuple[str, int, str]
) -> None:
    assert place in places(workbook(**sheets))


def test_a_column_that_stands_twice_in_a_spreadsheet_is_named() -> None:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        book.add_worksheet("survey").write_row(0, 0, ["type", "name", "label", "label"])
    assert places(written.getvalue()) == {("survey", 1, "label")}


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 300, b"PK\x03\x04" + b"\x00" * 300, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 90]
)
def test_what_is_no_workbook_is_refused_in_plain_words(content: bytes) -> None:
    [finding] = findings(content)
    assert "cannot be read as a workbook" in finding.what


def test_a_workbook_that_unpacks_to_no_end_is_refused_unopened() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(31):
            archive.writestr(f"xl/sheet{number}.xml", bytes(10_000_000))
    [finding] = findings(written.getvalue())
    assert "310,000,000 bytes" in finding.what


@pytest.mark.parametrize(
    ("privacy", "part", "statistic", "text"),
    [
        ("secret", "", "", "secret"),
        ("open", "somewhere", "", "somewhere"),
        ("", "", "reason", "reason"),
        ("direct_identifier", "facts", "", "facts"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused(
    workbook: Build, privacy: str, part: str, statistic: str, text: str
) -> None:
    content = workbook(
        survey=[
            [*HEADER, "bind::ws:privacy", "bind::ws:part", "bind::ws:statistic"],
            ["text", "a", "A", privacy, part, statistic],
        ],
        settings=[["namespaces"], ['ws="urn:waystation:forms"']],
    )
    assert places(content) == {("survey", 2, text)}


@pytest.mark.parametrize("namespaces", ["", 'ws="urn:something:else"'])
def test_privacy_columns_without_their_namespace_are_refused(workbook: Build, namespaces: str) -> None:
    content = workbook(
        survey=[[*HEADER, "bind::ws:privacy"], ["text", "a", "A", "open"]],
        settings=[["form_id", "namespaces"], ["x", namespaces]],
    )
    [finding] = findings(content)
    assert (finding.sheet, finding.row) == ("settings", 2)
    assert 'ws="urn:waystation:forms"' in finding.remedy


def test_a_skipped_check_is_said(workbook: Build) -> None:
    content = workbook(survey=[HEADER, ["text", "a", "A"]])
    assert "skipped: nobody asked" in compile_workbook(content, "form.xlsx").warnings[-1]
    assert "'no-such-java' is not installed" in compile_workbook(content, "form.xlsx", java="no-such-java").warnings[-1]


@needs_java
def test_what_only_the_phones_engine_refuses_is_found_at_its_row_and_all_of_it_in_one_go(workbook: Build) -> None:
    content = workbook(
        survey=[
            [*HEADER, "relevant"],
            ["integer", "a", "A", "${b} = 1"],
            ["integer", "b", "B", "${a} = 1"],
            ["begin_group", "g", "G", ""],
            ["text", "c", "C", "${a} >"],
            ["end_group", "", "", ""],
            ["select_one t", "d", "D", ""],
        ],
        choices=[["list_name", "name", "label"], ["t", "x", ""]],
    )
    found = {(it.sheet, it.row): it for it in findings(content, java="java")}
    expression, waiting, unlabelled = found["survey", 5], found["survey", 2], found["choices", 2]
    assert expression.text == "c"
    assert "ODK Validate" in expression.what
    assert "java" not in expression.what
    assert "depend on itself" in waiting.remedy
    assert "nothing to show" in unlabelled.what


def test_what_pyxform_would_say_next_is_found_in_the_same_go(workbook: Build) -> None:
    content = workbook(
        survey=[
            [*HEADER, "parameters"],
            ["range", "a", "A", "start=x"],
            ["range", "b", "B", "start=y"],
            ["text", "c", "", ""],
            ["image", "d", "D", "max-pixels=large"],
        ],
    )
    assert places(content) == {("survey", 2, "start=x"), ("survey", 3, "start=y"), ("survey", 4, "c"), ("survey", 5, "d")}


def test_choice_names_with_spaces_are_all_named(workbook: Build) -> None:
    choices = [["list_name", "name", "label"], ["t", "a b", "X"], ["t", "c", "Y"], ["t", "d e", "Z"]]
    content = workbook(survey=[HEADER, ["select_multiple t", "q", "Q"]], choices=choices)
    assert places(content) == {("choices", 2, "a b"), ("choices", 4, "d e")}


def test_a_variable_that_two_questions_feed_is_refused_but_not_within_a_repeat(workbook: Build) -> None:
    header = [*HEADER, "bind::ws:privacy", "bind::ws:statistic"]
    rows = [["integer", "a", "A", "open", "persons"], ["integer", "b", "B", "open", "persons"]]
    settings = [["namespaces"], ['ws="urn:waystation:forms"']]
    assert places(workbook(survey=[header, *rows], settings=settings)) == {("survey", 3, "persons")}
    inside = [["begin_repeat", "r", "R", "", ""], *rows, ["end_repeat", "", "", "", ""]]
    compile_workbook(workbook(survey=[header, *inside], settings=settings), "form.md")


def test_a_survey_that_asks_nothing_is_refused(workbook: Build) -> None:
    assert places(workbook(survey=[HEADER])) == {("survey", 1, "survey")}


def test_an_unknown_type_is_answered_with_the_nearest(workbook: Build) -> None:
    [finding] = findings(workbook(survey=[HEADER, ["Integr", "a", "A"]]))
    assert "as integer." in finding.remedy


def test_codes_that_mean_nothing_elsewhere_are_text_like_any_other() -> None:
    written = io.BytesIO()
    codes = ["NA", "None", "null", "nan", "N/A", "#N/A", True, 0, 1.0]
    with xlsxwriter.Workbook(written) as book:
        for name, rows in (
            ("survey", [HEADER, ["select_one t", "None", "NA"]]),
            ("choices", [["list_name", "name", "label"], *(["t", code, "x"] for code in codes)]),
        ):
            for number, row in enumerate(rows):
                book_sheet = book.get_worksheet_by_name(name) or book.add_worksheet(name)
                book_sheet.write_row(number, 0, row)
    [asked] = compile_workbook(written.getvalue(), "form.xlsx").definition.questions
    assert (asked.name, asked.labels) == ("None", {"default": "NA"})
    assert list(asked.choices) == ["NA", "None", "null", "nan", "N/A", "#N/A", "TRUE", "0", "1"]


def test_external_choices_of_thirteen_thousand_rows_come_along(workbook: Build) -> None:
    rows = [["towns", f"t{number}", f"Town {number}", f"r{number % 7}"] for number in range(13_000)]
    content = workbook(
        survey=[[*HEADER, "choice_filter"], ["text", "s", "S", ""], ["select_one_external towns", "t", "T", "state=${s}"]],
        external_choices=[["list_name", "name", "label", "state"], *rows],
    )
    assert compile_workbook(content, "form.xlsx").media["itemsets.csv"].count(b"\n") == 13_001


def test_slips_that_everything_else_lets_pass_are_told(workbook: Build) -> None:
    survey = [[*HEADER, "relavant", "constraint"], ["text", "a", "A", "1", "lenght(.) > 'max(2)'"]]
    told = compile_workbook(workbook(survey=survey), "form.md").warnings
    assert [it for it in told if "column" in it] == [
        "Sheet 'survey', column 'relavant' is not known, and was left out. Is 'relevant' meant?",
        "Sheet 'survey', row 2, column 'constraint': no phone knows the function 'lenght'.",
    ]
