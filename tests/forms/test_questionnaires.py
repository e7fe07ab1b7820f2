"""Our own questionnaires: complete in every language that we speak, with every answer's protection declared."""

import csv
import io
import re
import shutil
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from core.languages import LANGUAGES as LANGUAGES_OF_PAGES
from core.places import Place
from forms import QUESTIONNAIRES, FormDefinition, PrivacyClass, RecordPart, build_questionnaire, compile_workbook, places_media
from forms.validate_xform import validate_xform
from tests.questionnaires import compiled

FOLDER = Path(__file__).parents[2] / "forms" / "questionnaires"
LANGUAGES = ("English (en)", "Français (fr)", "العربية (ar)", "Русский (ru)", "Español (es)", "Soomaali (so)")
GROUPS = {f"persons.{sex}.{age}" for sex in ("female", "male") for age in ("0-4", "5-11", "12-17", "18-59", "60+")}
FED = GROUPS | {
    *("arrival_date", "origin", "destination", "reason", "transport", "priority_need"),
    *("border_intention", "final_destination", "coping", "protection_concern", "displacement_kind"),
}

each = pytest.mark.parametrize("name", QUESTIONNAIRES)


def rows(name: str, sheet: str) -> list[dict[str, str]]:
    with (FOLDER / name / f"{sheet}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def definition(name: str) -> FormDefinition:
    return compiled(name).definition


@each
def test_it_becomes_a_form_without_a_warning_of_pyxform(name: str) -> None:
    form = compile_workbook(build_questionnaire(name), f"{name}.xlsx")
    assert form.warnings == ("ODK Validate was skipped: nobody asked for it.",)
    assert form.definition.form_id == name
    assert form.definition.record_kind == name.partition("_")[0]
    assert form.definition.version


@each
@pytest.mark.skipif(not shutil.which("java"), reason="ODK Validate needs Java, which is not installed")
def test_the_engine_of_the_phones_accepts_it(name: str) -> None:
    validation = validate_xform(compile_workbook(build_questionnaire(name), name).xform, "java")
    assert (validation.complaints, validation.warnings) == ((), ())


@each
def test_the_workbook_is_the_same_at_every_build_and_reads_well_in_a_spreadsheet(name: str) -> None:
    built = build_questionnaire(name)
    assert built == build_questionnaire(name)
    workbook = openpyxl.load_workbook(io.BytesIO(built))
    assert workbook.sheetnames == ["survey", "choices", "settings", *(["entities"] if "interview" in name else [])]
    assert all(sheet.freeze_panes == "C2" for sheet in workbook)
    assert workbook["survey"]["A1"].font.bold
    assert workbook["survey"]["C2"].alignment.wrap_text


@each
def test_every_question_declares_its_class_and_its_part(name: str) -> None:
    asked = [row for row in rows(name, "survey") if not row["type"].startswith(("begin", "end_"))]
    assert [row["name"] for row in asked if not (row["bind::ws:privacy"] and row["bind::ws:part"])] == []
    assert len(asked) == len(definition(name).questions)


@each
@pytest.mark.parametrize("sheet", ["survey", "choices"])
def test_every_text_is_there_in_all_languages(name: str, sheet: str) -> None:
    lacking = [
        (row["name"], text)
        for row in rows(name, sheet)
        for text in ("label", "hint", "constraint_message")
        if len({bool(row.get(f"{text}::{language}")) for language in LANGUAGES}) > 1
    ]
    assert lacking == []


@each
def test_everything_that_a_person_reads_has_a_label(name: str) -> None:
    unread = {"start", "end", "end_group", "end_repeat"}
    shown = [row for row in rows(name, "survey") if row["type"] not in unread] + rows(name, "choices")
    assert [row["name"] for row in shown if not all(row[f"label::{language}"] for language in LANGUAGES)] == []


@each
@pytest.mark.parametrize(("script", "code"), [(r"[\u0600-\u06ff]", "(ar)"), (r"[\u0400-\u04ff]", "(ru)")])
def test_arabic_is_written_in_arabic_and_russian_in_cyrillic_and_nothing_else_is(name: str, script: str, code: str) -> None:
    for row in (*rows(name, "survey"), *rows(name, "choices")):
        for column, text in row.items():
            if text and re.match("label|hint|constraint_message", column):
                assert bool(re.search(script, text)) == column.endswith(code), (row["name"], column)


def test_they_are_in_the_languages_of_the_pages_and_consent_is_asked_in_each() -> None:
    assert [language[-3:-1] for language in LANGUAGES] == list(LANGUAGES_OF_PAGES)
    asked = {row["name"] for row in rows("screening_interview", "choices") if row["list_name"] == "conversation_language"}
    assert asked == {*LANGUAGES_OF_PAGES, "und"}


@each
def test_a_constraint_is_explained_and_an_explanation_has_a_constraint(name: str) -> None:
    for row in rows(name, "survey"):
        assert bool(row["constraint"]) == bool(row["constraint_message::English (en)"]), row["name"]


@each
def test_free_text_and_files_are_never_among_the_facts(name: str) -> None:
    free = [question for question in definition(name).questions if question.kind in {"string", "binary"}]
    assert free
    assert all(question.part is not RecordPart.FACTS for question in free)


@each
def test_names_and_numbers_of_people_are_direct_identifiers(name: str) -> None:
    for question in definition(name).questions:
        if re.search(r"_name$|_Name$|phone|Phone|case_reference|signature|recording|document", question.name):
            assert question.privacy is PrivacyClass.DIRECT, question.path


def test_the_movement_form_feeds_exactly_the_declared_variables() -> None:
    fed = [question.statistic for question in definition("movement_tracking").questions if question.statistic]
    assert len(fed) == len(set(fed))
    assert set(fed) == FED


@pytest.mark.parametrize(
    ("name", "fed"),
    [
        (
            "screening_interview",
            {"age", "gender", "residence", "household_size", "eligible", "nationality", "exploitation", "route"},
        ),
        ("assistance_interview", {"service", "service_date", "referral_date", "case_status"}),
    ],
)
def test_the_interviews_feed_exactly_the_declared_variables(name: str, fed: set[str]) -> None:
    assert {question.statistic for question in definition(name).questions if question.statistic} == fed


def test_an_age_is_worked_out_on_the_phone_so_that_nobody_opens_a_date_of_birth_to_count() -> None:
    [age] = [row for row in rows("screening_interview", "survey") if row["name"] == "prs_Age"]
    assert set(re.findall(r"\$\{(\w+)\}", age["calculation"])) == {"interview_date", "prs_Birthdate"}
    assert (age["bind::ws:part"], age["read_only"]) == ("facts", "yes")


def test_the_groups_are_added_up_and_must_hold_somebody() -> None:
    [total] = [row for row in rows("movement_tracking", "survey") if row["name"] == "total_persons"]
    counted = {row["name"] for row in rows("movement_tracking", "survey") if row["bind::ws:statistic"] in GROUPS}
    assert set(re.findall(r"\$\{(\w+)\}", total["calculation"])) == counted
    assert total["constraint"] == ". > 0"


@pytest.mark.parametrize(
    ("name", "side"),
    [("movement_tracking", "origin"), ("movement_tracking", "destination"), ("screening_interview", "residence")],
)
def test_districts_are_offered_within_the_chosen_region(name: str, side: str) -> None:
    filters = {row["name"]: row["choice_filter"] for row in rows(name, "survey")}
    assert filters[f"{side}_region"] == "level = 'region'"
    assert filters[f"{side}_district"] == f"parent = ${{{side}_region}}"


def test_repeats_hold_the_household_and_the_services() -> None:
    repeats = {q.repeat for name in QUESTIONNAIRES for q in definition(name).questions} - {None}
    assert repeats == {"/data/household/household_member", "/data/services/service"}


def test_a_screening_opens_a_case_on_the_phone_and_assistance_goes_on_with_one_or_with_a_reference() -> None:
    screening, assistance = (definition(name).entity for name in ("screening_interview", "assistance_interview"))
    assert screening
    assert assistance
    assert (screening.list_name, assistance.list_name) == ("cases", "cases")
    assert "cases.csv" in definition("assistance_interview").lists
    [reference] = [row for row in rows("assistance_interview", "survey") if row["name"] == "case_reference"]
    assert (reference["required"], reference["relevant"]) == ("yes", "${chosen_case} = ''")


@each
def test_no_telephone_is_saved_on_phones_where_calling_it_may_be_dangerous(name: str) -> None:
    saved = {row["name"] for row in rows(name, "survey") if row.get("save_to")}
    assert not {"prs_MobilePhone", "contact_is_safe"} & saved


def test_another_name_is_no_questionnaire() -> None:
    with pytest.raises(KeyError):
        build_questionnaire("../core")


def test_places_become_a_file_by_which_regions_and_districts_cascade() -> None:
    places = [
        Place("XM0101", "XM01", 2, {"en": "Salt Bay", "fr": "Baie du Sel", "ar": "خليج الملح"}, {}),
        Place("XM", None, 0, {"en": "Marenda", "fr": "Marenda", "ar": "مارندا"}, {}),
        Place("XM01", "XM", 1, {"pt": "Norte"}, {}),
    ]
    assert list(csv.reader(io.StringIO(places_media(places).decode()))) == [
        ["name", "label", "parent", "level"],
        ["XM", "Marenda / مارندا", "", "country"],
        ["XM01", "XM01", "XM", "region"],
        ["XM0101", "Salt Bay / Baie du Sel / خليج الملح", "XM01", "district"],
    ]


def test_the_movement_form_reads_the_columns_that_the_places_file_has() -> None:
    xform = compile_workbook(build_questionnaire("movement_tracking"), "x").xform.decode()
    header = places_media([]).decode().strip().split(",")
    itemset = re.search(r"instance\('places'\)/root/item\[(\w+) =", xform)
    assert itemset is not None
    assert itemset[1] in header
    root = etree.fromstring(xform.encode())
    used = {element.get("ref") for element in root.iter() if etree.QName(element).localname == "value" and element.get("ref")}
    assert used <= set(header)
