"""Identified exports, reading in bulk, and policies: what needs a second person, and what is kept of it.

A plan, a line of the log, a window and a policy's content are added and never rewritten; what may change is named by column.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0021"
down_revision = "0020"

OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
OWN_ACCOUNT = "actor = (SELECT current_setting('waystation.actor', true))"
MOMENT = sa.DateTime(timezone=True)
# What the zone casework may do with each table, and whether each account sees its own rows only.
TABLES = {
    "export_recipient": ("SELECT, INSERT, UPDATE (confirmed_by, confirmed_at, withdrawn_by, withdrawn_at)", False),
    "export_plan": ("SELECT, INSERT", False),
    "export_log": ("SELECT, INSERT", False),
    "bulk_window": ("SELECT, INSERT", True),
    "read_allowance": ("SELECT, INSERT, UPDATE (day, persons)", True),
    "person_read": ("SELECT, INSERT, UPDATE (day)", True),
}


def upgrade() -> None:
    _recipient()
    _plan_and_log()
    _reading()
    for table, (rights, own) in TABLES.items():
        shown = f"{OWN_OPERATION} AND {OWN_ACCOUNT}" if own else OWN_OPERATION
        op.execute(f"ALTER TABLE casework.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE casework.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY {'own_account' if own else 'own_operation'} ON casework.{table} TO waystation_casework "
            f"USING ({shown}) WITH CHECK ({shown})"
        )
        op.execute(f"GRANT {rights} ON casework.{table} TO waystation_casework")
    _policy()


def _recipient() -> None:
    op.create_table(
        "export_recipient",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("proposal", sa.Uuid(), sa.ForeignKey("core.proposal.id"), nullable=False, unique=True),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.String()),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("withdrawn_by", sa.String()),
        sa.Column("withdrawn_at", MOMENT),
        sa.CheckConstraint("confirmed_by <> added_by", name="second_person"),
        schema="casework",
    )


def _plan_and_log() -> None:
    op.create_table(
        "export_plan",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("recipient", sa.Uuid(), sa.ForeignKey("casework.export_recipient.id"), nullable=False),
        sa.Column("fields", ARRAY(sa.String()), nullable=False),
        sa.Column("persons", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("left_out", JSONB(), nullable=False),
        sa.Column("proposal", sa.Uuid(), sa.ForeignKey("core.proposal.id"), nullable=False, unique=True),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        schema="casework",
    )
    op.create_table(
        "export_log",
        sa.Column("export", sa.Uuid(), sa.ForeignKey("casework.export_plan.id"), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("recipient", sa.Uuid(), sa.ForeignKey("casework.export_recipient.id"), nullable=False),
        sa.Column("fields", ARRAY(sa.String()), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("left_out", JSONB(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("carried_out_by", sa.String(), nullable=False),
        sa.Column("carried_out_at", MOMENT, nullable=False),
        schema="casework",
    )


def _reading() -> None:
    op.create_table(
        "bulk_window",
        sa.Column("proposal", sa.Uuid(), sa.ForeignKey("core.proposal.id"), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        schema="casework",
    )
    op.create_table(
        "read_allowance",
        sa.Column("operation", sa.String(), primary_key=True),
        sa.Column("actor", sa.String(), primary_key=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        schema="casework",
    )
    op.create_table(
        "person_read",
        sa.Column("operation", sa.String(), primary_key=True),
        sa.Column("actor", sa.String(), primary_key=True),
        sa.Column("person", sa.Uuid(), sa.ForeignKey("casework.person.id", ondelete="CASCADE"), primary_key=True, index=True),
        sa.Column("day", sa.Date(), nullable=False),
        schema="casework",
    )


def _policy() -> None:
    zones = "waystation_casework, waystation_anonymizer"
    op.create_table(
        "policy",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("proposal", sa.Uuid(), sa.ForeignKey("core.proposal.id"), nullable=False, unique=True),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String()),
        sa.Column("activated_by", sa.String()),
        sa.Column("activated_at", MOMENT),
        sa.UniqueConstraint("operation", "kind", "version"),
        sa.CheckConstraint("approved_by <> proposed_by", name="second_person"),
        schema="core",
    )
    op.execute("ALTER TABLE core.policy ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE core.policy FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_operation ON core.policy TO {zones} USING ({OWN_OPERATION}) WITH CHECK ({OWN_OPERATION})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (approved_by, activated_by, activated_at) ON core.policy TO {zones}")
