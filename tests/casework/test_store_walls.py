"""The store at rest: nothing that anybody said lies in it in clear, nothing moved in it opens, and each zone sees its own."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from casework import list_cases, movement_facts, read_person, read_report
from casework.errors import FactsMoved, KeyDestroyed, OldVersion, RecordUnknown
from casework.models import KeyKind
from casework.store.seal_record import Vault, stored_key
from core.audit import Purpose, audited_entries
from core.database import Base, Zone
from core.periods.week import Week
from core.sealing.envelope import Binding, CiphertextRefused
from forms import FormDefinition, PrivacyClass, RecordPart
from tests.beginning import begun
from tests.casework.conftest import ARRIVAL, ASSISTANCE, OPERATION, SCREENING, Field
from tests.tampering.columns import Kind, of_kind

WEEK = Week(2026, 7)
CODED = {"con_Language", "con_GivenBy", "con_Statistics", "con_SharingWith", "con_Expiry"}
CHECKED = {*ARRIVAL, *SCREENING, *ASSISTANCE, *CODED} - {"reporter_name", "reporter_phone", "remarks", "prs_MobilePhone"}
COMPARED = {"casework.record_key.versions", "casework.case.reference", "casework.token.token"}
SEEN_BY_ANONYMIZER = {"movement_event", "record_key", "restriction"}  # of each some columns or rows only
TABLES = sorted(table.name for table in Base.metadata.tables.values() if table.schema == "casework")


def canary(number: int) -> str:
    return f"Zaunkönig{number:04d}خفاش"


def canaries(definition: FormDefinition, start: int) -> dict[str, str]:
    """A string found nowhere else for every question that casework does not check; quasi-identifiers too."""
    free = [q for q in definition.questions if q.name not in CHECKED and q.statistic not in CHECKED]
    return {question.name: canary(start + number) for number, question in enumerate(free) if not question.statistic}


@pytest.fixture
def planted(field_team: Field) -> dict[str, str]:
    """Records whose every free answer is a canary; the canaries by question."""
    said: dict[str, str] = {}
    for number, (kind, needed) in enumerate([("movement", ARRIVAL), ("screening", SCREENING), ("assistance", ASSISTANCE)]):
        own = canaries(field_team.definitions[kind], 1000 * number)
        said |= {f"{kind}.{name}": value for name, value in own.items()}
        repeat = {"screening": "household_member", "assistance": "service"}.get(kind)
        field_team.send(kind, {**needed, **own}, repeats={repeat: [own, own]} if repeat else None)
    assert field_team.admit_awaiting().admitted == 3
    return {**said, "screening.case_reference": SCREENING["case_reference"]}


@begun
def reports(field_team: Field) -> tuple[UUID, UUID]:
    """Two reports of one week, told apart by their reasons: flood, then drought."""
    first = field_team.admit(field_team.send("movement", ARRIVAL)).records[0]
    second = field_team.admit(field_team.send("movement", {**ARRIVAL, "reason": "drought"})).records[0]
    return first, second


def every_value(session: Session) -> list[bytes]:
    """Each value of each column of each table, as text and as the bytes that it stands for."""
    values: list[bytes] = []
    for table in TABLES:
        for row in session.execute(text(f'SELECT * FROM casework."{table}"')):
            values += [bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row]
    return values


def test_no_answer_lies_in_clear_in_any_column(field_team: Field, planted: dict[str, str]) -> None:
    assert len(planted) > 50
    with field_team.zone() as session:
        values = every_value(session)
    assert len(values) > 60
    for question, value in planted.items():
        for writing in (value.encode(), value.encode("utf-16-le"), value.casefold().encode()):
            assert not any(writing in stored for stored in values), f"{question} lies in clear"


def test_every_answer_opens_again(field_team: Field, planted: dict[str, str]) -> None:
    with field_team.zone() as session:
        [case] = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
        [report] = session.scalars(text("SELECT id FROM casework.movement_event"))
        everything = list(RecordPart)
        held = [
            read_person(session, field_team.ring, person, parts=everything, purpose=Purpose.ASSISTANCE)
            for person in (case.person, *case.members)
        ]
        told = [record.parts for record in held] + [interview.parts for record in held for interview in record.interviews]
        told.append(read_report(session, field_team.ring, report, parts=everything, purpose=Purpose.VERIFICATION))
    missing = [question for question, value in planted.items() if value not in str(told)]
    assert missing == []


def test_answers_lie_where_the_workbook_puts_them(field_team: Field, planted: dict[str, str]) -> None:
    with field_team.zone() as session:
        [case] = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
        parts = read_person(session, field_team.ring, case.person, parts=list(RecordPart), purpose=Purpose.ASSISTANCE).parts
    for question in field_team.definitions["screening"].questions:
        if f"screening.{question.name}" in planted and not question.repeat:
            assert question.name in parts[question.part]
            if question.privacy is PrivacyClass.DIRECT:
                assert question.name not in parts[RecordPart.FACTS]


@pytest.mark.parametrize("column", ["identity", "contact", "narrative", "facts"])
def test_a_ciphertext_taken_from_another_row_does_not_open(field_team: Field, reports: tuple[UUID, UUID], column: str) -> None:
    taken = f"(SELECT {column} FROM casework.movement_event WHERE id = :other)"
    move = f"UPDATE casework.movement_event SET {column} = {taken} WHERE id = :id"
    with field_team.zone() as session:
        session.execute(text(move), {"id": reports[0], "other": reports[1]})
        with pytest.raises(CiphertextRefused, match=rf"The {column} of record {reports[0]}.*compare with a backup"):
            read_report(session, field_team.ring, reports[0], parts=[RecordPart(column)], purpose=Purpose.VERIFICATION)


def test_a_ciphertext_moved_with_its_key_does_not_open_either(field_team: Field, reports: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        session.execute(text("DELETE FROM casework.record_key WHERE record = :id"), {"id": reports[0]})
        columns = "kind, operation, key_version, sealed, commitment"
        copy = f"INSERT INTO casework.record_key SELECT :id, {columns} FROM casework.record_key"
        session.execute(text(f"{copy} WHERE record = :other"), {"id": reports[0], "other": reports[1]})
        with pytest.raises(CiphertextRefused, match=r"in casework\.record_key does not open"):
            read_report(session, field_team.ring, reports[0], parts=[RecordPart.IDENTITY], purpose=Purpose.VERIFICATION)


def test_a_version_number_changed_is_noticed(field_team: Field, reports: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        session.execute(text("UPDATE casework.movement_event SET row_version = 9 WHERE id = :id"), {"id": reports[0]})
    with field_team.zone(Zone.ANONYMIZER) as session, pytest.raises(OldVersion, match=str(reports[0])):
        movement_facts(session, field_team.ring, OPERATION, WEEK)


def test_a_report_filed_under_another_week_is_noticed(field_team: Field, reports: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        session.execute(text("UPDATE casework.movement_event SET week = '2026-W08' WHERE id = :id"), {"id": reports[1]})
    with field_team.zone(Zone.ANONYMIZER) as session, pytest.raises(FactsMoved, match=str(reports[1])):
        movement_facts(session, field_team.ring, OPERATION, WEEK.plus(1))


def test_a_destroyed_key_erases_what_it_opened(field_team: Field, reports: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        session.execute(text("DELETE FROM casework.record_key WHERE record = :id"), {"id": reports[0]})
    with field_team.zone() as session, pytest.raises(KeyDestroyed, match=str(reports[0])):
        read_report(session, field_team.ring, reports[0], parts=[RecordPart.CONTACT], purpose=Purpose.VERIFICATION)
    with field_team.zone(Zone.ANONYMIZER) as session:
        assert [fact.report for fact in movement_facts(session, field_team.ring, OPERATION, WEEK)] == [reports[1]]
    with field_team.database.transaction(Zone.AUDIT) as session:
        assert audited_entries(session)[0].detail == {"week": "2026-W07", "erased": 1}


def test_the_anonymizer_zone_sees_the_keys_of_facts_and_no_others(field_team: Field, reports: tuple[UUID, UUID]) -> None:
    field_team.admit(field_team.send("screening", SCREENING))
    with field_team.zone(Zone.ANONYMIZER) as session:
        kinds = session.execute(text("SELECT kind, count(*) FROM casework.record_key GROUP BY kind")).all()
        assert [tuple(row) for row in kinds] == [("movement_facts", 2)]


def test_the_key_of_the_facts_does_not_open_the_reporter(field_team: Field, reports: tuple[UUID, UUID]) -> None:
    """Not even with the key ring, and were the other columns granted to the zone by mistake."""
    with field_team.zone() as session:
        row = session.execute(text("SELECT * FROM casework.movement_event WHERE id = :id"), {"id": reports[0]}).one()
        key = stored_key(Vault(session, field_team.ring, OPERATION), reports[0], KeyKind.MOVEMENT_FACTS)
    for part in (RecordPart.IDENTITY, RecordPart.CONTACT, RecordPart.NARRATIVE):
        with pytest.raises(CiphertextRefused):
            key.open(getattr(row, part.value), Binding("casework.movement_event", row.id, part.value, row.row_version))


def test_the_anonymizer_zone_reads_no_other_column_of_a_report_and_no_other_table(field_team: Field) -> None:
    hidden = ["chain", "submission", "received_at", "admitted_at", "identity", "contact", "narrative"]
    statements = [f"SELECT {column} FROM casework.movement_event" for column in hidden]
    statements += [f"SELECT {column} FROM casework.restriction" for column in ("reason", "recipient", "consent", "set_by")]
    statements += [f'SELECT count(*) FROM casework."{table}"' for table in {*TABLES} - SEEN_BY_ANONYMIZER]
    for statement in statements:
        assert denied(field_team, Zone.ANONYMIZER, statement), statement


def test_the_anonymizer_zone_changes_nothing(field_team: Field) -> None:
    for table in TABLES:
        assert denied(field_team, Zone.ANONYMIZER, f'DELETE FROM casework."{table}"'), table
    assert denied(field_team, Zone.ANONYMIZER, "UPDATE casework.movement_event SET week = ''")


def test_the_zone_of_comparison_sees_no_ciphertext_but_what_keys_list(field_team: Field) -> None:
    sealed = [name.split(".") for name in of_kind(*Kind) if name.startswith("casework.") and name not in COMPARED]
    for _, table, column in sealed:
        assert denied(field_team, Zone.COMPARISON, f'SELECT {column} FROM casework."{table}"'), (table, column)


@pytest.mark.parametrize("zone", sorted({*Zone} - {Zone.CASEWORK, Zone.ANONYMIZER, Zone.COMPARISON}))
def test_every_other_zone_is_denied_the_schema(field_team: Field, zone: Zone) -> None:
    wrapped = {"record_key"} if zone is Zone.KEYS else set()  # that zone wraps keys anew: tests/core/test_keys_zone.py
    for table in {*TABLES} - wrapped:
        assert denied(field_team, zone, f'SELECT count(*) FROM casework."{table}"'), table


def denied(field: Field, zone: Zone, statement: str) -> bool:
    try:
        with field.zone(zone) as session:
            session.execute(text(statement))
    except ProgrammingError as error:
        return "permission denied" in str(error)
    return False


def test_another_operation_sees_nothing(field_team: Field, planted: dict[str, str]) -> None:
    with field_team.zone() as session:
        [case] = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
    with field_team.zone(operation="OTHER") as session:
        assert every_value(session) == []
        assert list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE) == []
        with pytest.raises(RecordUnknown):
            read_person(session, field_team.ring, case.person, parts=[RecordPart.FACTS], purpose=Purpose.ASSISTANCE)
    with field_team.zone(Zone.ANONYMIZER, operation="OTHER") as session:
        assert movement_facts(session, field_team.ring, OPERATION, WEEK) == []


def test_row_level_security_is_forced_on_every_table(field_team: Field) -> None:
    with field_team.database.engine.connect() as connection:
        walls = connection.execute(
            text(
                "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'casework')"
            )
        )
        assert {tuple(row) for row in walls} == {(table, True) for table in TABLES}


def test_an_old_row_put_back_in_the_database_is_refused(field_team: Field) -> None:
    original = field_team.send("movement", ARRIVAL, instance="1")
    report = field_team.admit(original).records[0]
    with field_team.zone() as session:
        taken = text("SELECT row_version, identity, contact, narrative, facts FROM casework.movement_event")
        kept = session.execute(taken).one()
    field_team.admit(field_team.send("movement", {**ARRIVAL, "reason": "drought"}, instance="2", edits="1"))
    with field_team.zone() as session:
        session.execute(
            text(
                "UPDATE casework.movement_event SET row_version = :row_version, identity = :identity, contact = :contact, "
                "narrative = :narrative, facts = :facts"
            ),
            kept._asdict(),
        )
    with pytest.raises(OldVersion, match=str(report)), field_team.zone() as session:
        read_report(session, field_team.ring, report, parts=[RecordPart.FACTS], purpose=Purpose.VERIFICATION)
    with pytest.raises(OldVersion, match=str(report)), field_team.zone(Zone.ANONYMIZER) as session:
        movement_facts(session, field_team.ring, OPERATION, WEEK)


def test_every_read_names_its_purpose_in_the_audit_log(field_team: Field, planted: dict[str, str]) -> None:
    with field_team.zone() as session:
        [case] = list_cases(session, OPERATION, purpose=Purpose.VERIFICATION)
        read_person(session, field_team.ring, case.person, parts=[RecordPart.CONTACT], purpose=Purpose.ASSISTANCE)
    with field_team.zone(Zone.ANONYMIZER) as session:
        movement_facts(session, field_team.ring, OPERATION, WEEK)
    with field_team.database.transaction(Zone.AUDIT) as session:
        counted, read, listed = audited_entries(session, newest=3)
    assert (listed.subject, listed.purpose, listed.count) == ("casework.case", "verification", 1)
    assert (read.subject, read.detail) == (f"casework.person:{case.person}", {"parts": ["contact"]})
    assert (counted.subject, counted.purpose, counted.actor) == ("casework.movement_event", "statistics", "tester")
