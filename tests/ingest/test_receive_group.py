"""Posts taken in together: the plain ones at once, each other one left to be taken in alone, and in the end all the same."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access import UNASSIGNED, Custody
from core.audit import Action, audited_entries
from core.database import Zone
from core.erasure import Tally
from core.models import Operation
from core.postgres.driver_connection import driver_connection
from core.postgres.one_exchange import PLAN_ONCE
from forms import publish_form
from ingest import Outcome, PlainPosts, Post, Receipt, SealedPost, UploadedFile, erase_submissions, receive_submission
from ingest.collectors import Collector, add_collector, find_collector
from ingest.receive_group import ADD
from tests.ingest.conftest import FORM, OPERATION

PHOTO = UploadedFile("house.jpg", "image/jpeg", b"a house")
TOLD_ALONE = "taken in alone"


@pytest.fixture
def phones(household: Any) -> tuple[Collector, Collector]:
    """Two phones of the operation, of which one lies with a team."""
    return register(household, UNASSIGNED), register(household, Custody("ngo", "north", "team"))


def register(household: Any, custody: Custody, operation: str = OPERATION) -> Collector:
    with household.zone(Zone.COLLECTION, operation) as session:
        found = find_collector(session, add_collector(session, operation, "phone", custody=custody))
    assert found
    return found


def post(phone: Collector, xml: bytes, *files: UploadedFile) -> Post:
    return Post(phone.operation, str(phone.id), xml, files, phone.custody, phone.row_version)


def together(household: Any, *posts: Post) -> list[Any]:
    """What became of each, or that it is to be taken in alone."""
    plain, operation = PlainPosts(household.ring), posts[0].operation
    with household.zone(Zone.COLLECTION, operation) as session:
        sealed = [plain.seal(post, session) for post in posts]
    receipts = iter(keep(household, plain, [one for one in sealed if one]))
    told = [next(receipts) if one else None for one in sealed]
    return [receipt.outcome if receipt else TOLD_ALONE for receipt in told]


def keep(household: Any, plain: PlainPosts, sealed: Sequence[SealedPost]) -> Sequence[Receipt | None]:
    if not sealed:
        return []
    operation = sealed[0].arrival.post.operation
    group = plain.group(operation, sealed)
    return group.receipts(household.database.in_one_exchange(Zone.COLLECTION, group.said, operation=operation, actor="system"))


def test_plain_ones_are_kept_together_and_read_back_as_they_came(household: Any, phones: tuple[Collector, Collector]) -> None:
    posts = [post(phone, household.answers(f"uuid:{number}")) for number, phone in enumerate(phones)]
    posts.append(post(phones[0], household.answers("uuid:2", body="<photo>house.jpg</photo>"), PHOTO))
    posts.append(post(phones[0], household.answers("uuid:3", body="<photo>house.jpg</photo>")))
    assert together(household, *posts) == [Outcome.ACCEPTED] * 4
    stored = [household.read(Receipt(Outcome.ACCEPTED, one, complete=True)) for one in household.awaiting()]
    assert {one.xml for one in stored} == {one.xml for one in posts[:3]}  # the fourth waits for its photo
    assert [one.files for one in stored if one.xml == posts[2].xml] == [(PHOTO,)]
    assert {one.custody for one in stored} == {phone.custody for phone in phones}


def test_each_leaves_a_line_of_its_own_in_the_name_of_its_phone(household: Any, phones: tuple[Collector, Collector]) -> None:
    together(household, *(post(phones[number % 2], household.answers(f"uuid:{number}")) for number in range(4)))
    with household.zone(Zone.AUDIT) as session:
        lines = audited_entries(session, action=Action.RECEIVED)
        assert {line.subject for line in lines} == {f"ingest.submission:{one}" for one in household.awaiting()}
        assert [line.actor for line in reversed(lines)] == [f"collector:{phones[number % 2].id}" for number in range(4)]
        assert {(line.operation, line.zone) for line in lines} == {(OPERATION, Zone.COLLECTION)}


def test_what_is_looked_for_is_found_by_its_own_index_however_early_the_statement_was_planned(household: Any) -> None:
    """It is planned once, in an empty store, and as quick when much is there: no look reads all of the operation."""
    with household.zone(Zone.COLLECTION) as session:
        connection = driver_connection(session)
        connection.execute(PLAN_ONCE.replace("false", "true"))
        connection.execute("SELECT set_config('waystation.turns', '', true)")
        connection.execute(b"PREPARE keep AS " + ADD.text)
        nothing = ", ".join(["NULL"] * len(set(re.findall(rb"\$\d+", ADD.text))))
        plan = "".join(line for (line,) in connection.execute(f"EXPLAIN EXECUTE keep ({nothing})").fetchall())
    found = re.findall(r"Scan using (\w+) on submission .*?Index Cond: .*?AND \((\w+) >= ", plan)
    assert found == [("uq_submission_operation_replaces", "replaces"), ("uq_submission_operation_instance", "instance")]


class TestWhatIsLeftToBeTakenInAlone:
    def test_it_is_left_untouched_and_takes_no_other_with_it(self, household: Any, phones: tuple[Collector, Collector]) -> None:
        household.send(household.answers("uuid:1"))
        household.send(household.answers("uuid:edit", replaces="uuid:late"))
        phone, _ = phones
        odd = [
            household.answers("uuid:1", body=""),  # other answers under its id
            household.answers("uuid:2", replaces="uuid:1"),  # an edit
            household.answers("uuid:late"),  # what an edit replaced before it came
            b"unreadable",
            household.answers("uuid:3").replace(b'version="1"', b'version="9"'),
            household.answers("uuid:4"),  # the second of two in one group
        ]
        plain = [household.answers("uuid:4"), household.answers("uuid:1")]
        told = together(household, *(post(phone, xml) for xml in [*plain, *odd]))
        assert told == [Outcome.ACCEPTED, Outcome.RESENT, *[TOLD_ALONE] * len(odd)]
        assert household.quarantine() == []
        assert len(household.awaiting()) == 3

    def test_a_further_file_of_what_is_here(self, household: Any, phones: tuple[Collector, Collector]) -> None:
        xml = household.answers(body="<photo>house.jpg</photo>")
        assert together(household, post(phones[0], xml)) == [Outcome.ACCEPTED]
        assert together(household, post(phones[0], xml, PHOTO)) == [TOLD_ALONE]

    def test_what_was_erased(self, household: Any, phones: tuple[Collector, Collector]) -> None:
        receipt = household.send(household.answers("uuid:1"))
        with household.zone(Zone.CASEWORK) as session:
            erase_submissions(session, household.ring, OPERATION, [receipt.submission_id], Tally())
        edit = household.answers("uuid:2", replaces="uuid:1")
        assert together(household, *(post(phones[0], xml) for xml in (household.answers("uuid:1"), edit))) == [TOLD_ALONE] * 2
        assert household.awaiting() == []

    def test_what_somebody_else_is_at_work_on(self, household: Any, phones: tuple[Collector, Collector]) -> None:
        """As an erasure is: nobody waits for it, and what does not concern it is kept."""
        receipt = household.send(household.answers("uuid:1"))
        posts = [post(phones[0], household.answers(f"uuid:{number}")) for number in (1, 2)]
        with household.zone(Zone.CASEWORK) as session:
            erase_submissions(session, household.ring, OPERATION, [receipt.submission_id], Tally())
            assert together(household, *posts) == [TOLD_ALONE, Outcome.ACCEPTED]

    @pytest.mark.parametrize("change", ["nobody", "elsewhere", "another operation"])
    def test_a_phone_that_is_not_what_it_was(self, household: Any, phones: tuple[Collector, Collector], change: str) -> None:
        """It may have been known when it began to wait; what holds is what the transaction finds."""
        with household.zone(Zone.COLLECTION, "OTHER") as session:
            session.add(Operation(code="OTHER", names={"en": "Other"}))
        other = register(household, UNASSIGNED, "OTHER")
        collector, custody = {
            "nobody": (UUID(int=1), UNASSIGNED),
            "elsewhere": (phones[1].id, UNASSIGNED),
            "another operation": (other.id, UNASSIGNED),
        }[change]
        assert together(household, Post(OPERATION, str(collector), household.answers(), (), custody)) == [TOLD_ALONE]


INSTANCES = st.sampled_from(["uuid:1", "uuid:2", "uuid:3"])
POSTS = st.tuples(INSTANCES, st.sampled_from(["", "<photo>house.jpg</photo>"]), INSTANCES | st.just(""), st.booleans())


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=st.lists(st.lists(POSTS, min_size=1, max_size=4), max_size=3))
def test_in_the_end_it_is_as_if_each_had_come_alone(household: Any, groups: Sequence[Sequence[Any]]) -> None:
    """New answers, copies, edits, files and contradictions in any order: those left are taken in after their group."""
    alone, grouped = (fresh(household) for _ in range(2))
    for group in groups:
        posts = [(household.answers(i, body=b, replaces=r), [PHOTO] * f) for i, b, r, f in group]
        told = together(household, *(post(grouped, xml, *files) for xml, files in posts))
        order = [place for place, one in enumerate(told) if one != TOLD_ALONE]
        order += [place for place, one in enumerate(told) if one == TOLD_ALONE]
        for place in order:
            xml, files = posts[place]
            outcome = send(household, alone, xml, files).outcome
            if told[place] == TOLD_ALONE:
                told[place] = send(household, grouped, xml, files).outcome
            assert told[place] == outcome


def fresh(household: Any) -> Collector:
    """A phone of an operation of its own, which has the form."""
    with household.zone(Zone.CASEWORK) as session:
        code = f"OP{session.query(Operation).count()}"
    with household.zone(Zone.COLLECTION, code) as session:
        session.add(Operation(code=code, names={"en": code}))
        session.flush()
        publish_form(session, code, FORM, {})
    return register(household, UNASSIGNED, code)


def send(household: Any, phone: Collector, xml: bytes, files: Sequence[UploadedFile]) -> Receipt:
    with household.zone(Zone.COLLECTION, phone.operation) as session:
        return receive_submission(
            session, household.ring, operation=phone.operation, xml=xml, files=files, collector=str(phone.id)
        )
