"""Protected weeks in the database: stored once with their proof, and refused when anything was changed."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from anonymizer import TOTAL, Policy, ProtectedPeriod, parse_policy, protect
from anonymizer.counted_week import CountedWeek
from anonymizer.dimension import flat_dimension
from anonymizer.errors import PeriodAlreadyProtected, PeriodNotProtected, ProtectedPeriodChanged
from anonymizer.prove import prove
from anonymizer.weeks import load_counts, load_protected, store_protected
from anonymizer.weeks.sealed_evidence import load_evidence
from core.audit import Action, audited_entries
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.periods.week import Week
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster

WEEK = Week(2026, 7)
ROWS, COLUMNS = flat_dimension("origin", ["a", "b", "c"]), flat_dimension("reason", ["x", "y", "z"])


@pytest.fixture(scope="module")
def truth(count_week) -> CountedWeek:
    counts = {"ax": 2, "ay": 20, "az": 30, "bx": 20, "by": 20, "bz": 30, "cx": 40, "cy": 40, "cz": 40}
    told = [[({"origin": cell[0], "reason": cell[1]}, 1)] for cell, count in counts.items() for _ in range(count)]
    return count_week({"movements": (ROWS, COLUMNS), "origins": (ROWS,)}, told)


@pytest.fixture(scope="module")
def week(truth: CountedWeek) -> ProtectedPeriod:
    return protect(truth, Policy())


@pytest.fixture
def stored(database: Database, ring: KeyRing, week: ProtectedPeriod, truth: CountedWeek) -> Database:
    """A database that holds the protected week."""
    with database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        store_protected(session, ring, week, truth.tables)
    return database


def administrate(cluster: EmbeddedCluster, database_name: str, statement: str) -> None:
    """Somebody with all rights in the database changes it by hand."""
    engine = create_engine(cluster.url(ADMINISTRATOR, database_name))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def load(database: Database, ring: KeyRing, zone: Zone = Zone.RELEASE) -> ProtectedPeriod:
    with database.transaction(zone, operation="TEST") as session:
        return load_protected(session, ring, "TEST", WEEK)


def test_release_reads_back_what_was_proven_without_the_evidence(
    stored: Database, ring: KeyRing, week: ProtectedPeriod
) -> None:
    loaded = load(stored, ring)
    assert loaded == week
    assert loaded.proof.evidence is None


def test_storing_leaves_an_audit_line_with_digests_and_no_counts_of_persons(stored: Database, week: ProtectedPeriod) -> None:
    with stored.transaction(Zone.AUDIT) as session:
        [entry] = audited_entries(session, action=Action.PROTECTED)
    assert (entry.zone, entry.count) == (Zone.ANONYMIZER.value, 2)
    assert entry.detail["digests"] == week.proof.digests


def test_storing_the_same_again_changes_nothing(stored: Database, ring: KeyRing, truth: CountedWeek) -> None:
    with stored.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        store_protected(session, ring, protect(truth, Policy()), truth.tables)
        store_protected(session, ring, load_protected(session, ring, "TEST", WEEK), truth.tables)
    with stored.transaction(Zone.AUDIT) as session:
        assert len(audited_entries(session, action=Action.PROTECTED)) == 1


def test_another_version_of_a_week_is_refused(stored: Database, ring: KeyRing, truth: CountedWeek, count_week) -> None:
    """By their difference two versions would give away what both of them hide."""
    late = count_week({"movements": (ROWS, COLUMNS), "origins": (ROWS,)}, [[({"origin": "a", "reason": "x"}, 9)]] * 3)
    for other in (protect(late, Policy()), protect(truth, Policy(threshold=4))):
        with (
            pytest.raises(PeriodAlreadyProtected, match="2026-W07 of TEST"),
            stored.transaction(Zone.ANONYMIZER, operation="TEST") as session,
        ):
            store_protected(session, ring, other, truth.tables)
    assert load(stored, ring).policy == Policy()


RULES = """
complements = true
version = "2026-02"
[[sensitive]]
codes = { reason = "x", origin = ["a", "b"] }
threshold = 11
[[sensitive]]
codes = { reason = "*" }
group = true
[[cost]]
dimension = "origin"
level = 1
times = 4
[table.origins]
threshold = 6
sensitive = []
"""


def test_a_week_under_further_rules_is_read_back_with_them_and_without_none(
    database: Database, ring: KeyRing, truth: CountedWeek, cluster: EmbeddedCluster, database_name: str
) -> None:
    week = protect(truth, parse_policy(RULES, Path("policy.toml")))
    with database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        store_protected(session, ring, week, truth.tables)
    assert load(database, ring) == week
    administrate(cluster, database_name, "UPDATE anonymizer.proof SET policy = policy - 'complements'")
    with pytest.raises(ProtectedPeriodChanged):
        load(database, ring)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE anonymizer.protected_table SET cells = jsonb_set(cells, '{1}', '7')",
        "UPDATE anonymizer.protected_table SET cells = cells - 1",
        "UPDATE anonymizer.protected_table SET name = name || 's'",
        'UPDATE anonymizer.protected_table SET dimensions = \'[["origin", [["a", null]]]]\' WHERE position = 1',
        "DELETE FROM anonymizer.protected_table WHERE position = 1",
        "UPDATE anonymizer.proof SET policy = jsonb_set(policy, '{threshold}', '3')",
        "UPDATE anonymizer.proof SET policy = policy || '{\"rule\": 1}'",
        "UPDATE anonymizer.proof SET seal = sha256(seal)",
    ],
)
def test_whatever_is_changed_by_hand_is_noticed(
    stored: Database, ring: KeyRing, cluster: EmbeddedCluster, database_name: str, change: str
) -> None:
    administrate(cluster, database_name, change)
    with pytest.raises(ProtectedPeriodChanged, match="2026-W07 of TEST"):
        load(stored, ring)


def test_a_week_moved_to_another_date_is_noticed(
    stored: Database, ring: KeyRing, cluster: EmbeddedCluster, database_name: str
) -> None:
    moved = "ALTER TABLE anonymizer.{0} DISABLE TRIGGER ALL; UPDATE anonymizer.{0} SET period = '2026-W08'"
    for table in ("protected_table", "proof"):
        administrate(cluster, database_name, moved.format(table))
    with pytest.raises(ProtectedPeriodChanged), stored.transaction(Zone.RELEASE, operation="TEST") as session:
        load_protected(session, ring, "TEST", Week(2026, 8))


def test_a_week_that_was_not_protected_cannot_be_read(database: Database, ring: KeyRing) -> None:
    with pytest.raises(PeriodNotProtected, match="Protect it first"):
        load(database, ring)


def test_the_database_takes_no_table_without_a_proof_and_no_proof_without_evidence(database: Database) -> None:
    table = "INSERT INTO anonymizer.protected_table VALUES ('TEST', '2026-W07', 0, 'movements', '[]', '[]')"
    proof = "INSERT INTO anonymizer.proof (operation, period, policy, seal) VALUES ('TEST', '2026-W07', '{}', '')"
    for statement in (table, proof):
        with pytest.raises(IntegrityError), database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
            session.execute(text(statement))


def test_the_evidence_proves_the_stored_tables_again(stored: Database, ring: KeyRing, truth: CountedWeek) -> None:
    with stored.transaction(Zone.ANONYMIZER, operation="TEST", actor="inge") as session:
        evidence = load_evidence(session, ring, "TEST", WEEK)
        loaded = load_protected(session, ring, "TEST", WEEK)
    assert prove(truth.tables, loaded.tables, evidence.alternatives, loaded.policy).proof.evidence == evidence
    with stored.transaction(Zone.AUDIT) as session:
        assert [entry.actor for entry in audited_entries(session, action=Action.READ)] == ["inge"]


def test_what_was_counted_is_kept_sealed_as_it_was(stored: Database, ring: KeyRing, truth: CountedWeek) -> None:
    """A month must be the sum of its weeks as they were released, whatever came or went since."""
    with stored.transaction(Zone.ANONYMIZER, operation="TEST", actor="inge") as session:
        assert load_counts(session, ring, load_protected(session, ring, "TEST", WEEK)) == truth.tables
    with stored.transaction(Zone.AUDIT) as session:
        assert [entry.actor for entry in audited_entries(session, action=Action.READ)] == ["inge"]


def test_who_is_alone_in_which_cells_is_kept_with_the_counts(
    database: Database, ring: KeyRing, week: ProtectedPeriod, truth: CountedWeek
) -> None:
    """Only by number, so that a month knows which cells of a week are one contributor's."""
    first, *others = truth.tables
    cell = next(key for key, count in first.cells.items() if count.reports == 2)
    told = replace(first, cells={**first.cells, cell: replace(first.count(cell), alone=7)})
    with database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        store_protected(session, ring, week, (told, *others))
        again, *_ = load_counts(session, ring, week)
    assert {key: count.alone for key, count in again.cells.items() if count.alone is not None} == {cell: 7}


