"""Persons in bulk: written many at a time or few, they read as any other person does, and are opened again as a stream."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import create_engine, text

from casework import find_persons, read_person
from casework.errors import ClearRowChanged, KeyDestroyed, ListPutBack
from casework.export_errors import BulkReadUnapproved
from casework.models import TokenKind
from casework.records import keep_from, list_files
from casework.store import NewFile, NewPerson, open_bulk_window, open_in_bulk, propose_bulk_read, write_persons
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.database import KeyRetired, Zone
from core.permissions import PERMISSIONS, Right, Role
from core.postgres.driver_connection import driver_connection
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.sealing.envelope import CiphertextRefused
from core.second_person import approve
from forms import RecordPart
from tests.casework.conftest import OPERATION, Field
from tests.exchanges import exchanges

HELP, COUNT = Purpose.ASSISTANCE, Purpose.STATISTICS
TEAMS = ("team-1", "team-2")


def person(team: Field, number: int) -> NewPerson:
    token = team.ring.blind_token(f"casework:{OPERATION}:phone", f"25261{number}")
    return NewPerson(
        {RecordPart.IDENTITY: {"given": f"Amal {number}"}, RecordPart.FACTS: {"sex": ("female", "male")[number % 2]}},
        tokens=[(TokenKind.PHONE, token)],
        files=[NewFile("photo.jpg", "image/jpeg", [b"picture of ", b"%d" % number], RecordPart.IDENTITY)],
        custody=Custody(team=TEAMS[number % 2]),
        id=UUID(int=number + 1),
    )


@pytest.fixture(params=[3, 60, 4100], ids=["few", "a batch", "several batches"])
def written(request: pytest.FixtureRequest, field_team: Field) -> int:
    with field_team.zone() as session:
        assert write_persons(session, field_team.ring, OPERATION, (person(field_team, n) for n in range(request.param))) == (
            request.param
        )
    return int(request.param)


@pytest.fixture
def some(field_team: Field) -> int:
    with field_team.zone() as session:
        return write_persons(session, field_team.ring, OPERATION, [person(field_team, n) for n in range(9)])


def by_sex(persons: Iterator[tuple[bytes, Mapping[str, Any]]]) -> Counter[str]:
    return Counter(answers["sex"] for _, answers in persons)


def counted(team: Field, access: Access | None = None, *, part: RecordPart = RecordPart.FACTS, processes: int = 0) -> Any:
    with team.database.transaction(Zone.CASEWORK, operation=OPERATION, access=access) as session:
        folds = open_in_bulk(session, team.ring, OPERATION, by_sex, purpose=COUNT, part=part, processes=processes)
        return sum(folds, Counter())


def let_read_in_bulk(team: Field, who: Access) -> None:
    """As a second person approves it."""
    second = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
    with team.database.transaction(Zone.CASEWORK, access=who) as session:
        proposal = propose_bulk_read(session, 1000, purpose=COUNT)
    with team.database.transaction(Zone.CASEWORK, access=second) as session:
        approve(session, proposal)
    with team.database.transaction(Zone.CASEWORK, access=who) as session:
        open_bulk_window(session, proposal)


def test_what_was_written_reads_as_any_other_person(field_team: Field, written: int) -> None:
    with field_team.zone() as session:
        for number in {0, 1, written - 1}:
            (found,) = find_persons(session, field_team.ring, OPERATION, f"+252 61 {number}", purpose=HELP)
            read = read_person(session, field_team.ring, found, parts=list(RecordPart), purpose=HELP)
            assert read.parts[RecordPart.IDENTITY] == {"given": f"Amal {number}"}
            assert read.parts[RecordPart.CONTACT] == {}
            assert [file.name for file in list_files(session, field_team.ring, found, purpose=HELP)] == ["photo.jpg"]


def test_the_store_is_counted_as_it_stands(field_team: Field, written: int) -> None:
    expected = Counter({"female": (written + 1) // 2, "male": written // 2})
    assert counted(field_team) == expected
    assert counted(field_team, processes=2) == expected


def test_writing_and_counting_leave_their_lines(field_team: Field, some: int) -> None:
    counted(field_team)
    with field_team.zone(Zone.AUDIT) as session:
        lines = [(e.action, e.count, e.purpose) for e in audited_entries(session) if e.subject == "casework.person"]
    assert lines == [(Action.READ, some, Purpose.STATISTICS), (Action.ADMITTED, some, Purpose.COLLECTION)]


def test_a_person_is_written_in_three_exchanges(field_team: Field, tmp_path: Path) -> None:
    """The beginning, then on whose behalf, then everything: rows, line and commit."""
    for _ in range(6):  # a statement is prepared, in an exchange more, when it is run the fifth time
        with field_team.zone() as session:
            pooled = driver_connection(session)
    with exchanges(pooled, tmp_path) as counted, field_team.zone() as session:
        write_persons(session, field_team.ring, OPERATION, [person(field_team, 1)])
    assert counted() == 3


@pytest.mark.parametrize("many", [1, 60])  # by INSERT, and by COPY
def test_persons_of_another_operation_are_not_written(field_team: Field, many: int) -> None:
    with pytest.raises(Exception, match="row-level security"), field_team.zone() as session:
        write_persons(session, field_team.ring, "OTHER", [person(field_team, n) for n in range(many)])
    with field_team.zone() as session:
        assert session.scalar(text("SELECT count(*) FROM casework.person")) == 0


@pytest.mark.parametrize("many", [1, 60])
def test_a_retired_key_is_said_to_be_so(field_team: Field, many: int) -> None:
    owner = create_engine(field_team.database.engine.url.set(username=ADMINISTRATOR))
    with owner.begin() as connection:
        retired = "INSERT INTO core.key_version (version, fingerprint, retired_at) VALUES (:current, 'x', now())"
        connection.execute(text(retired), {"current": field_team.ring.current})
    owner.dispose()
    with pytest.raises(KeyRetired), field_team.zone() as session:
        write_persons(session, field_team.ring, OPERATION, [person(field_team, n) for n in range(many)])


@pytest.mark.parametrize("role", list(Role))
def test_only_who_reads_in_bulk_and_reads_the_part_counts_the_store(field_team: Field, some: int, role: Role) -> None:
    access = Access("amal", OPERATION, (Grant(role),))
    if role in PERMISSIONS[Right.READ_IN_BULK] & PERMISSIONS[Right.READ_FACTS]:
        with pytest.raises(BulkReadUnapproved):
            counted(field_team, access)
        let_read_in_bulk(field_team, access)
        assert counted(field_team, access).total() == some
    else:
        with pytest.raises(NotAllowed):
            counted(field_team, access)


def test_the_program_itself_opens_facts_and_nothing_else(field_team: Field, some: int) -> None:
    with pytest.raises(NotAllowed):
        counted(field_team, part=RecordPart.IDENTITY)


def test_an_account_counts_what_is_in_reach_of_one_grant_of_both_rights(field_team: Field, some: int) -> None:
    both = (Grant(Role.SUPERVISOR, team="team-2"), Grant(Role.CASEWORKER, team="team-1"))
    amal = Access("amal", OPERATION, both)
    let_read_in_bulk(field_team, amal)
    assert counted(field_team, amal) == Counter(male=4)


def test_who_is_kept_from_somebodys_facts_does_not_count_them(field_team: Field, some: int) -> None:
    with field_team.changing() as session:
        session.execute(
            text("INSERT INTO casework.kept_from VALUES (:person, 'facts', 'amal', :operation, 'badr', now())"),
            {"person": UUID(int=1), "operation": OPERATION},
        )
    amal = Access("amal", OPERATION, (Grant(Role.SUPERVISOR),))
    let_read_in_bulk(field_team, amal)
    assert counted(field_team, amal).total() == some - 1


def test_an_erased_person_is_counted_no_more(field_team: Field, some: int) -> None:
    with field_team.zone() as session:
        session.execute(text("DELETE FROM casework.record_key WHERE record = :person"), {"person": UUID(int=1)})
        with pytest.raises(KeyDestroyed):
            read_person(session, field_team.ring, UUID(int=1), parts=[RecordPart.FACTS], purpose=HELP)
    assert counted(field_team).total() == some - 1


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE casework.person SET facts = set_byte(facts, 20, get_byte(facts, 20) # 1) WHERE id = :person",
        "UPDATE casework.person SET facts = identity WHERE id = :person",
        "UPDATE casework.person SET facts = '' WHERE id = :person",
        "UPDATE casework.person SET row_version = 2 WHERE id = :person",
        "UPDATE casework.person p SET facts = q.facts FROM casework.person q WHERE p.id = :person AND q.id <> p.id",
        "UPDATE casework.record_key SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE record = :person",
        "UPDATE casework.record_key SET sealed = sealed || sealed WHERE record = :person",
        "UPDATE casework.record_key SET commitment = ''  WHERE record = :person",
        "UPDATE casework.record_key SET versions = '' WHERE record = :person",
    ],
    ids=[
        "flipped",
        "another column",
        "emptied",
        "another version",
        "another row",
        "key flipped",
        "key long",
        "commitment cut",
        "list emptied",
    ],
)
def test_a_person_that_was_tampered_with_is_refused_by_id(field_team: Field, some: int, tampering: str, processes: int) -> None:
    as_owner(field_team, tampering)
    with pytest.raises(CiphertextRefused, match=str(UUID(int=5))):
        counted(field_team, processes=processes)


@pytest.mark.parametrize("processes", [0, 2])
def test_a_last_row_that_was_cut_short_is_refused_too(field_team: Field, processes: int) -> None:
    with field_team.zone() as session:
        write_persons(session, field_team.ring, OPERATION, [person(field_team, 4)])
    as_owner(field_team, "UPDATE casework.record_key SET sealed = '', commitment = '', versions = '' WHERE record = :person")
    as_owner(field_team, "UPDATE casework.person SET facts = '' WHERE id = :person")
    with pytest.raises(CiphertextRefused, match=str(UUID(int=5))):
        counted(field_team, processes=processes)


FIRST = {"person": UUID(int=5)}


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE casework.person SET custody = 'org/north/team-1/badr' WHERE id = :person",
        "UPDATE casework.kept_from SET actor = 'nobody' WHERE person = :person",
        "DELETE FROM casework.kept_from WHERE person = :person",
        "INSERT INTO casework.kept_from SELECT person, part, 'tester', operation, set_by, set_at FROM casework.kept_from",
    ],
)
def test_a_custody_or_exclusion_that_was_changed_is_refused_in_bulk_too(
    field_team: Field, some: int, tampering: str, processes: int
) -> None:
    with field_team.zone() as session:
        keep_from(session, field_team.ring, UUID(int=5), RecordPart.FACTS, "badr")
    assert sum(counted(field_team).values()) == some
    as_owner(field_team, tampering)
    with pytest.raises(ClearRowChanged, match=str(UUID(int=5))):
        counted(field_team, processes=processes)


def test_an_exclusion_lifted_with_the_key_row_that_lists_it_is_refused_in_bulk_too(field_team: Field, some: int) -> None:
    as_owner(field_team, "CREATE TABLE public.kept AS SELECT versions FROM casework.record_key WHERE record = :person")
    with field_team.zone() as session:
        keep_from(session, field_team.ring, UUID(int=5), RecordPart.FACTS, "badr")
    as_owner(field_team, "DELETE FROM casework.kept_from WHERE person = :person")
    as_owner(field_team, "UPDATE casework.record_key SET versions = (SELECT versions FROM public.kept) WHERE record = :person")
    with pytest.raises(ListPutBack, match=str(UUID(int=5))):
        counted(field_team)


def as_owner(team: Field, statement: str) -> None:
    engine = create_engine(team.database.engine.url.set(username=ADMINISTRATOR))
    with engine.begin() as connection:
        connection.execute(text(statement), FIRST)
    engine.dispose()


def test_the_search_worker_is_told_of_every_person_that_was_added(field_team: Field) -> None:
    many = 450  # of which a notice holds 200
    with field_team.database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        driver.execute("LISTEN waystation_person")
        driver.commit()
        with field_team.zone() as session:
            write_persons(session, field_team.ring, OPERATION, [person(field_team, n) for n in range(many)])
        told = [notice.payload.split(" ") for notice in driver.notifies(timeout=60, stop_after=3)]
    assert {operation for operation, *_ in told} == {OPERATION}
    assert sorted(UUID(one) for _, *persons in told for one in persons) == [UUID(int=n + 1) for n in range(many)]
