"""Real folders and exports beside the project are taken in, by the real forms that they answer."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from core.database import Zone
from forms import FormDefinition, compile_workbook, publish_form
from ingest.mapped_sheets import write_mapping
from tests.app.test_import.conftest import Desk, outcomes

pytestmark = pytest.mark.needs_shared_data


def publish(desk: Desk, workbook: Path) -> FormDefinition:
    compiled = compile_workbook(workbook.read_bytes(), workbook.name, java="")
    with desk.household.zone(Zone.COLLECTION) as session:
        publish_form(session, "TEST", compiled.xform, {})
    return compiled.definition


def test_a_card_and_two_exports_of_the_same_records(desk: Desk, shared_data: Path) -> None:
    """Of a form filled in on a phone in 2011, of which one version is here, and of records that were edited in between."""
    folder = shared_data / "onadata-fixtures" / "transportation"
    form = publish(desk, folder / "transportation.xlsx").form_id
    assert Counter(outcomes(desk.folder(path=folder))) == {"accepted": 3, "conflicting": 1, "unknown_form": 8, "malformed": 1}
    workbook = desk.table(folder / "transportation_export.xlsx", form=form)
    assert outcomes(workbook) == ["malformed", "conflicting", "accepted", "accepted"]
    assert workbook[0].problem.where["column"] == "transport/available_transportation_types_to_referral_facility"
    text = desk.table(folder / "transportation.csv", form=form, no_answer="n/a")
    assert outcomes(text) == ["resent", "conflicting", "resent", "resent"]


def test_a_survey_that_another_program_has_worked_on(desk: Desk, shared_data: Path, tmp_path: Path) -> None:
    """Its headers and one of its codes are not the form's any more."""
    folder = shared_data / "reach-cleaningtools"
    form = publish(desk, folder / "form.xlsx").form_id
    suggested = desk.suggested(folder / "data.xlsx", tmp_path / "suggested.toml", form)
    assert (suggested.id, suggested.key) == ("?X_uuid", [])
    certain = [column for column in suggested.columns if column.question[:1] not in {"", "?"}]
    assert len(certain) == 152
    assert [column.codes for column in certain if column.codes] == [{"about_half": "?about_half_pay"}]
    used = [replace(column, codes={text: code[1:] for text, code in column.codes.items()}) for column in certain]
    used = [column for column in used if column.header != "neighbourhood"]  # whose choices were taken out of the form
    write_mapping(replace(suggested, id="X_uuid", columns=used), tmp_path / "decided.toml")
    told = desk.table(folder / "data.xlsx", mapping=tmp_path / "decided.toml")
    assert Counter(outcomes(told)) == {"accepted": 632}


def test_repeats_as_columns_are_the_entries_of_the_phones_answers(desk: Desk, shared_data: Path) -> None:
    folder = shared_data / "onadata-fixtures" / "csv_export"
    definition = publish(desk, folder / "tutorial_w_repeats.xlsx")
    form, version = definition.form_id, definition.version
    xml = (folder / "tutorial_w_repeats.xml").read_bytes()
    xml = xml.replace(b"<tutorial_w_repeats id=", f'<data version="{version}" id='.encode())  # as forms are compiled now
    desk.household.send(xml.replace(b"</tutorial_w_repeats>", b"</data>"))
    assert outcomes(desk.table(folder / "tutorial_w_repeats.csv", form=form, no_answer="n/a")) == ["resent"]
