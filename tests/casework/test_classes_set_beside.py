"""A form whose workbook says nothing of privacy is kept as received, until a person says what it records and how."""

from dataclasses import replace

from casework import movement_facts, read_report
from core.audit import Purpose
from core.database import Zone
from core.periods.week import Week
from forms import PrivacyClass, RecordKind, RecordPart, find_definition, publish_form
from forms.classes import QuestionClass, set_classes
from tests.casework.conftest import OPERATION, Field

ASKED = {
    "who": "",
    "day": "arrival_date",
    "here": "destination",
    "there": "origin",
    "why": "reason",
    "women": "persons.female.18-59",
}
QUESTIONS = "".join(f"<{name}/>" for name in ASKED)
XFORM = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>Arrivals</h:title>'
    f'<model><instance><data id="foreign" version="3">{QUESTIONS}<meta><instanceID/></meta></data>'
    "</instance></model></h:head><h:body/></h:html>"
)
SAID = {"who": "Quintessa", "day": "2026-02-10", "here": "XM0102", "there": "XM0101", "why": "flood", "women": "3"}


def test_what_was_set_decides_what_becomes_of_an_answer(field_team: Field) -> None:
    with field_team.zone(Zone.COLLECTION) as session:
        publish_form(session, OPERATION, XFORM.encode(), {})
    team = with_form(field_team)
    assert team.admit(team.send("foreign", SAID)).outcome == "kept_raw"
    counted = {f"/data/{name}": QuestionClass(PrivacyClass.QUASI, statistic=feeds) for name, feeds in ASKED.items() if feeds}
    with team.zone(Zone.COLLECTION) as session:
        set_classes(session, OPERATION, "foreign", "3", counted, records=RecordKind.MOVEMENT)
    [report] = team.admit(team.send("foreign", SAID)).records
    with team.zone(Zone.ANONYMIZER) as session:
        [fact] = movement_facts(session, team.ring, OPERATION, Week(2026, 7))
    assert (fact.origin, fact.destination, fact.reason, fact.persons) == ("XM0101", "XM0102", "flood", {("female", "18-59"): 3})
    with team.zone() as session:
        parts = read_report(session, team.ring, report, parts=list(RecordPart), purpose=Purpose.VERIFICATION)
    assert parts[RecordPart.IDENTITY] == {"who": "Quintessa"}, "unset is a direct identifier"
    assert "Quintessa" not in parts[RecordPart.FACTS].values()


def with_form(team: Field) -> Field:
    with team.zone() as session:
        form = find_definition(session, OPERATION, "foreign", "3")
    assert form
    return replace(team, definitions={**team.definitions, "foreign": form})
