"""One person, once: pairs that may be one person, links between those that are, and exchanges of tokens with partners.

A row that speaks of two persons is shown to those alone who see both.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
WHOLE_OPERATION = "(SELECT current_setting('waystation.reach', true)) = '%'"
GRANTS = {
    "merge": "SELECT, INSERT, UPDATE (undone_by, undone_at)",
    "duplicate_candidate": "SELECT, INSERT, DELETE, UPDATE (similarity, state, found_at, decided_by, decided_at)",
    "match_run": "SELECT, INSERT, UPDATE (compared_at)",
    "match_row": "SELECT, INSERT, DELETE",
}


def upgrade() -> None:
    _merges()
    _candidates()
    _exchanges()
    _wall("merge", f"{_shown('survivor')} AND {_shown('merged')}")
    _wall("duplicate_candidate", f"{_shown('first')} AND {_shown('second')}")
    _wall("match_row", _shown("person"))
    _wall("match_run", "true")  # says of nobody anything
    for table, rights in GRANTS.items():
        op.execute(f"GRANT {rights} ON casework.{table} TO waystation_casework")


def _person(name: str, *, index: bool = False) -> sa.Column[sa.Uuid]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("casework.person.id", ondelete="CASCADE"), nullable=False, index=index)


def _merges() -> None:
    op.create_table(
        "merge",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        _person("survivor"),
        _person("merged"),
        sa.Column("shown_first", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("former_custody", sa.String(), nullable=False),
        sa.Column("merged_by", sa.String(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String()),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("survivor <> merged", name="ck_merge_two_persons"),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="ck_merge_undone"),
        schema="casework",
    )
    standing = sa.text("undone_at IS NULL")
    op.create_index("uq_merge_merged", "merge", ["merged"], unique=True, postgresql_where=standing, schema="casework")
    op.create_index("ix_merge_survivor", "merge", ["survivor"], postgresql_where=standing, schema="casework")


def _candidates() -> None:
    op.create_table(
        "duplicate_candidate",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        _person("first"),
        _person("second"),
        sa.Column("similarity", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("first", "second", name="uq_duplicate_candidate_first_second"),
        sa.CheckConstraint("first < second", name="ck_duplicate_candidate_one_row_a_pair"),
        sa.CheckConstraint("similarity IN ('possible', 'likely')", name="ck_duplicate_candidate_similarity"),
        sa.CheckConstraint("(state = 'open') = (decided_by IS NULL)", name="ck_duplicate_candidate_decided"),
        sa.CheckConstraint("state IN ('open', 'different')", name="ck_duplicate_candidate_state"),
        schema="casework",
    )
    op.create_index("ix_duplicate_candidate_second", "duplicate_candidate", ["second"], schema="casework")
    op.create_index(
        "ix_duplicate_candidate_open",
        "duplicate_candidate",
        ["operation", "found_at"],
        postgresql_where=sa.text("state = 'open'"),
        schema="casework",
    )


def _exchanges() -> None:
    op.create_table(
        "match_run",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("salt_check", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("operation", "salt_check", name="uq_match_run_operation_salt_check"),
        schema="casework",
    )
    op.create_table(
        "match_row",
        sa.Column("run", sa.Uuid(), sa.ForeignKey("casework.match_run.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("row", sa.Integer(), primary_key=True, autoincrement=False),
        _person("person"),
        sa.Column("operation", sa.String(), nullable=False),
        schema="casework",
    )
    op.create_index("ix_match_row_person", "match_row", ["person"], schema="casework")


def _shown(person: str) -> str:
    return f"EXISTS (SELECT FROM casework.person p WHERE p.id = {person})"


def _wall(table: str, visible: str) -> None:
    """What may be read may be written, and nothing else: no account ties a record to one that it cannot see."""
    wall = f"{OWN_OPERATION} AND ({WHOLE_OPERATION} OR ({visible}))"
    op.execute(f"ALTER TABLE casework.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE casework.{table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY need_to_know ON casework.{table} TO waystation_casework USING ({wall}) WITH CHECK ({wall})")
