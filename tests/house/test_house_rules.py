"""The house keeps its own rules: size of modules, faces, catalogue of errors, pages made from code."""

import ast
import importlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.cli import main as _every_stage_is_loaded  # noqa: F401
from app.cli.reference import PAGES
from core.errors import catalogue

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("forms", "ingest", "casework", "anonymizer", "exports")
FOLDERS = ("core", *STAGES, "app")
# A large stage has rooms: folders whose own face others may use.
ROOMS = {stage: {path.parent.name for path in (ROOT / stage).glob("*/__init__.py")} for stage in STAGES}
FACES = (*STAGES, *(f"{stage}.{room}" for stage in STAGES for room in sorted(ROOMS[stage])))
BANNED = {"utils", "helpers", "service", "services", "manager", "misc", "common"}


@cache
def sources() -> dict[Path, str]:
    """Every module by its path in the project, read once."""
    return {
        path.relative_to(ROOT): path.read_text(encoding="utf-8") for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")
    }


def test_a_module_is_read_in_one_go_and_says_what_it_is_for() -> None:
    assert len(sources()) > 1000
    assert {str(module): lines for module, source in sources().items() if (lines := len(source.splitlines())) > 400} == {}
    assert [str(module) for module, source in sources().items() if not source.startswith('"""')] == []
    assert [str(module) for module in sources() if module.stem in BANNED] == []


@pytest.mark.parametrize("face", FACES)
def test_a_stage_and_each_of_its_rooms_shows_a_face_of_few_names(face: str) -> None:
    shown = importlib.import_module(face)
    names = getattr(shown, "__all__", [])
    assert names == sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))
    assert len(names) <= 24
    assert len(names) >= 5 or "." in face
    assert all(hasattr(shown, name) for name in names)


def test_nobody_reaches_past_a_face() -> None:
    """Outside a stage only the stage itself is imported, never a module within it."""
    assert [f"{module}:{line} {name}" for module, source in sources().items() for line, name in reached(module, source)] == []


def test_who_reaches_past_a_face_is_seen() -> None:
    source = "import forms\nfrom ingest.pull import pull\nfrom casework.models import Case\nimport forms.models\n"
    assert list(reached(Path("app/any.py"), source)) == [(3, "casework.models"), (4, "forms.models")]
    assert list(reached(Path("casework/any.py"), source)) == [(4, "forms.models")]


def reached(module: Path, source: str) -> Iterator[tuple[int, str]]:
    """What a module imports from within another stage, each with its line."""
    home = module.parts[0]
    if not any(f"{stage}." in source for stage in STAGES if stage != home):
        return
    for node in ast.walk(ast.parse(source)):
        imported = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        imported += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in imported:
            stage, _, inside = name.partition(".")
            shut = inside and inside not in ROOMS.get(stage, ())
            if stage in STAGES and stage != home and shut:
                yield node.lineno, name


def test_every_problem_has_a_code_of_its_own_and_a_remedy() -> None:
    problems = catalogue()
    assert [code for code, times in Counter(kind.code for kind in problems).items() if times > 1] == []
    assert [kind.code for kind in problems if not (kind.says and kind.remedy)] == []


@pytest.mark.parametrize("page", list(PAGES), ids=lambda path: path.name)
def test_pages_made_from_code_are_up_to_date(page: Path) -> None:
    """Run `bin/waystation docs` when this fails."""
    assert page.read_text(encoding="utf-8") == PAGES[page]()
