"""The people around a person: relationships, the course of a household, children alone, trafficking history, perpetrators.

A relationship is shown to those alone who see both of its persons. The zone of comparison sees the clear columns of all.
"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"

COMPARISON = "waystation_comparison"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
WHOLE_OPERATION = "(SELECT current_setting('waystation.reach', true)) = '%'"
GRANTS = {
    "relationship": "SELECT, INSERT, UPDATE (ended_by, ended_at), DELETE",
    "child_care": "SELECT, INSERT",
    "best_interest_step": "SELECT, INSERT, UPDATE (outcome, done_by, done_at)",
    "history_event": "SELECT, INSERT, DELETE",
    "perpetrator": "SELECT, INSERT, DELETE",
    "household_member": "UPDATE (head, joined_by, joined_at, left_by, left_at)",
}
SEEN = {
    "relationship": "id, operation, person, other, noted_by, noted_at, ended_by, ended_at",
    "child_care": "id, person, operation, alone, decided_by, decided_at",
    "best_interest_step": "id, person, operation, planned_by, planned_at, done_by, done_at",
    "history_event": "id, person, operation, noted_by, noted_at",
    "perpetrator": "id, person, operation, noted_by, noted_at",
}


def upgrade() -> None:
    _households()
    _relationships()
    _children()
    for table in ("history_event", "perpetrator"):
        _of_person(table, sa.Column("said", sa.LargeBinary(), nullable=False), *_moment("noted"))
    for table, rights in GRANTS.items():
        op.execute(f"GRANT {rights} ON casework.{table} TO waystation_casework")
    for table, columns in SEEN.items():
        op.execute(f"GRANT SELECT ({columns}) ON casework.{table} TO {COMPARISON}")
        op.execute(f"CREATE POLICY compared ON casework.{table} FOR SELECT TO {COMPARISON} USING ({OWN_OPERATION})")
    op.execute(f"GRANT SELECT (head, joined_by, joined_at, left_by, left_at) ON casework.household_member TO {COMPARISON}")


def _households() -> None:
    head = sa.Column("head", sa.Boolean(), nullable=False, server_default=sa.false())
    for column in (head, *_moment("joined", needed=False), *_moment("left", needed=False)):
        op.add_column("household_member", column, schema="casework")
    op.create_check_constraint(
        "left",
        "household_member",
        "(left_at IS NULL) = (left_by IS NULL) AND NOT (head AND left_at IS NOT NULL)",
        schema="casework",
    )
    op.create_index(
        "uq_household_member_head",
        "household_member",
        ["household"],
        unique=True,
        postgresql_where=sa.text("head"),
        schema="casework",
    )


def _relationships() -> None:
    op.create_table(
        "relationship",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        _person("person"),
        _person("other"),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        *_moment("noted"),
        *_moment("ended", needed=False),
        sa.CheckConstraint("person <> other", name="ck_relationship_two_persons"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_relationship_ended"),
        schema="casework",
    )
    for end in ("person", "other"):
        op.create_index(f"ix_relationship_{end}", "relationship", [end], schema="casework")
    _wall("relationship", f"{_shown('person')} AND {_shown('other')}")


def _children() -> None:
    _of_person(
        "child_care",
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        *_moment("decided"),
    )
    alone = sa.text("alone")
    op.create_index("ix_child_care_alone", "child_care", ["operation", "person"], postgresql_where=alone, schema="casework")
    _of_person(
        "best_interest_step",
        sa.Column("planned", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.LargeBinary()),
        *_moment("planned"),
        *_moment("done", needed=False),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (outcome IS NULL)", name="ck_best_interest_step_done"
        ),
    )


def _of_person(table: str, *columns: "sa.Column[object] | sa.CheckConstraint") -> None:
    """A table of what is kept about one person, shown to whoever sees them."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), primary_key=True),
        _person("person"),
        sa.Column("operation", sa.String(), nullable=False),
        *columns,
        schema="casework",
    )
    op.create_index(f"ix_{table}_person", table, ["person"], schema="casework")
    _wall(table, _shown("person"))


def _person(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("casework.person.id", ondelete="CASCADE"), nullable=False)


def _moment(name: str, *, needed: bool = True) -> "tuple[sa.Column[object], sa.Column[object]]":
    """By whom and when."""
    return (
        sa.Column(f"{name}_by", sa.String(), nullable=not needed),
        sa.Column(f"{name}_at", sa.DateTime(timezone=True), nullable=not needed),
    )


def _shown(person: str) -> str:
    return f"EXISTS (SELECT FROM casework.person p WHERE p.id = {person})"


def _wall(table: str, visible: str) -> None:
    """What may be read may be written, and nothing else: no account ties a record to one that it cannot see."""
    wall = f"{OWN_OPERATION} AND ({WHOLE_OPERATION} OR ({visible}))"
    op.execute(f"ALTER TABLE casework.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE casework.{table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY need_to_know ON casework.{table} TO waystation_casework USING ({wall}) WITH CHECK ({wall})")
