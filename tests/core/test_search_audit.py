"""An auditor searches the log, sees who read unusually much, and leaves a line by looking."""

from datetime import timedelta

import pytest

from core.access import Access, Grant, NotAllowed
from core.audit import Action, AuditEntry, Purpose, audited_entries, record
from core.clock import now
from core.database import Database, Zone
from core.permissions import PERMISSIONS, Right, Role
from core.search_audit import AuditSearch, reads_per_account, search_audit, unusual_above

AUDITOR = Access("auditor", "TEST", (Grant(Role.AUDITOR),))


@pytest.fixture
def log(database: Database) -> Database:
    """Two colleagues read, one of them very much; the program reads in bulk; something happens in another operation."""
    for day_reads, actor in ((3, "amal"), (4, "badr"), (5, "dina"), (900, "carol")):
        with database.transaction(Zone.CASEWORK, operation="TEST", actor=actor) as session:
            record(session, Action.READ, "casework.person", purpose=Purpose.ASSISTANCE, count=day_reads)
    with database.transaction(Zone.CASEWORK, operation="TEST", actor="amal") as session:
        record(session, Action.CORRECTED, "casework.person:7", purpose=Purpose.RIGHTS)
        record(session, Action.READ, "casework.personage:7", purpose=Purpose.RIGHTS)
    with database.transaction(Zone.ANONYMIZER, operation="TEST", actor="worker") as session:
        record(session, Action.READ, "casework.movement_event", purpose=Purpose.STATISTICS, count=100_000)
    with database.transaction(Zone.CASEWORK, operation="OTHER", actor="eve") as session:
        record(session, Action.READ, "casework.person", purpose=Purpose.ASSISTANCE)
    return database


def found(log: Database, search: AuditSearch, access: Access = AUDITOR, **page: int) -> list[AuditEntry]:
    with log.transaction(Zone.AUDIT, access=access) as session:
        return search_audit(session, search, **page)


def test_the_newest_lines_come_first_page_by_page(log: Database) -> None:
    first = found(log, AuditSearch(actor="amal"), limit=2)
    rest = found(log, AuditSearch(actor="amal"), limit=2, below=first[-1].number)
    assert [line.subject for line in (*first, *rest)] == ["casework.personage:7", "casework.person:7", "casework.person"]


@pytest.mark.parametrize(
    ("search", "count"),
    [
        (AuditSearch(actor="amal"), 3),
        (AuditSearch(action=Action.CORRECTED), 1),
        (AuditSearch(purpose=Purpose.STATISTICS), 1),
        (AuditSearch(actor="amal", action=Action.READ), 2),
        (AuditSearch(subject="casework.person:7"), 1),
        (AuditSearch(subject="casework.person"), 5),
        (AuditSearch(since=now() + timedelta(days=1)), 0),
        (AuditSearch(until=now() - timedelta(days=1)), 0),
        (AuditSearch(operation="OTHER"), 0),
    ],
)
def test_it_is_searched_by_what_is_asked(log: Database, search: AuditSearch, count: int) -> None:
    assert len(found(log, search)) == count


def test_an_account_sees_its_own_operation_and_the_program_all(log: Database) -> None:
    assert {line.operation for line in found(log, AuditSearch())} == {"TEST"}
    everything = found(log, AuditSearch(), Access.of_system("auditor", ""))
    assert {line.operation for line in everything} == {"TEST", "OTHER"}


def test_looking_is_a_line_too_and_does_not_repeat_what_was_asked(log: Database) -> None:
    found(log, AuditSearch(subject="Amal Typed-A-Name", actor="amal"))
    with log.transaction(Zone.AUDIT) as session:
        line = audited_entries(session)[0]
    assert (line.actor, line.action, line.subject, line.count) == ("auditor", "read", "core.audit_entry", 0)
    assert line.detail == {"asked": ["actor", "subject"]}


@pytest.mark.parametrize("role", list(Role))
def test_the_log_opens_for_those_who_read_it(log: Database, role: Role) -> None:
    access = Access("somebody", "TEST", (Grant(role),))
    if role in PERMISSIONS[Right.READ_AUDIT]:
        assert found(log, AuditSearch(), access)
    else:
        for ask in (lambda session: search_audit(session, AuditSearch()), lambda s: reads_per_account(s, now(), now())):
            with pytest.raises(NotAllowed), log.transaction(Zone.AUDIT, access=access) as session:
                ask(session)


def test_who_read_unusually_much_comes_first_and_the_programs_bulk_work_hides_nobody(log: Database) -> None:
    with log.transaction(Zone.AUDIT, access=AUDITOR) as session:
        days = reads_per_account(session, now() - timedelta(days=2), now() + timedelta(days=1))
    assert [(it.actor, it.records, it.unusual) for it in days] == [
        ("carol", 900, True),
        ("worker", 100_000, False),
        ("dina", 5, False),
        ("amal", 4, False),
        ("badr", 4, False),
    ]


def test_few_reads_are_never_unusual_and_neither_is_a_busy_team() -> None:
    assert unusual_above([1, 1, 1, 40]) >= 40
    assert unusual_above([300, 320, 280, 350]) >= 350
    assert unusual_above([300, 320, 280, 900]) < 900