def test_the_evidence_lies_in_the_database_as_ciphertext_only(stored: Database, week: ProtectedPeriod) -> None:
    with stored.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        content = session.scalar(text("SELECT content FROM anonymizer.sealed_evidence"))
    assert content is not None
    assert b"origin" not in content


@pytest.mark.parametrize("zone", [Zone.RELEASE, Zone.STATISTICS, Zone.COLLECTION, Zone.CASEWORK, Zone.AUDIT])
def test_only_the_anonymizer_reads_the_evidence(stored: Database, zone: Zone) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), stored.transaction(zone, operation="TEST") as session:
        session.execute(text("SELECT * FROM anonymizer.sealed_evidence"))


@pytest.mark.parametrize("zone", [Zone.STATISTICS, Zone.COLLECTION, Zone.CASEWORK, Zone.AUDIT])
def test_only_release_reads_protected_tables(stored: Database, zone: Zone) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), stored.transaction(zone, operation="TEST") as session:
        session.execute(text("SELECT * FROM anonymizer.protected_table"))


@pytest.mark.parametrize("zone", [Zone.ANONYMIZER, Zone.RELEASE])
@pytest.mark.parametrize("table", ["sealed_evidence", "proof", "protected_table"])
def test_nobody_changes_or_removes_what_was_proven(stored: Database, zone: Zone, table: str) -> None:
    for statement in (f"UPDATE anonymizer.{table} SET period = '2026-W01'", f"DELETE FROM anonymizer.{table}"):
        with pytest.raises(DBAPIError, match="permission denied"), stored.transaction(zone, operation="TEST") as session:
            session.execute(text(statement))


def test_another_operation_sees_nothing_and_adds_nothing_here(stored: Database, ring: KeyRing, week: ProtectedPeriod) -> None:
    with pytest.raises(PeriodNotProtected), stored.transaction(Zone.RELEASE, operation="OTHER") as session:
        load_protected(session, ring, "TEST", WEEK)
    later = replace(week, period=Week(2026, 8))
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        stored.transaction(Zone.ANONYMIZER, operation="OTHER") as session,
    ):
        store_protected(session, ring, later, ())


def test_the_grand_total_in_the_database_is_the_one_that_was_counted(stored: Database, ring: KeyRing) -> None:
    assert load(stored, ring).tables[0].cells[TOTAL, TOTAL] == 242
