"""The second person rule: who proposes does not approve, an approval counts once and not for ever, every step is logged."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Purpose, audited_entries
from core.database import Database, Zone, connect
from core.permissions import Role, holds
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.proposals_in_reach import open_in_reach
from core.second_person import (
    RIGHTS,
    STEPS,
    Act,
    ProposalExpired,
    ProposalForSomethingElse,
    ProposalNotThere,
    ProposalUnknown,
    SecondPersonNeeded,
    State,
    approve,
    awaiting_decision,
    carry_out,
    expire_overdue,
    find_proposal,
    open_proposals,
    propose,
    reject,
)
from tests.believed import believe

OPERATION = "TEST"
SUBJECT = "casework.person:0d3c"
OFFICER = (Grant(Role.DATA_PROTECTION_OFFICER),)
SUPERVISOR = (Grant(Role.SUPERVISOR),)


@contextmanager
def work_of(
    database: Database, actor: str, grants: tuple[Grant, ...] = OFFICER, zone: Zone = Zone.CASEWORK
) -> Iterator[Session]:
    with database.transaction(zone, access=Access(actor, OPERATION, grants)) as session:
        yield session


def proposed(database: Database, act: Act = Act.ERASURE, by: str = "amal", custodies: Collection[Custody] = ()) -> UUID:
    """A proposal by the program itself, or by somebody who holds every right to propose."""
    grants = tuple(map(Grant, set(Role)))
    with work_of(database, by, grants) as session:
        return propose(session, act, SUBJECT, purpose=Purpose.RIGHTS, detail={"records": 1}, custodies=custodies)


def approved(database: Database) -> UUID:
    proposal = proposed(database)
    with work_of(database, "badr") as session:
        approve(session, proposal)
    return proposal


def state_of(database: Database, proposal: UUID) -> State:
    with work_of(database, "reader") as session:
        return find_proposal(session, proposal).state


def put_in(database: Database, cluster: EmbeddedCluster, name: str, proposal: UUID, **columns: object) -> None:
    """Set a row as the owner of the tables with triggers off: how a test gets to a state or a moment without waiting."""
    opened = connect(cluster.url(ADMINISTRATOR, name))
    with opened.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        what = ", ".join(f"{column} = {value}" for column, value in columns.items())
        connection.execute(text(f"UPDATE core.proposal SET {what} WHERE id = :id"), {"id": proposal})
    opened.close()
    believe(database)


class TestTheWay:
    """Proposed by one, approved by another, carried out once."""

    def test_two_people_and_then_the_deed(self, database: Database) -> None:
        proposal = proposed(database)
        with work_of(database, "badr") as session:
            [waiting] = open_proposals(session)
            assert (waiting.subject, waiting.proposed_by, waiting.detail) == (SUBJECT, "amal", {"records": 1})
            assert approve(session, proposal).state is State.APPROVED
        with work_of(database, "amal") as session:
            done = carry_out(session, proposal, Act.ERASURE, SUBJECT)
        assert (done.state, done.decided_by) == (State.CARRIED_OUT, "badr")
        with work_of(database, "badr") as session:
            assert open_proposals(session) == []

    def test_the_deed_is_done_once(self, database: Database) -> None:
        proposal = approved(database)
        with work_of(database, "amal") as session:
            carry_out(session, proposal, Act.ERASURE, SUBJECT)
        with pytest.raises(ProposalNotThere, match="carried_out"), work_of(database, "amal") as session:
            carry_out(session, proposal, Act.ERASURE, SUBJECT)

    def carry_out_and_fail(self, session: Session, proposal: UUID) -> None:
        carry_out(session, proposal, Act.ERASURE, SUBJECT)
        session.execute(text("SELECT 1 / 0"))

    def test_a_deed_that_fails_leaves_the_approval_as_it_was(self, database: Database) -> None:
        proposal = approved(database)
        with pytest.raises(DBAPIError), work_of(database, "amal") as session:
            self.carry_out_and_fail(session, proposal)
        assert state_of(database, proposal) is State.APPROVED

    def test_nothing_is_carried_out_without_approval(self, database: Database) -> None:
        proposal = proposed(database)
        with pytest.raises(ProposalNotThere), work_of(database, "amal") as session:
            carry_out(session, proposal, Act.ERASURE, SUBJECT)

    def test_an_approval_is_for_one_act_and_one_subject(self, database: Database) -> None:
        proposal = approved(database)
        for act, subject in ((Act.IDENTIFIED_EXPORT, SUBJECT), (Act.ERASURE, "casework.person:another")):
            with pytest.raises(ProposalForSomethingElse), work_of(database, "amal") as session:
                carry_out(session, proposal, act, subject)

    def test_the_program_may_propose_and_carry_out(self, database: Database) -> None:
        """A retention timer proposes erasure; an officer approves; a task does it."""
        with database.transaction(Zone.CASEWORK, operation=OPERATION, actor="retention") as session:
            proposal = propose(session, Act.ERASURE, SUBJECT, purpose=Purpose.RIGHTS)
        with work_of(database, "badr") as session:
            approve(session, proposal)
        with database.transaction(Zone.CASEWORK, operation=OPERATION, actor="worker") as session:
            assert carry_out(session, proposal, Act.ERASURE, SUBJECT).state is State.CARRIED_OUT

    @pytest.mark.parametrize("zone", [Zone.CASEWORK, Zone.KEYS, Zone.ANONYMIZER, Zone.IDENTITY])
    def test_it_works_in_each_zone_that_has_such_acts(self, database: Database, zone: Zone) -> None:
        with work_of(database, "amal", zone=zone) as session:
            proposal = propose(session, Act.ERASURE, SUBJECT, purpose=Purpose.RIGHTS)
        with work_of(database, "badr", zone=zone) as session:
            assert approve(session, proposal).decided_by == "badr"

    def test_a_proposal_of_another_operation_is_not_there(self, database: Database) -> None:
        proposal = proposed(database)
        elsewhere = Access("badr", "OTHER", OFFICER)
        with pytest.raises(ProposalUnknown), database.transaction(Zone.CASEWORK, access=elsewhere) as session:
            approve(session, proposal)


class TestWhoMay:
    """Rights are those of the act; and never one's own, and never the program."""

    @pytest.mark.parametrize(("act", "role"), list(product(Act, Role)))
    def test_proposing_needs_the_right_of_the_act(self, database: Database, act: Act, role: Role) -> None:
        def attempt() -> UUID:
            with work_of(database, "amal", (Grant(role),)) as session:
                return propose(session, act, SUBJECT, purpose=Purpose.SECURITY)

        if holds(role, RIGHTS[act][0]):
            assert state_of(database, attempt()) is State.PROPOSED
        else:
            with pytest.raises(NotAllowed):
                attempt()

    @pytest.mark.parametrize(("act", "role"), list(product(Act, Role)))
    def test_approving_and_rejecting_need_the_other_right(self, database: Database, act: Act, role: Role) -> None:
        for decide, reached in ((approve, State.APPROVED), (reject, State.REJECTED)):
            proposal = proposed(database, act)
            if holds(role, RIGHTS[act][1]):
                with work_of(database, "badr", (Grant(role),)) as session:
                    assert decide(session, proposal).state is reached
            else:
                with pytest.raises(NotAllowed), work_of(database, "badr", (Grant(role),)) as session:
                    decide(session, proposal)

    def test_nobody_approves_their_own(self, database: Database) -> None:
        proposal = proposed(database, by="amal")
        with pytest.raises(SecondPersonNeeded), work_of(database, "amal") as session:
            approve(session, proposal)
        assert state_of(database, proposal) is State.PROPOSED

    def test_one_may_withdraw_ones_own(self, database: Database) -> None:
        proposal = proposed(database, by="amal")
        with work_of(database, "amal", SUPERVISOR) as session:
            assert reject(session, proposal).decided_by == "amal"

    def test_the_program_never_approves(self, database: Database) -> None:
        proposal = proposed(database)
        with (
            pytest.raises(SecondPersonNeeded),
            database.transaction(Zone.CASEWORK, operation=OPERATION, actor="worker") as session,
        ):
            approve(session, proposal)

    def test_who_approves_must_reach_the_record(self, database: Database) -> None:
        proposal = proposed(database, Act.BULK_READ, custodies=[Custody("org", "north", "team-1", "amal")])
        with pytest.raises(NotAllowed), work_of(database, "badr", (Grant(Role.SUPERVISOR, team="team-2"),)) as session:
            approve(session, proposal)
        with work_of(database, "badr", (Grant(Role.SUPERVISOR, team="team-1"),)) as session:
            assert approve(session, proposal).state is State.APPROVED

    def test_and_each_of_them_where_there_are_several(self, database: Database) -> None:
        proposal = proposed(database, Act.BULK_READ, custodies=[Custody(team="team-1"), Custody(team="team-2")])
        one, two = Grant(Role.SUPERVISOR, team="team-1"), Grant(Role.SUPERVISOR, team="team-2")
        with work_of(database, "badr", (one,)) as session:
            assert (awaiting_decision(session), open_in_reach(session)) == ([], [])
        with pytest.raises(NotAllowed), work_of(database, "badr", (one,)) as session:
            approve(session, proposal)
        with work_of(database, "badr", (one, two)) as session:
            assert [waiting.id for waiting in awaiting_decision(session)] == [proposal]
            assert approve(session, proposal).state is State.APPROVED


