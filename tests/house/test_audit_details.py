"""The audit log holds no personal data: what a line may say beside its subject is a short list of kinds."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.access import NotAllowed

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("core", "forms", "ingest", "casework", "anonymizer", "exports", "app")
IDS = {
    "export",
    "recipient",
    "proposal",
    "proposed_by",
    "submissions",
    "media",
    "week",
}  # a medium is a file of the form, such as places.csv
COUNTS = {"fields", "erased", "files", "unsafe", "version"}
HASHES = {"digests", "md5", "sha256"}
CODES = {"basis", "withdrawn", "act", "asked", "by", "code", "part", "parts", "register"}
ALLOWED = IDS | COUNTS | HASHES | CODES
# `core.database` logs a denial with what its problem says: the words that such problems fill in.
OF_DENIALS = "dict(denial.where)"


def calls() -> Iterator[tuple[Path, ast.FunctionDef, ast.expr]]:
    """Every `record(...)` that has a detail, with the function around it."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(function, ast.FunctionDef):
                    continue
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) in {"record", "audit.record"}:
                        for given in call.keywords:
                            if given.arg == "detail":
                                yield path, function, given.value


def keys(function: ast.FunctionDef, detail: ast.expr) -> set[str]:
    """The keys of a detail; fails where they cannot be read off the code."""
    if isinstance(detail, ast.IfExp):
        return keys(function, detail.body) | keys(function, detail.orelse)
    if isinstance(detail, ast.Constant) and detail.value is None:
        return set()
    if isinstance(detail, ast.Dict):
        parts = zip(detail.keys, detail.values, strict=True)
        return {name for key, value in parts for name in ({ast.literal_eval(key)} if key else keys(function, value))}
    assert isinstance(detail, ast.Name), f"the keys of {ast.unparse(detail)} are not plain to see"
    meant = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == detail.id
    ]
    assert meant, f"{detail.id} is made elsewhere"
    return set().union(*(keys(function, value) for value in meant))


CALLS = list(calls())


def test_there_are_such_calls() -> None:
    assert len(CALLS) >= 10


@pytest.mark.parametrize(("path", "function", "detail"), CALLS, ids=lambda it: getattr(it, "name", ""))
def test_a_line_says_ids_counts_hashes_and_codes_only(path: Path, function: ast.FunctionDef, detail: ast.expr) -> None:
    if path.name == "database.py" and ast.unparse(detail) == OF_DENIALS:
        return
    assert keys(function, detail) <= ALLOWED, path


def test_neither_do_denials() -> None:
    """Of a denial the log says what its sentence says."""
    words = {"limit", "right", "proposal", "state", "wanted", "until"}
    kinds = [NotAllowed, *NotAllowed.__subclasses__()]
    for kind in (*kinds, *(below for it in kinds for below in it.__subclasses__())):
        assert set(re.findall(r"{(\w+)}", kind.says + kind.remedy)) <= words, kind
