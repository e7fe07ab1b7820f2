"""Bring a database to the newest shape (Alembic), as the login that owns the tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, make_url
from sqlalchemy.engine import create_engine

from core.database import translated
from core.settings import ROOT

__all__ = ["migrate"]

SCRIPTS: Path = ROOT / "migrations"


def migrate(owner: str | URL, program: str, *, to: str = "head") -> None:
    """Run every migration that is due, or those up to one; `program` is the login that is granted the zones.

    The owner need be no superuser, once one has made the extension PostGIS: a migration that changes rows lets the walls down
    for its step, for they hold the owner of the tables too.

    Raises `DatabaseDown` and `DatabaseFull`.
    """
    engine = create_engine(make_url(owner).set(drivername="postgresql+psycopg"))
    configuration = Config()
    configuration.set_main_option("script_location", str(SCRIPTS))
    configuration.attributes["program"] = program
    try:
        with translated(), engine.begin() as connection:
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, to)
    finally:
        engine.dispose()
