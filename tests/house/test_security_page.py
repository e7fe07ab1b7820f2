"""docs/security.md names tests as proof: each of them is there, and every role has a line that says what it could do."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+(?:\.py(?:::\w+)?)?)`", PAGE)))


def test_the_page_names_tests() -> None:
    assert len(NAMED) > 60


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_the_page_names_is_there(name: str) -> None:
    path, _, function = name.partition("::")
    assert (ROOT / path).exists()
    if function:
        tree = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        assert function in {node.name for node in tree if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(
    "attacker",
    [
        "Stolen phone",
        "Stolen server or laptop",
        "Stolen database",
        "Stolen backup",
        "Caseworker",
        "Supervisor",
        "Protection officer",
        "Data protection officer",
        "Auditor",
        "Administrator",
        "Partner",
        "Coerced administrator",
        "Subpoena",
    ],
)
def test_the_page_says_what_each_attacker_gets_and_which_test_shows_it(attacker: str) -> None:
    [line, *_] = [line for line in PAGE.splitlines() if line.startswith(f"| **{attacker}")]
    assert "`tests/" in line


@pytest.mark.parametrize("setting", ["WAYSTATION_AUDIT_HEADS", "WAYSTATION_KEYRING_PASSPHRASE_FILE", "WAYSTATION_WEB_ADDRESS"])
def test_the_page_tells_who_sets_it_up(setting: str) -> None:
    assert setting in PAGE.partition("## For who sets it up")[2]
