"""What a person stops in one of their records ends what is shared of all of them, also where they are linked only later.

Not to have been asked in one record stops nothing in another.
"""

from alembic import op

revision = "0034"
down_revision = "0033"

OURS = "-"
ENDS = f"(r.recipient IN (o.recipient, o.actor) OR r.purpose = '*' OR (r.recipient = '{OURS}' AND o.recipient <> '{OURS}'))"


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION casework.linked_records(asked uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
            WITH RECURSIVE linked(id) AS (
                SELECT asked
                UNION
                SELECT CASE WHEN m.merged = l.id THEN m.survivor ELSE m.merged END
                FROM casework.merge m JOIN linked l ON l.id IN (m.merged, m.survivor) WHERE m.undone_at IS NULL
            )
            SELECT id FROM linked
        $$
        """
    )
    op.execute(
        f"""
        CREATE FUNCTION casework.end_sharing_of(asked uuid) RETURNS void LANGUAGE sql AS $$
            UPDATE casework.opening o SET until = least(o.until, stop.at)
            FROM (
                SELECT o.id, min(greatest(r.since, now())) AS at
                FROM casework.opening o JOIN casework.restriction r ON {ENDS}
                WHERE o.person IN (SELECT casework.linked_records(asked)) AND o.kind = 'shared' AND o.until > now()
                    AND r.person IN (SELECT casework.linked_records(asked)) AND r.purpose IN ('*', 'referral')
                    AND (r.person = o.person OR r.reason <> 'not_asked')
                    AND coalesce(r.until, 'infinity') > now()
                GROUP BY o.id
            ) stop
            WHERE o.id = stop.id
        $$
        """
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION casework.end_sharing() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM casework.end_sharing_of(NEW.person); RETURN NULL; END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION casework.end_sharing_of_linked() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM casework.end_sharing_of(NEW.survivor); RETURN NULL; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER merge_ends_sharing AFTER INSERT ON casework.merge "
        "FOR EACH ROW EXECUTE FUNCTION casework.end_sharing_of_linked()"
    )
