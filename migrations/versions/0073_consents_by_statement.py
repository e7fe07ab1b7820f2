"""What follows from consents is worked out once for all that a statement adds, not for each of them.

The same follows. What is said for the first time replaces nothing, and of a person of whom nothing was ever shared, and whose
record is linked to no other, no sharing can end: for these nothing is looked for.
"""

from alembic import op

revision = "0073"
down_revision = "0072"

IDS_IN_A_NOTICE = 200  # as of persons (0027): a notice of PostgreSQL holds 8000 bytes
FORBIDS = "CASE {0}.purpose WHEN 'assistance' THEN '*' ELSE {0}.purpose END"
OF_ADDED = "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION"


def upgrade() -> None:
    _consents_restrict()
    _restrictions_end_sharing()
    _tell_of_added_restrictions()


def _consents_restrict() -> None:
    """Of several versions that come together the last one counts."""
    op.execute("DROP TRIGGER consent_restricts ON casework.consent")
    op.execute("DROP FUNCTION casework.restrict_by_consent()")
    op.execute(
        f"""
        CREATE FUNCTION casework.restrict_by_consents() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE said record;
        BEGIN
            FOR said IN SELECT * FROM added WHERE version > 1 LOOP
                UPDATE casework.restriction SET until = now(), ended_by = said.recorded_by
                WHERE person = said.person AND purpose = {FORBIDS.format("said")} AND recipient = said.recipient
                    AND consent IS NOT NULL AND coalesce(until, 'infinity') > now();
            END LOOP;
            INSERT INTO casework.restriction
                (id, person, consent, operation, purpose, recipient, since, until, reason, set_by, ended_by)
            SELECT gen_random_uuid(), a.person, a.id, a.operation, {FORBIDS.format("a")}, a.recipient,
                CASE a.state WHEN 'given' THEN a.valid_until ELSE now() END,
                CASE WHEN a.replaced_by IS NOT NULL THEN now() END,
                CASE a.state WHEN 'given' THEN 'expired' ELSE a.state END, a.recorded_by, a.replaced_by
            FROM (SELECT *, lead(recorded_by) OVER (PARTITION BY person, purpose, recipient ORDER BY version) AS replaced_by
                FROM added) AS a
            WHERE a.state <> 'given' OR a.valid_until IS NOT NULL;
            RETURN NULL;
        END $$
        """
    )
    op.execute(f"CREATE TRIGGER consents_restrict AFTER INSERT ON casework.consent {OF_ADDED} casework.restrict_by_consents()")


def _restrictions_end_sharing() -> None:
    op.execute("DROP TRIGGER restriction_ends_sharing ON casework.restriction")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION casework.end_sharing() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE stopped uuid;
        BEGIN
            FOR stopped IN SELECT DISTINCT person FROM added WHERE person IS NOT NULL AND purpose IN ('*', 'referral') LOOP
                IF EXISTS (SELECT FROM casework.opening WHERE person = stopped)
                    OR EXISTS (SELECT FROM casework.merge WHERE merged = stopped AND undone_at IS NULL)
                    OR EXISTS (SELECT FROM casework.merge WHERE survivor = stopped AND undone_at IS NULL)
                THEN
                    PERFORM casework.end_sharing_of(stopped);
                END IF;
            END LOOP;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        f"CREATE TRIGGER restrictions_end_sharing AFTER INSERT ON casework.restriction {OF_ADDED} casework.end_sharing()"
    )


def _tell_of_added_restrictions() -> None:
    op.execute("DROP TRIGGER restriction_told ON casework.restriction")
    op.execute(
        "CREATE TRIGGER restriction_told AFTER UPDATE ON casework.restriction "
        "FOR EACH ROW EXECUTE FUNCTION casework.tell_restriction()"
    )
    op.execute(
        f"""
        CREATE FUNCTION casework.tell_of_restrictions() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_notify('waystation_person', operation || ' ' || string_agg(person::text, ' ')) FROM (
            SELECT operation, person, (row_number() OVER (PARTITION BY operation) - 1) / {IDS_IN_A_NOTICE} AS notice
            FROM (SELECT DISTINCT operation, person FROM added WHERE person IS NOT NULL) AS persons
          ) AS numbered GROUP BY operation, notice;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        f"CREATE TRIGGER restrictions_told AFTER INSERT ON casework.restriction {OF_ADDED} casework.tell_of_restrictions()"
    )
