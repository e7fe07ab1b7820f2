"""The zone of comparison: what stands in clear about records in anybody's reach, and how often their keys' lists changed.

It is entered for one question at a time, to compare what stands with what the records' keys list. It sees no ciphertext but
those lists, and of the audit log the lines on such lists alone: so the log has row-level security from now on, which lets
everybody write who has the right to, and the audit zone read all.
"""

from alembic import context, op

revision = "0040"
down_revision = "0039"

COMPARISON = "waystation_comparison"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
SEEN = {
    "case": "id, operation, person, household, state, screening_outcome, opened_at, reference",
    "consent": "id, person, operation, purpose, recipient, version, state, basis, given_by, text_version, language, said_at, "
    "said_to, valid_until, recorded_by, recorded_at",
    "duplicate_candidate": "id, operation, first, second, similarity, state, found_at, decided_by, decided_at",
    "file": "id, person, operation, part, row_version, chain, replaced_at",
    "former_version": "id, person, operation, of, record, row_version, changed_by, changed_at",
    "hold": "id, person, operation, set_by, set_at, until, lifted_by, lifted_at",
    "household_member": "household, person, operation, role",
    "interview": 'id, operation, "case", kind, state, chain, submission, received_at, admitted_at',
    "kept_from": "person, part, actor, operation, set_by, set_at",
    "merge": "id, operation, survivor, merged, shown_first, former_custody, merged_by, merged_at, undone_by, undone_at",
    "movement_event": "id, operation, week, chain, submission, received_at, admitted_at",
    "opening": "id, person, operation, custody, actor, recipient, kind, parts, opened_by, opened_at, until, reviewed_by, "
    "reviewed_at, justified",
    "person": "id, operation, custody",
    "record_key": "record, kind, operation, versions",
    "restriction": "id, person, movement_event, consent, operation, purpose, recipient, since, until, reason, set_by, ended_by",
    "rights_request": "id, person, operation, kind, received_at, received_by, due_at, answered_at, answered_by, outcome",
    "token": "operation, kind, token, record",
}


def upgrade() -> None:
    _zone()
    for table, columns in SEEN.items():
        op.execute(f'GRANT SELECT ({columns}) ON casework."{table}" TO {COMPARISON}')
        op.execute(f'CREATE POLICY compared ON casework."{table}" FOR SELECT TO {COMPARISON} USING ({OWN_OPERATION})')
    _log()
    # A link that was undone is compared too.
    op.drop_index("ix_merge_survivor", "merge", schema="casework")
    op.create_index("ix_merge_survivor", "merge", ["survivor"], schema="casework")
    op.create_index("ix_merge_merged", "merge", ["merged"], schema="casework")


def _zone() -> None:
    program = context.config.attributes["program"]
    op.execute(
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{COMPARISON}') "
        f"THEN CREATE ROLE {COMPARISON} NOLOGIN; END IF; END $$"
    )
    op.execute(f'GRANT {COMPARISON} TO "{program}"')
    op.execute(f"GRANT USAGE ON SCHEMA core, casework TO {COMPARISON}")


def _log() -> None:
    op.execute("CREATE INDEX ix_audit_entry_listed ON core.audit_entry (subject) WHERE action = 'listed'")
    op.execute(f"GRANT SELECT (operation, action, subject, detail) ON core.audit_entry TO {COMPARISON}")
    op.execute("ALTER TABLE core.audit_entry ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY written ON core.audit_entry FOR INSERT WITH CHECK (true)")
    op.execute("CREATE POLICY audited ON core.audit_entry FOR SELECT TO waystation_audit USING (true)")
    op.execute(
        f"CREATE POLICY compared ON core.audit_entry FOR SELECT TO {COMPARISON} USING (action = 'listed' AND {OWN_OPERATION})"
    )
