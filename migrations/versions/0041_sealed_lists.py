"""Sealed lists of the rows that decide what is done with persons; each zone reaches those of the tables that it works with.

A migration holds no key: what stands already is listed by `bin/waystation store seal`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

ITSELF = "(SELECT current_setting('waystation.reach', true)) = '%'"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
OF_IDENTITY = [
    *("identity.account", "identity.role_grant", "identity.unit", "identity.password", "identity.totp", "identity.passkey"),
    *("identity.recovery_code", "identity.enrolment", "identity.service_token"),
]
OF_COLLECTION = ["ingest.collector", "ingest.source", "forms.form_key"]
OF_EXPORTS = ["casework.export_recipient", "casework.export_plan", "casework.bulk_window"]
LISTS = {
    "waystation_identity": [*OF_IDENTITY, "core.proposal"],
    "waystation_collection": OF_COLLECTION,
    "waystation_casework": [*OF_COLLECTION, *OF_EXPORTS, "core.proposal", "core.policy"],
    "waystation_anonymizer": ["core.proposal", "core.policy"],
    "waystation_keys": ["core.proposal"],
    "waystation_audit": ["core.register_entry"],
}


def upgrade() -> None:
    op.create_table(
        "sealed_list",
        sa.Column("listed", sa.String(), primary_key=True),
        sa.Column("operation", sa.String(), primary_key=True),
        sa.Column("month", sa.String(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        schema="core",
    )
    # Each account sees its own windows; whether all are on their list, the program itself looks.
    op.execute(
        f"CREATE POLICY verified ON casework.bulk_window FOR SELECT TO waystation_casework USING ({OWN_OPERATION} AND {ITSELF})"
    )
    # Sessions are many and short, so each bears a seal of its own. Those that have none are over: people sign in again.
    op.add_column("session", sa.Column("seal", sa.LargeBinary()), schema="identity")
    op.execute("GRANT UPDATE (seal) ON identity.session TO waystation_identity")
    op.execute("ALTER TABLE core.sealed_list ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE core.sealed_list FORCE ROW LEVEL SECURITY")
    for zone, tables in LISTS.items():
        named = ", ".join(f"'{table}'" for table in tables)
        theirs = f"listed IN ({named})"
        op.execute(f"CREATE POLICY {zone} ON core.sealed_list TO {zone} USING ({theirs}) WITH CHECK ({theirs})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE (version, entries, seal) ON core.sealed_list TO {zone}")
