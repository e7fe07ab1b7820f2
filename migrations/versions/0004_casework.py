"""Schema `casework`: the personal-data store and the walls around it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# DELETE: a correction that takes a household member or a doubled report away takes data and key away too.
GRANTS = {
    "person": "SELECT, INSERT, UPDATE, DELETE",
    "household": "SELECT, INSERT",
    "household_member": "SELECT, INSERT, DELETE",
    "case": "SELECT, INSERT, UPDATE",
    "interview": "SELECT, INSERT, UPDATE, DELETE",
    "movement_event": "SELECT, INSERT, UPDATE, DELETE",
    "record_key": "SELECT, INSERT, DELETE",
    "token": "SELECT, INSERT, DELETE",
}
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"


def upgrade() -> None:
    op.execute("CREATE SCHEMA casework")
    _people()
    _what_was_reported()
    _keys_and_tokens()
    _row_level_security()
    _casework_zone()
    _anonymizer_zone()


def _people() -> None:
    op.create_table("person", *_sealed(), schema="casework")
    op.create_table("household", _id(), _operation(), schema="casework")
    op.create_table(
        "household_member",
        sa.Column("household", sa.Uuid(), sa.ForeignKey("casework.household.id"), primary_key=True),
        sa.Column("person", sa.Uuid(), sa.ForeignKey("casework.person.id"), primary_key=True),
        _operation(),
        sa.Column("role", sa.String(), nullable=False),
        schema="casework",
    )
    op.create_table(
        "case",
        _id(),
        _operation(),
        sa.Column("person", sa.Uuid(), sa.ForeignKey("casework.person.id"), nullable=False),
        sa.Column("household", sa.Uuid(), sa.ForeignKey("casework.household.id"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("screening_outcome", sa.String(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        schema="casework",
    )


def _what_was_reported() -> None:
    op.create_table(
        "interview",
        *_sealed(),
        *_from_submission(),
        sa.Column("case", sa.Uuid(), sa.ForeignKey("casework.case.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String()),
        schema="casework",
    )
    op.create_table(
        "movement_event", *_sealed(), *_from_submission(), sa.Column("week", sa.String(), nullable=False), schema="casework"
    )
    op.create_index("ix_movement_event_operation_week", "movement_event", ["operation", "week"], schema="casework")


def _keys_and_tokens() -> None:
    op.create_table(
        "record_key",
        sa.Column("record", sa.Uuid(), primary_key=True),
        sa.Column("kind", sa.String(), primary_key=True),
        _operation(),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        schema="casework",
    )
    op.create_table(
        "token",
        sa.Column("operation", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("token", sa.LargeBinary(), primary_key=True),
        sa.Column("record", sa.Uuid(), primary_key=True, index=True),
        schema="casework",
    )
    op.create_index(
        "uq_token_case_reference",
        "token",
        ["operation", "token"],
        unique=True,
        postgresql_where=sa.text("kind = 'case_reference'"),
        schema="casework",
    )


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _operation() -> sa.Column[Any]:
    return sa.Column("operation", sa.String(), nullable=False)


def _sealed() -> list[sa.Column[Any]]:
    parts = [sa.Column(part, sa.LargeBinary(), nullable=False) for part in ("identity", "contact", "narrative", "facts")]
    return [_id(), _operation(), sa.Column("row_version", sa.Integer(), nullable=False), *parts]


def _from_submission() -> list[sa.Column[Any]]:
    return [
        sa.Column("chain", sa.Uuid(), nullable=False, unique=True),
        sa.Column("submission", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _row_level_security() -> None:
    for table in GRANTS:
        op.execute(f'ALTER TABLE casework."{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE casework."{table}" FORCE ROW LEVEL SECURITY')


def _casework_zone() -> None:
    op.execute("GRANT USAGE ON SCHEMA casework TO waystation_casework")
    for table, rights in GRANTS.items():
        op.execute(f'GRANT {rights} ON casework."{table}" TO waystation_casework')
        op.execute(
            f'CREATE POLICY own_operation ON casework."{table}" TO waystation_casework '
            f"USING ({OWN_OPERATION}) WITH CHECK ({OWN_OPERATION})"
        )


def _anonymizer_zone() -> None:
    """It counts movements: their week, their facts and the keys of these facts are all it sees."""
    op.execute("GRANT USAGE ON SCHEMA casework TO waystation_anonymizer")
    op.execute("GRANT SELECT (id, operation, week, facts, row_version) ON casework.movement_event TO waystation_anonymizer")
    op.execute("GRANT SELECT ON casework.record_key TO waystation_anonymizer")
    op.execute(
        f"CREATE POLICY events_to_count ON casework.movement_event FOR SELECT TO waystation_anonymizer USING ({OWN_OPERATION})"
    )
    op.execute(
        "CREATE POLICY keys_of_facts ON casework.record_key FOR SELECT TO waystation_anonymizer "
        f"USING ({OWN_OPERATION} AND kind = 'movement_facts')"
    )
