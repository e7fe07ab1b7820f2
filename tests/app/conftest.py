"""An installation that nobody configured, but for its database server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient

from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster
from core.settings import Settings


@pytest.fixture(scope="session", autouse=True)
def one_event_loop() -> Iterator[None]:
    """The requests of all tests go through one event loop and its threads, as on a server; or each would start its own."""
    with start_blocking_portal() as portal:
        TestClient.portal = portal
        yield
        TestClient.portal = None


@pytest.fixture
def settings(cluster: EmbeddedCluster, database_name: str, tmp_path: Path) -> Settings:
    """Its program logs in as on a server: a login that owns nothing, and an owner for the migrations."""
    owner = cluster.url(ADMINISTRATOR, database_name).render_as_string(hide_password=False)
    program = cluster.url(PROGRAM, database_name).render_as_string(hide_password=False)
    return Settings(database_url=program, database_owner_url=owner, var=tmp_path / "var")
