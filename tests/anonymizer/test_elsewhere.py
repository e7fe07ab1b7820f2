"""Totals that others publish: entered by one, approved by another, and known to whoever attacks a period from then on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from anonymizer import audit, default_policy, elsewhere, officer, protect
from anonymizer.errors import OutsideDiffers, OutsideUnfit, ProtectedPeriodChanged
from anonymizer.tool.cell_names import write_cell
from anonymizer.weeks import load_protected, store_protected
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.listed import RowNotAsListed
from core.permissions import Role
from core.postgres.embedded_cluster import EmbeddedCluster
from core.second_person import SecondPersonNeeded
from tests.anonymizer.test_store_protected import administrate
from tests.officer_setting import OFFICER, WEEK, Setting, counted_week, protected_week

COLLEAGUE = Access("dina", "TEST", (Grant(Role.DATA_PROTECTION_OFFICER),))
COUNTED = counted_week(WEEK)


@pytest.fixture
def setting(database: Database, ring: KeyRing) -> Setting:
    return Setting.of(database, ring)


@contextmanager
def zone(setting: Setting, access: Access = OFFICER) -> Iterator[Session]:
    with setting.database.transaction(Zone.ANONYMIZER, access=access) as session:
        yield session


def hidden_large() -> tuple[str, str, int]:
    """A cell of arrivals that a week hides for the sake of others: its codes, and how many it holds."""
    kept = protected_week(WEEK)
    table, truth = kept.protected.tables[1], kept.counted[1]
    policy = kept.protected.policy
    for key, number in table.cells.items():
        count = truth.count(key)
        if number is None and count.persons >= policy.threshold and count.reports >= policy.contributors:
            return ",".join(key), write_cell(table.dimensions, key), count.persons
    raise AssertionError


def told(rows: str, *, title: str = "Bulletin 12", publisher: str = "Ministry of Relief") -> elsewhere.Publication:
    content = f"destination,sex,age,total,counted\n{rows}\n"
    return elsewhere.Publication(WEEK, publisher, title, date(2026, 2, 20), content)


def enter(setting: Setting, given: elsewhere.Publication) -> UUID:
    with zone(setting) as session:
        new = elsewhere.propose_publication(session, setting.ring, given)
    with zone(setting, COLLEAGUE) as session:
        elsewhere.approve_publication(session, new)
    with zone(setting) as session:
        elsewhere.activate_publication(session, new)
    return new


def known(setting: Setting) -> elsewhere.Known:
    with zone(setting) as session:
        return elsewhere.known_elsewhere(session, "TEST", WEEK, COUNTED.tables)


def test_it_takes_two_people_and_is_known_only_then(setting: Setting) -> None:
    codes, _, persons = hidden_large()
    with zone(setting) as session:
        new = elsewhere.propose_publication(session, setting.ring, told(f"{codes},{persons},"))
    with pytest.raises(SecondPersonNeeded), zone(setting) as session:
        elsewhere.approve_publication(session, new)
    assert known(setting) == elsewhere.Known((), ())
    with zone(setting, COLLEAGUE) as session:
        elsewhere.approve_publication(session, new)
    assert known(setting) == elsewhere.Known((), ())
    with zone(setting) as session:
        elsewhere.activate_publication(session, new)
    [stated] = known(setting).stated
    assert (stated.publisher, stated.title, stated.published_on, stated.totals) == (
        "Ministry of Relief",
        "Bulletin 12",
        "2026-02-20",
        1,
    )
    with zone(setting) as session:
        [version] = elsewhere.list_publications(session, purpose=Purpose.STATISTICS)
    assert (version.version, version.active, version.proposed_by, version.approved_by) == (1, True, "paul", "dina")
    assert version.known is None


def test_a_week_is_protected_against_whoever_knows_the_total_too(setting: Setting) -> None:
    """The total gives away what the week hid without it; with it the week hides more, and says what it knew."""
    codes, _, persons = hidden_large()
    enter(setting, told(f"{codes},{persons},same"))
    before, found = protected_week(WEEK).protected, known(setting)
    assert not audit(before.tables, before.policy, outside=found.totals).passed
    after = replace(protect(COUNTED, default_policy(), outside=found.totals), elsewhere=found.stated)
    assert audit(after.tables, after.policy, outside=found.totals).passed
    assert audit(after.tables, after.policy).passed
    with zone(setting) as session:
        store_protected(session, setting.ring, after, COUNTED.tables)
        stored = load_protected(session, setting.ring, "TEST", WEEK)
    assert stored.elsewhere == found.stated
    with zone(setting) as session:
        assert [it.known for it in elsewhere.list_publications(session, purpose=Purpose.STATISTICS)] == [True]
        assert elsewhere.known_then(session, stored, COUNTED.tables) == found


def test_what_a_proof_knew_cannot_be_changed_in_the_database(
    setting: Setting, cluster: EmbeddedCluster, database_name: str
) -> None:
    codes, _, persons = hidden_large()
    enter(setting, told(f"{codes},{persons},same"))
    found = known(setting)
    protected = replace(protect(COUNTED, default_policy(), outside=found.totals), elsewhere=found.stated)
    with zone(setting) as session:
        store_protected(session, setting.ring, protected, COUNTED.tables)
    administrate(cluster, database_name, "UPDATE anonymizer.proof SET elsewhere = '[]'")
    with pytest.raises(ProtectedPeriodChanged), zone(setting) as session:
        load_protected(session, setting.ring, "TEST", WEEK)


def test_totals_changed_in_the_database_are_not_used(setting: Setting, cluster: EmbeddedCluster, database_name: str) -> None:
    codes, _, persons = hidden_large()
    enter(setting, told(f"{codes},{persons},same"))
    change = "UPDATE anonymizer.outside_publication SET content = replace(content, 'same', 'otherwise')"
    administrate(cluster, database_name, change)
    with pytest.raises(elsewhere.PublicationChanged):
        known(setting)


def test_one_deleted_from_the_database_is_missed(setting: Setting, cluster: EmbeddedCluster, database_name: str) -> None:
    """Without it the week would be protected as if nobody had published anything."""
    codes, _, persons = hidden_large()
    enter(setting, told(f"{codes},{persons},same"))
    administrate(cluster, database_name, "DELETE FROM anonymizer.outside_publication")
    with pytest.raises(RowNotAsListed, match="missing"):
        known(setting)


def test_two_who_propose_the_same_at_the_same_moment_take_turns(setting: Setting) -> None:
    codes, _, persons = hidden_large()
    given = told(f"{codes},{persons},same")

    def propose_it() -> UUID:
        with zone(setting) as session:
            return elsewhere.propose_publication(session, setting.ring, given)

    with ThreadPoolExecutor(1) as colleague:
        with zone(setting) as session:
            first = elsewhere.propose_publication(session, setting.ring, given)
            second = colleague.submit(propose_it)
            while not session.scalars(text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")).one():
                assert not second.done()
        assert second.result() != first
    with zone(setting) as session:
        listed = elsewhere.list_publications(session, purpose=Purpose.STATISTICS)
    assert sorted(it.version for it in listed) == [1, 2]


def test_a_correction_is_the_next_version_and_takes_its_place(setting: Setting) -> None:
    codes, _, persons = hidden_large()
    enter(setting, told(f"{codes},{persons + 1},same"))
    with pytest.raises(OutsideDiffers, match="Ministry of Relief: Bulletin 12, line 2"):
        known(setting)
    enter(setting, told(f"{codes},{persons + 1},otherwise"))
    assert known(setting) == elsewhere.Known((), ())
    with zone(setting) as session:
        listed = elsewhere.list_publications(session, purpose=Purpose.STATISTICS)
    assert [(it.version, it.active) for it in listed] == [(2, True), (1, False)]


def test_of_a_week_that_was_protected_before_the_officer_is_told_what_is_left_open_now(setting: Setting) -> None:
    kept = setting.protect(WEEK)
    codes, cell, persons = hidden_large()
    with zone(setting) as session:
        before = officer.explain_cell(session, setting.ring, WEEK, cell, purpose=Purpose.STATISTICS)
    enter(setting, told(f"{codes},{persons},same"))
    with zone(setting) as session:
        after = officer.explain_cell(session, setting.ring, WEEK, cell, purpose=Purpose.STATISTICS)
    assert before.interval.low < before.interval[1]
    assert after.interval == (persons, persons)
    with zone(setting) as session:
        assert load_protected(session, setting.ring, "TEST", WEEK).tables == kept.protected.tables
        assert [it.known for it in elsewhere.list_publications(session, purpose=Purpose.STATISTICS)] == [False]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"content": "colour,total\nred,3\n"}, OutsideUnfit),
        ({"content": "destination,total\nXM99,3\n"}, OutsideUnfit),
        ({"publisher": " "}, elsewhere.PublicationUnfit),
        ({"content": "x" * 100_001}, elsewhere.PublicationUnfit),
    ],
)
def test_what_cannot_be_used_is_not_proposed(setting: Setting, change: dict[str, str], problem: type[Exception]) -> None:
    with pytest.raises(problem), zone(setting) as session:
        elsewhere.propose_publication(session, setting.ring, replace(told("XM,,,3,"), **change))
    with zone(setting) as session:
        assert elsewhere.list_publications(session, purpose=Purpose.STATISTICS) == []


def test_who_may_neither_keep_nor_approve_sees_nothing(setting: Setting) -> None:
    for role in set(Role) - {Role.PROTECTION_OFFICER, Role.DATA_PROTECTION_OFFICER}:
        with pytest.raises(NotAllowed), zone(setting, Access("x", "TEST", (Grant(role),))) as session:
            elsewhere.list_publications(session, purpose=Purpose.STATISTICS)


def test_every_step_is_in_the_log(setting: Setting) -> None:
    codes, _, persons = hidden_large()
    new = enter(setting, told(f"{codes},{persons},same"))
    with setting.database.transaction(Zone.AUDIT) as session:
        lines = [it for it in audited_entries(session) if it.subject == f"anonymizer.outside_publication:{new}"]
    assert {(it.action, it.actor) for it in lines} == {
        (Action.PROPOSED, "paul"),
        (Action.APPROVED, "dina"),
        (Action.CARRIED_OUT, "paul"),
    }