class TestTime:
    """A proposal waits seven days for its decision, an approval one day for its deed."""

    @pytest.fixture(params=["proposed", "approved"])
    def overdue(self, request: pytest.FixtureRequest, database: Database, cluster: EmbeddedCluster, database_name: str) -> UUID:
        proposal = approved(database) if request.param == "approved" else proposed(database)
        put_in(database, cluster, database_name, proposal, until="now() - interval '1 second'")
        return proposal

    def test_what_is_overdue_is_void(self, database: Database, overdue: UUID) -> None:
        with work_of(database, "badr") as session:
            assert open_proposals(session) == []
            waits_for_decision = find_proposal(session, overdue).state is State.PROPOSED
        with pytest.raises(ProposalExpired), work_of(database, "badr") as session:
            _ = approve(session, overdue) if waits_for_decision else carry_out(session, overdue, Act.ERASURE, SUBJECT)

    def test_a_sweep_says_so(self, database: Database, overdue: UUID) -> None:
        with database.transaction(Zone.CASEWORK, operation=OPERATION, actor="worker") as session:
            assert expire_overdue(session) == 1
            assert expire_overdue(session) == 0
        assert state_of(database, overdue) is State.EXPIRED

    def test_a_sweep_leaves_what_has_time(self, database: Database) -> None:
        proposed(database)
        approved(database)
        with database.transaction(Zone.CASEWORK, operation=OPERATION, actor="worker") as session:
            assert expire_overdue(session) == 0


