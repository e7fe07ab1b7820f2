"""`waystation store verify`, as typed."""

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from app.cli.main import commands
from app.cli.store import StoreDamaged
from app.program import open_program
from core.database import Zone
from core.models import Operation
from core.settings import Settings
from tests.app.test_search_worker import HERE, OPERATION, add


def test_a_sound_store_is_said_and_a_changed_record_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("database_url", "database_owner_url", "var"):
        monkeypatch.setenv(f"WAYSTATION_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("COLUMNS", "300")
    with open_program(settings) as program:
        with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            session.add(Operation(code=OPERATION, names={}))
        person = add(program, "Amal", HERE)
    sound = CliRunner().invoke(commands, ["store", "verify", OPERATION])
    assert "1 records and rows beside them open and are the newest" in sound.output
    engine = create_engine(settings.database_owner_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE casework.person SET identity = contact"))
    engine.dispose()
    damaged = CliRunner().invoke(commands, ["store", "verify", OPERATION])
    assert isinstance(damaged.exception, StoreDamaged)
    assert str(person) in damaged.output
