"""The command line, as an administrator meets it: what is wrong is said with what to do, and never with a value."""

import pytest
from typer import Typer
from typer.main import get_group
from typer.testing import CliRunner

from app.cli.groups import GROUPS, gather, groups_of
from app.cli.main import commands
from app.cli.refusals import show
from core.errors import Problem, catalogue


def test_every_command_explains_itself() -> None:
    runner = CliRunner()
    asked = [[], *([name] for name in ("demo", "serve", "worker", "audit", "keys", "operations", "collectors", "forms"))]
    asked += [["accounts"], ["units"], ["tokens"], ["accounts", "grant"]]
    asked += [["submissions"], ["release"], ["release", "week"], ["forms", "check"], ["operations", "add"]]
    for words in asked:
        answer = runner.invoke(commands, [*words, "--help"])
        assert answer.exit_code == 0
        assert "Usage" in answer.output


@pytest.mark.parametrize("module", GROUPS)
def test_a_command_is_found_without_reading_the_modules_of_the_others(module: str) -> None:
    assert shown(gather([module])) == {*GROUPS[module]}
    assert all(groups_of(word) == [module] for word in GROUPS[module])


def shown(commands: Typer) -> set[str]:
    return {name for name, command in get_group(commands).commands.items() if not command.hidden}


@pytest.mark.parametrize("word", ["", "--help", "serach", "docs"])
def test_what_is_no_command_of_one_module_is_asked_of_all(word: str) -> None:
    assert groups_of(word) == [*GROUPS]


def test_a_refusal_is_shown_with_its_code_and_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    [unknown] = [kind for kind in catalogue() if kind.code == "APP-002"]
    problem: Problem = unknown(operation="[red]NOPE")
    show(problem)
    said = " ".join(capsys.readouterr().err.split())
    assert "APP-002 There is no operation [red]NOPE." in said
    assert "What to do: List them" in said
