"""Several lines of the audit log by one statement, each in the name of whoever did what it says.

One transaction may keep what several phones sent. Who, where and when of a line stay what PostgreSQL fills in; the function
states the actor as the program states it when a transaction begins, and afterwards whoever it was before.
"""

from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    # The transaction's id is given out before the first line's number, which the chain over the log relies on.
    op.execute(
        """
        CREATE FUNCTION core.add_audit_lines(
          deed varchar, purpose_of_all varchar, actors varchar[], subjects varchar[], details varchar[]
        ) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE before text := current_setting('waystation.actor');
        BEGIN
          PERFORM pg_current_xact_id();
          FOR place IN 1 .. cardinality(actors) LOOP
            PERFORM set_config('waystation.actor', actors[place], true);
            INSERT INTO core.audit_entry (action, subject, purpose, count, detail)
              VALUES (deed, subjects[place], purpose_of_all, 1, details[place]::jsonb);
          END LOOP;
          PERFORM set_config('waystation.actor', before, true);
        END $$
        """
    )
