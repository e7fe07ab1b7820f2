"""What a function calls, and what that calls in turn: read from the code, for tests that ask whether something is reached."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

__all__ = ["calls_of"]

ROOT = Path(__file__).resolve().parents[2]
OURS = ("core", "forms", "ingest", "casework", "anonymizer", "exports", "app")
Place = tuple[str, str]  # a module and a name in it


def calls_of(home: str, name: str, seen: set[Place] | None = None) -> Iterator[tuple[Place | None, ast.expr]]:
    """Every call that a function leads to in our own code: where what is called stands, if it is ours, and how it is written.

    What is called on a value (`key.open`) is given as it is written and not followed.
    """
    seen = set() if seen is None else seen
    if (home, name) in seen:
        return
    seen.add((home, name))
    for target, call in calls_in(home, name):
        yield target, call
        if target:
            yield from calls_of(*target, seen)


@cache
def calls_in(home: str, name: str) -> Sequence[tuple[Place | None, ast.expr]]:
    """The calls that a function itself makes; hundreds of functions lead to the same few."""
    node = module(home)[0].get(name)
    calls = [call.func for call in ast.walk(node) if isinstance(call, ast.Call)] if node else []
    return [(target_of(home, call), call) for call in calls]


@cache
def module(name: str) -> tuple[dict[str, ast.AST], dict[str, str]]:
    """The functions, methods and classes of one of our modules by name, and what its imports stand for."""
    path = ROOT / (name.replace(".", "/") + ".py")
    path = path if path.exists() else ROOT / name.replace(".", "/") / "__init__.py"
    if not path.exists():
        return {}, {}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined: dict[str, ast.AST] = {
        node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in OURS
        for alias in node.names
    }
    plain = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return defined, imported | {alias.asname or alias.name: alias.name for alias in plain if alias.name in OURS}


def called(home: str, name: str) -> tuple[str, str] | None:
    """Where the code of a name stands that is used in a module."""
    defined, imported = module(home)
    if name in defined:
        return home, name
    if name not in imported:
        return None
    above, _, inner = imported[name].rpartition(".")
    return called(above, inner) if above else None


def target_of(home: str, function: ast.expr) -> tuple[str, str] | None:
    if isinstance(function, ast.Name):
        return called(home, function.id)
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        if function.value.id in {"self", "cls"}:
            return called(home, function.attr)
        meant = module(home)[1].get(function.value.id, "")
        return called(meant, function.attr) if meant else None
    return None
