"""An installation that nobody configured, but for its database server."""

from pathlib import Path

import pytest

from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster
from core.settings import Settings


@pytest.fixture
def settings(cluster: EmbeddedCluster, database_name: str, tmp_path: Path) -> Settings:
    """Its program logs in as on a server: a login that owns nothing, and an owner for the migrations."""
    owner = cluster.url(ADMINISTRATOR, database_name).render_as_string(hide_password=False)
    program = cluster.url(PROGRAM, database_name).render_as_string(hide_password=False)
    return Settings(database_url=program, database_owner_url=owner, var=tmp_path / "var")
