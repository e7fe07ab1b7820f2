"""What is checked and told of added rows is so once for a statement, not once for a row: persons come by the hundred thousand.

A key wrapped under a retired version is refused as before (0008): whoever added it waits here for the lock of a version that
is just being retired, and looks afterwards. The search worker hears of many added persons in one notice.
"""

from alembic import op

revision = "0027"
down_revision = "0026"

VERSION_COLUMNS = {
    "casework.record_key": "key_version",
    "ingest.record_key": "version",
    "anonymizer.sealed_evidence": "key_version",
    "anonymizer.block_key": "key_version",
    "identity.account": "key_version",
    "core.register_entry": "key_version",
}
IDS_IN_A_NOTICE = 200  # of 37 characters: a notice holds less than 8,000


def upgrade() -> None:
    for table, version in VERSION_COLUMNS.items():
        _refuse_retired(table, version)
    _tell_of_added_persons()


def _refuse_retired(table: str, version: str) -> None:
    function = f"core.refuse_retired_{table.replace('.', '_')}"
    op.execute(f"DROP TRIGGER refuse_retired ON {table}")
    op.execute(
        f"""
        CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE retired integer;
        BEGIN
          PERFORM pg_advisory_xact_lock_shared(800800);
          SELECT k.version INTO retired FROM core.key_version k
            WHERE k.retired_at IS NOT NULL AND EXISTS (SELECT FROM added WHERE added.{version} = k.version) LIMIT 1;
          IF FOUND THEN
            RAISE EXCEPTION 'key version % is retired', retired USING ERRCODE = 'WSKEY';
          END IF;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        f"CREATE TRIGGER refuse_retired AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def _tell_of_added_persons() -> None:
    op.execute("DROP TRIGGER tell_of_person ON casework.person")
    op.execute(
        "CREATE TRIGGER tell_of_person AFTER UPDATE OR DELETE ON casework.person "
        "FOR EACH ROW EXECUTE FUNCTION casework.tell_of_person()"
    )
    op.execute(
        f"""
        CREATE FUNCTION casework.tell_of_persons() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_notify('waystation_person', operation || ' ' || string_agg(id::text, ' ')) FROM (
            SELECT operation, id, (row_number() OVER (PARTITION BY operation) - 1) / {IDS_IN_A_NOTICE} AS notice FROM added
          ) AS numbered GROUP BY operation, notice;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER tell_of_persons AFTER INSERT ON casework.person REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION casework.tell_of_persons()"
    )
