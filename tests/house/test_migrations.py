"""What the migrations make is what the models say, and every identified table has its wall."""

import importlib

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from core.database import Base
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster

for stage in ("core", "forms", "ingest", "casework", "anonymizer", "exports"):
    importlib.import_module(f"{stage}.models")
for module in ("core.identity.models", "core.policies", "ingest.review_models"):
    importlib.import_module(module)

OURS = {"core", "forms", "ingest", "casework", "anonymizer", "statistics", "identity"}
# Tables without row-level security, each with the reason why it needs none.
OPEN_TABLES = {
    "core.operation": "names of operations only",
    "core.place": "public gazetteer",
    "identity.unit": "names of organisations, areas and teams, used by the identity zone alone",
    "core.remains_destroyed": "moments only",
    "core.key_version": "fingerprints of keys, which are not secret",
    "core.audit_entry": "read by the audit zone alone, across operations",
    "core.audit_link": "digests of the audit log; the audit zone alone",
    "core.audit_head": "signed digests of the audit log; the audit zone alone",
    "core.audit_verification": "signed results of verifying the log; the audit zone alone",
}


def test_models_and_migrations_agree(cluster: EmbeddedCluster) -> None:
    engine = create_engine(cluster.url(ADMINISTRATOR, "pattern"))
    with engine.connect() as connection:
        options = {"include_schemas": True, "include_name": _is_ours, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name in OURS


@pytest.mark.parametrize("schema", sorted(OURS - {"statistics"}))
def test_every_table_of_identified_data_enforces_row_level_security(cluster: EmbeddedCluster, schema: str) -> None:
    engine = create_engine(cluster.url(ADMINISTRATOR, "pattern"))
    with engine.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS walled "
                "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = :schema"
            ),
            {"schema": schema},
        ).all()
    engine.dispose()
    assert tables
    assert {table.name for table in tables if not table.walled} <= set(OPEN_TABLES) | {"ingest.collector"}


def test_no_working_role_is_superuser_or_walks_past_the_walls(cluster: EmbeddedCluster) -> None:
    engine = create_engine(cluster.url(ADMINISTRATOR, "pattern"))
    with engine.connect() as connection:
        strong = connection.scalars(
            text(
                "SELECT rolname FROM pg_roles WHERE rolname LIKE 'waystation%' AND rolname <> :administrator "
                "AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"
            ),
            {"administrator": ADMINISTRATOR},
        ).all()
    engine.dispose()
    assert strong == []


def test_the_statistics_role_has_usage_on_nothing_but_statistics(cluster: EmbeddedCluster) -> None:
    engine = create_engine(cluster.url(ADMINISTRATOR, "pattern"))
    with engine.connect() as connection:
        usable = connection.scalars(
            text(
                "SELECT nspname FROM pg_namespace WHERE has_schema_privilege('waystation_statistics', oid, 'USAGE') "
                "AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
            )
        ).all()
    engine.dispose()
    assert usable == ["statistics"]
