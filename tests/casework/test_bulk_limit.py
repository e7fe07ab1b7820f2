"""An account reads so many persons a day alone; more needs a second person, and reading the whole store always does."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select, text

from casework import read_person, read_report
from casework.export_errors import ReadTooMany
from casework.models import MovementEvent
from casework.records import list_files, view_record
from casework.search.find_person import find_named
from casework.store import NewFile, NewPerson, open_bulk_window, propose_bulk_read, write_persons
from casework.store.blind_tokens import TokenKind
from casework.store.bulk_limit import count_reading
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.database import Zone
from core.permissions import PERMISSIONS, Right, Role
from core.second_person import ProposalForSomethingElse, ProposalNotThere, approve
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import ARRIVAL, OPERATION, Field

LIMIT = 3
AMAL = Access("amal", OPERATION, (Grant(Role.SUPERVISOR),))
DINA = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYSTATION_BULK_READ_LIMIT", str(LIMIT))


@begun
def persons(field_team: Field) -> list[UUID]:
    new = [NewPerson({RecordPart.IDENTITY: {"prs_First_Name": f"Amal {number}"}}) for number in range(6)]
    with field_team.zone() as session:
        write_persons(session, field_team.ring, OPERATION, new)
    return [one.id for one in new]


def read(team: Field, persons: Sequence[UUID], who: Access = AMAL) -> None:
    for person in persons:
        with team.database.transaction(Zone.CASEWORK, access=who) as session:
            read_person(session, team.ring, person, parts=[RecordPart.IDENTITY], purpose=Purpose.ASSISTANCE)


def proposed(team: Field, persons: int, who: Access = AMAL) -> UUID:
    with team.database.transaction(Zone.CASEWORK, access=who) as session:
        return propose_bulk_read(session, persons, purpose=Purpose.VERIFICATION)


def decide(team: Field, proposal: UUID, who: Access = DINA) -> None:
    with team.database.transaction(Zone.CASEWORK, access=who) as session:
        approve(session, proposal)


def begin(team: Field, proposal: UUID, who: Access = AMAL) -> None:
    with team.database.transaction(Zone.CASEWORK, access=who) as session:
        open_bulk_window(session, proposal)


def test_the_person_above_the_limit_is_not_shown_and_the_log_says_so(field_team: Field, persons: list[UUID]) -> None:
    read(field_team, persons[:LIMIT])
    with pytest.raises(ReadTooMany, match=f"{LIMIT} records"):
        read(field_team, persons[LIMIT:])
    with field_team.zone(Zone.AUDIT) as session:
        line = audited_entries(session, action=Action.DENIED)[0]
    assert (line.actor, line.detail["limit"]) == ("amal", LIMIT)


def test_one_person_read_again_counts_once(field_team: Field, persons: list[UUID]) -> None:
    read(field_team, [*persons[:LIMIT], *persons[:LIMIT]])
    with field_team.database.transaction(Zone.CASEWORK, access=AMAL) as session:
        view_record(session, field_team.ring, persons[0], purpose=Purpose.ASSISTANCE)


def test_another_account_and_another_day_count_for_themselves(field_team: Field, persons: list[UUID]) -> None:
    read(field_team, persons[:LIMIT])
    read(field_team, persons[LIMIT:], DINA)
    with field_team.database.transaction(Zone.CASEWORK, access=AMAL) as session:
        for table in ("read_allowance", "person_read"):
            session.execute(text(f"UPDATE casework.{table} SET day = day - 1"))
    read(field_team, persons[LIMIT:])


def test_the_program_itself_is_not_counted(field_team: Field, persons: list[UUID]) -> None:
    read(field_team, persons, Access.of_system("worker", OPERATION))


def test_names_that_a_search_opens_count(field_team: Field) -> None:
    with field_team.zone() as session:
        token = field_team.ring.blind_token("unused", "unused")
        new = [NewPerson({RecordPart.IDENTITY: {}}, tokens=[(TokenKind.NAME, token)]) for _ in range(LIMIT + 1)]
        write_persons(session, field_team.ring, OPERATION, new)
    from casework.search.open_identities import open_identities  # noqa: PLC0415
    from casework.store.seal_record import Vault  # noqa: PLC0415

    with pytest.raises(ReadTooMany), field_team.database.transaction(Zone.CASEWORK, access=AMAL) as session:
        open_identities(Vault(session, field_team.ring, OPERATION), [one.id for one in new])


def test_a_report_is_a_record_like_any_other(field_team: Field) -> None:
    for number in range(LIMIT + 1):
        field_team.send("movement", ARRIVAL, instance=f"report {number}")
    field_team.admit_awaiting()
    with field_team.zone() as session:
        reports = session.scalars(select(MovementEvent.id)).all()

    def verify(report: UUID) -> None:
        with field_team.database.transaction(Zone.CASEWORK, access=AMAL) as session:
            read_report(session, field_team.ring, report, parts=[RecordPart.CONTACT], purpose=Purpose.VERIFICATION)

    for report in [*reports[:LIMIT], *reports[:LIMIT]]:
        verify(report)
    with pytest.raises(ReadTooMany):
        verify(reports[LIMIT])


def test_the_names_of_files_count(field_team: Field) -> None:
    photograph = NewFile("Amal.png", "image/png", [b"content"], RecordPart.IDENTITY)
    new = [NewPerson({}, files=[photograph]) for _ in range(LIMIT + 1)]
    with field_team.zone() as session:
        write_persons(session, field_team.ring, OPERATION, new)

    def list_theirs(person: UUID) -> int:
        with field_team.database.transaction(Zone.CASEWORK, access=AMAL) as session:
            return len(list_files(session, field_team.ring, person, purpose=Purpose.ASSISTANCE))

    assert [list_theirs(one.id) for one in new[:LIMIT]] == [1] * LIMIT
    with pytest.raises(ReadTooMany):
        list_theirs(new[LIMIT].id)


def test_a_search_that_finds_nobody_counts_nobody(field_team: Field, persons: list[UUID]) -> None:
    for year in range(1980, 1980 + LIMIT + 2):
        with field_team.database.transaction(Zone.CASEWORK, access=AMAL) as session:
            find_named(
                session,
                field_team.ring,
                OPERATION,
                given="No",
                family="Body",
                birth_year=year,
                purpose=Purpose.ASSISTANCE,
            )
    read(field_team, persons[:LIMIT])


def test_two_processes_of_one_account_do_not_both_read_the_last(field_team: Field, persons: list[UUID]) -> None:
    read(field_team, persons[: LIMIT - 1])
    together = Barrier(2)

    def try_one(person: UUID) -> bool:
        together.wait()
        try:
            read(field_team, [person])
        except ReadTooMany:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(try_one, persons[LIMIT : LIMIT + 2])) == [False, True]


def test_a_second_person_lets_it_read_more_and_no_more_than_that(field_team: Field, persons: list[UUID]) -> None:
    proposal = proposed(field_team, 5)
    with pytest.raises(ProposalNotThere):
        begin(field_team, proposal)
    decide(field_team, proposal)
    begin(field_team, proposal)
    read(field_team, persons[:5])
    with pytest.raises(ReadTooMany):
        read(field_team, persons[5:])


def test_the_window_is_the_proposers_alone(field_team: Field, persons: list[UUID]) -> None:
    proposal = proposed(field_team, 5)
    decide(field_team, proposal)
    with pytest.raises(ProposalForSomethingElse):
        begin(field_team, proposal, DINA)


def test_a_window_that_has_closed_opens_nothing(field_team: Field, persons: list[UUID]) -> None:
    proposal = proposed(field_team, 5)
    decide(field_team, proposal)
    with field_team.database.transaction(Zone.CASEWORK, access=AMAL) as session:
        session.execute(
            text("INSERT INTO casework.bulk_window VALUES (:proposal, :operation, 'amal', 5, now() - interval '1 second')"),
            {"proposal": proposal, "operation": OPERATION},
        )
    with pytest.raises(ReadTooMany):
        read(field_team, persons)


@pytest.mark.parametrize("role", [role for role in Role if role not in PERMISSIONS[Right.READ_IN_BULK]])
def test_only_who_may_read_in_bulk_proposes_it(field_team: Field, role: Role) -> None:
    with pytest.raises(NotAllowed):
        proposed(field_team, 5, Access("rosa", OPERATION, (Grant(role),)))


def test_nothing_is_counted_of_what_was_not_shown(field_team: Field, persons: list[UUID]) -> None:
    with pytest.raises(ReadTooMany), field_team.database.transaction(Zone.CASEWORK, access=AMAL) as session:
        count_reading(session, persons)
    read(field_team, persons[:LIMIT])
