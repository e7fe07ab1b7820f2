"""`waystation quality`, as typed, before anybody has an account: plan, compare, queue, figures, what is not evaluated."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli.main import commands
from app.program import open_program
from core.database import Zone
from core.identity.errors import SignInRefused
from core.models import Operation
from core.places import add_places
from core.settings import Settings
from forms import publish_form, read_form_definition
from tests.casework.conftest import ARRIVAL, OPERATION, PLACES, Field
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414  (a fixture)
from tests.ingest.test_quality.conftest import FORM


@pytest.fixture(autouse=True)
def _installation(settings: Settings, monkeypatch: pytest.MonkeyPatch, xforms: Mapping[str, bytes]) -> None:
    """With two reports of the same arrival."""
    for name in ("database_url", "database_owner_url", "var"):
        monkeypatch.setenv(f"WAYSTATION_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("COLUMNS", "300")
    with open_program(settings) as program:
        with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            session.add(Operation(code=OPERATION, names={}))
            session.flush()
            add_places(session, OPERATION, PLACES)
            for xform in (xforms["movement"], FORM.encode()):
                publish_form(session, OPERATION, xform, {})
        team = Field(program.database, program.ring, {"movement": read_form_definition(xforms["movement"])})
        for _ in range(2):
            team.send("movement", ARRIVAL)
        team.admit_awaiting()


def quality(*words: object) -> Result:
    return CliRunner().invoke(commands, ["quality", *map(str, words)])


def test_what_is_looked_for_and_found_and_what_only_phones_evaluate(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text("[ranges]\nfemale_18_59 = [0, 2]\n[expected]\nreports = 1\n")
    assert "Edition 1 holds" in quality("plan", OPERATION, "movement_tracking", plan).output
    told = quality("compare", OPERATION, "movement_tracking").output
    assert "6 findings" in told, "of each: what is missing, a number beyond its limits, the same arrival twice"
    assert quality("queue", OPERATION, "--found").output.count("movement_tracking") == 2
    assert "movement_tracking" in quality("figures", OPERATION).output
    assert "instance()" in quality("unchecked", OPERATION, "check").output
    shown = CliRunner().invoke(
        commands, ["quality", "show", OPERATION, "00000000-0000-4000-8000-000000000000"], input="nobody\nguess\n1\n"
    )
    assert isinstance(shown.exception, SignInRefused), "what was found is shown to people alone"