def test_every_step_and_every_refused_step_leaves_a_line(database: Database) -> None:
    proposal = proposed(database, by="amal")
    with pytest.raises(SecondPersonNeeded), work_of(database, "amal") as session:
        approve(session, proposal)
    with work_of(database, "badr") as session:
        approve(session, proposal)
    with work_of(database, "amal") as session:
        carry_out(session, proposal, Act.ERASURE, SUBJECT)
    with database.transaction(Zone.AUDIT) as session:
        written = [(line.actor, line.action, line.subject) for line in reversed(audited_entries(session))]
    lines = [line for line in written if line[1] != "sealed"]  # and each step leaves one of its new list
    assert lines == [
        ("amal", "proposed", SUBJECT),
        ("amal", "denied", f"core.proposal:{proposal}"),
        ("badr", "approved", SUBJECT),
        ("amal", "carried_out", SUBJECT),
    ]


class TestInTheDatabase:
    """PostgreSQL holds the rule against code that forgets it."""

    MOVED: Mapping[State, str] = {
        State.APPROVED: "decided_by = 'badr', decided_at = now()",
        State.REJECTED: "decided_by = 'badr', decided_at = now()",
    }

    @pytest.mark.parametrize(("start", "goal"), list(product(State, State)))
    def test_steps_are_the_same_as_in_the_code(
        self, database: Database, cluster: EmbeddedCluster, database_name: str, start: State, goal: State
    ) -> None:
        proposal = proposed(database)
        put_in(database, cluster, database_name, proposal, state=f"'{start.value}'")
        also = f", {self.MOVED[goal]}" if goal in self.MOVED else ""
        change = text(f"UPDATE core.proposal SET state = '{goal.value}'{also}")
        if goal in STEPS[start]:
            with work_of(database, "badr") as session:
                session.execute(change)
            believe(database)
            assert state_of(database, proposal) is goal
        else:
            with pytest.raises(DBAPIError, match="does not go from"), work_of(database, "badr") as session:
                session.execute(change)

    APPROVE = "UPDATE core.proposal SET state = 'approved', decided_by = :by, decided_at = now()"

    def test_ones_own_is_not_approved(self, database: Database) -> None:
        proposed(database, by="amal")
        with pytest.raises(DBAPIError, match="second person"), work_of(database, "amal") as session:
            session.execute(text(self.APPROVE), {"by": "amal"})

    def test_not_under_another_name_either(self, database: Database) -> None:
        proposed(database, by="amal")
        with pytest.raises(DBAPIError, match="who the transaction works for"), work_of(database, "amal") as session:
            session.execute(text(self.APPROVE), {"by": "badr"})

    def test_not_by_the_program(self, database: Database) -> None:
        proposed(database)
        with (
            pytest.raises(DBAPIError, match="second person"),
            database.transaction(Zone.CASEWORK, operation=OPERATION, actor="worker") as session,
        ):
            session.execute(text(self.APPROVE), {"by": "worker"})

    def test_not_after_its_time(self, database: Database, cluster: EmbeddedCluster, database_name: str) -> None:
        proposal = proposed(database)
        put_in(database, cluster, database_name, proposal, until="now() - interval '1 second'")
        with pytest.raises(DBAPIError, match="expired"), work_of(database, "badr") as session:
            session.execute(text(self.APPROVE), {"by": "badr"})

    def test_even_with_triggers_off_nobody_decides_their_own(
        self, database: Database, cluster: EmbeddedCluster, database_name: str
    ) -> None:
        proposal = proposed(database, by="amal")
        with pytest.raises(DBAPIError, match="second_person"):
            put_in(database, cluster, database_name, proposal, state="'approved'", decided_by="'amal'")

    def test_one_does_not_propose_in_anothers_name_or_already_approved(self, database: Database) -> None:
        add = text(
            "INSERT INTO core.proposal (id, operation, act, subject, purpose, detail, state, proposed_by, proposed_at, until) "
            "VALUES (:id, 'TEST', 'erasure', 's', 'rights', '{}', :state, :by, now(), now() + interval '1 day')"
        )
        for state, by in (("approved", "badr"), ("proposed", "amal")):
            with pytest.raises(DBAPIError, match="starts as proposed"), work_of(database, "badr") as session:
                session.execute(add, {"id": uuid4(), "state": state, "by": by})

    @pytest.mark.parametrize("column", ["act", "subject", "detail", "proposed_by", "operation"])
    def test_what_was_proposed_cannot_be_rewritten(self, database: Database, column: str) -> None:
        proposed(database)
        with pytest.raises(DBAPIError, match="permission denied"), work_of(database, "badr") as session:
            session.execute(text(f"UPDATE core.proposal SET {column} = {column}"))

    def test_nor_by_the_owner_of_the_tables(self, database: Database, cluster: EmbeddedCluster, database_name: str) -> None:
        proposed(database)
        opened = connect(cluster.url(ADMINISTRATOR, database_name))
        for change, refusal in (
            ("UPDATE core.proposal SET state = 'expired', subject = 'x'", "stays as it is"),
            ("DELETE FROM core.proposal", "never removed"),
            ("TRUNCATE core.proposal CASCADE", "append-only"),
        ):
            with opened.engine.connect() as connection, pytest.raises(DBAPIError, match=refusal):
                connection.execute(text(change))
        opened.close()

    @pytest.mark.parametrize("zone", [Zone.COLLECTION, Zone.RELEASE, Zone.STATISTICS, Zone.AUDIT])
    def test_other_zones_cannot_see_proposals(self, database: Database, zone: Zone) -> None:
        with pytest.raises(DBAPIError, match="permission denied"), database.transaction(zone) as session:
            session.execute(text("SELECT * FROM core.proposal"))
