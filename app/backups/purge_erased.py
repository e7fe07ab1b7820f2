"""Purge from a restored database what was erased after its backup: by tombstone, and what has no key any more."""

from typing import Final

from sqlalchemy import Connection, text

__all__ = ["purge_erased"]

# What is erased, by temporary table: the ids of rows with a tombstone, and of rows whose key is gone.
ERASED: Final = {
    "erased_person": (
        "SELECT id FROM casework.person WHERE id IN (SELECT record FROM casework.tombstone)",
        """
        SELECT id FROM casework.person r
        WHERE NOT EXISTS (SELECT FROM casework.record_key k WHERE k.record = r.id AND k.kind = 'person')
        """,
    ),
    "erased_movement": (
        "SELECT id FROM casework.movement_event WHERE id IN (SELECT record FROM casework.tombstone)",
        """
        SELECT id FROM casework.movement_event r
        WHERE NOT EXISTS (SELECT FROM casework.record_key k WHERE k.record = r.id)
        """,
    ),
    "erased_raw": (
        """
        SELECT id FROM ingest.submission r WHERE id IN (SELECT record FROM casework.tombstone) OR EXISTS
            (SELECT FROM ingest.tombstone t WHERE t.operation = r.operation AND t.instance IN (r.instance, r.replaces))
        UNION SELECT id FROM ingest.quarantine WHERE id IN (SELECT record FROM casework.tombstone)
        """,
        """
        SELECT id FROM ingest.submission r WHERE NOT EXISTS (SELECT FROM ingest.record_key k WHERE k.record = r.id)
        UNION SELECT id FROM ingest.quarantine r
        WHERE content IS NOT NULL AND NOT EXISTS (SELECT FROM ingest.record_key k WHERE k.record = r.id)
        """,
    ),
}
WALLED: Final = text(
    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relforcerowsecurity AND n.nspname IN ('casework', 'ingest') ORDER BY 1"
)
CASES: Final = 'SELECT id FROM casework."case" WHERE person IN (SELECT id FROM erased_person)'
# In the order in which rows lean on one another; what hangs on a person alone falls with the person.
PURGE: Final = (
    ("casework.record_key", "record IN (SELECT id FROM erased_person UNION SELECT id FROM erased_movement)"),
    ("casework.token", "record IN (SELECT id FROM erased_person)"),
    ("casework.interview", f'"case" IN ({CASES})'),
    ('casework."case"', "person IN (SELECT id FROM erased_person)"),
    ("casework.household_member", "person IN (SELECT id FROM erased_person)"),
    ("casework.person", "id IN (SELECT id FROM erased_person)"),
    (
        "casework.household",
        """
        NOT EXISTS (SELECT FROM casework.household_member m WHERE m.household = household.id)
        AND NOT EXISTS (SELECT FROM casework."case" c WHERE c.household = household.id)
        """,
    ),
    ("casework.movement_event", "id IN (SELECT id FROM erased_movement)"),
    ("ingest.record_key", "record IN (SELECT id FROM erased_raw)"),
    ("ingest.attachment", "owner IN (SELECT id FROM erased_raw)"),
    ("ingest.quarantine", "id IN (SELECT id FROM erased_raw) OR submission_id IN (SELECT id FROM erased_raw)"),
    ("ingest.pulled", "submission IN (SELECT id FROM erased_raw)"),
    ("ingest.submission", "id IN (SELECT id FROM erased_raw)"),
)


def purge_erased(connection: Connection, *, without_key: bool) -> dict[str, int]:
    """Rows purged by table, as the owner of the tables, in one step.

    `without_key` is false where the keys are older than the data: a row without a key may then be a record that is only
    newer than the keys, so tombstones alone decide.
    """
    purged = {}
    connection.execute(text("BEGIN"))
    walled = connection.scalars(WALLED).all()
    for table in walled:  # for nobody else, and only until this step ends: the walls hold the owner off, too
        connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
    for name, (by_tombstone, by_key) in ERASED.items():
        which = f"{by_tombstone} UNION {by_key}" if without_key else by_tombstone
        connection.execute(text(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {which}"))
    for table, condition in PURGE:
        gone = connection.execute(text(f"DELETE FROM {table} WHERE {condition}"))
        if gone.rowcount:
            purged[table.replace('"', "")] = gone.rowcount
    for table in walled:
        connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
    connection.execute(text("COMMIT"))
    return purged
