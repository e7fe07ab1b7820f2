"""The audit log holds no personal data: what a line may say beside its subject is a short list of kinds."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from core.access import NotAllowed

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("core", "forms", "ingest", "casework", "anonymizer", "exports", "app")
# Random ids, the codes of an operation, organisation or unit, and names of files of a form (a medium, such as places.csv).
OWN_IDS = {
    "backup",
    "care",
    "consent",
    "entry",
    "export",
    "file",
    "grant",
    "hold",
    "household",
    "merge",
    "note",
    "notes",
    "opening",
    "pair",
    "proposal",
    "relationship",
    "request",
    "restriction",
    "run",
    "step",
    "verification",
    "week",
}
OF_WHOM = {"account", "merged", "person", "persons", "proposed_by", "record", "submissions", "survivor"}
OF_UNITS = {"from", "media", "operation", "partner", "recipient", "to"}  # a custody is written as four ids
COUNTS = {
    *(
        "alike",
        "answers",
        "changes",
        "consents",
        "edition",
        "erased",
        "failed",
        "faults",
        "fields",
        "files",
        "former_versions",
        "keys",
        "others",
        "relations",
        "restrictions",
        "rows",
    ),
    *("sections", "shares", "steps", "theirs", "threshold", "unsafe", "version", "versions"),
}
HASHES = {"digests", "md5", "sha256"}
MOMENTS = {"period", "until", "week"}
YES_OR_NO = {"ended", "held", "in_bulk", "justified", "kept", "lifted", "named", "pack", "restored"}
# Each one of a list in the code, or a field's name: `failed` of a comparison is a problem's code, `revealed` names fields.
CODES = {
    *("act", "asked", "at", "basis", "by", "change", "code", "decided", "did", "for", "ground", "how", "kind", "language"),
    "of",
    *(
        "outcome",
        "part",
        "parts",
        "population",
        "provider",
        "register",
        "revealed",
        "rights",
        "role",
        "state",
        "unit",
        "use",
        "withdrawn",
    ),
}
ALLOWED = OWN_IDS | OF_WHOM | OF_UNITS | COUNTS | HASHES | MOMENTS | YES_OR_NO | CODES
# `core.database` logs a denial with what its problem says: the words that such problems fill in.
OF_DENIALS = "dict(denial.where)"


MODULES = {path: path.read_text(encoding="utf-8") for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))}


def functions(*names: str) -> Iterator[tuple[Path, ast.FunctionDef]]:
    """The functions of every module that calls something by one of these names; the others need not be taken apart."""
    for path, source in MODULES.items():
        if any(f"{name}(" in source for name in names):
            yield from ((path, function) for function in functions_of(path))


@cache
def functions_of(path: Path) -> Sequence[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(MODULES[path])) if isinstance(node, ast.FunctionDef)]


def calls() -> Iterator[tuple[Path, ast.FunctionDef, ast.expr]]:
    """Every `record(...)`, or line on its way, that has a detail, with the function around it."""
    for path, function in functions("record", "Deed", "audit.Line"):
        for call in called(function, {"record", "Deed", "audit.record", "audit.Line"}):
            for given in call.keywords:
                if given.arg == "detail":
                    yield path, function, given.value


def called(function: ast.FunctionDef, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            yield node


def keys(path: Path, function: ast.FunctionDef, detail: ast.expr) -> set[str]:
    """The keys of a detail; fails where they cannot be read off the code."""
    if isinstance(detail, ast.IfExp):
        return keys(path, function, detail.body) | keys(path, function, detail.orelse)
    if isinstance(detail, ast.Constant) and detail.value is None:
        return set()
    if isinstance(detail, ast.Dict):
        parts = zip(detail.keys, detail.values, strict=True)
        return {name for key, value in parts for name in ({ast.literal_eval(key)} if key else keys(path, function, value))}
    assert isinstance(detail, ast.Name), f"the keys of {ast.unparse(detail)} are not plain to see"
    meant = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == detail.id
    ]
    found = [keys(path, function, value) for value in meant] or list(told_by_callers(path, function, detail.id))
    assert found, f"{detail.id} is made elsewhere"
    return set().union(*found)


def told_by_callers(path: Path, function: ast.FunctionDef, argument: str) -> Iterator[set[str]]:
    """The keys of a detail that `function` is given: as its last argument, or as the keywords that it has no name for."""
    taken = function.args
    for caller_path, caller in functions(function.name):
        if function.name.startswith("_") and caller_path != path:
            continue
        for call in called(caller, {function.name}):
            if taken.kwarg and taken.kwarg.arg == argument:
                own = {given.arg for given in (*taken.args, *taken.kwonlyargs)}
                assert all(given.arg for given in call.keywords), "the keys are not plain to see"
                yield {given.arg or "" for given in call.keywords} - own
            elif taken.args and taken.args[-1].arg == argument:
                assert len(call.args) == len(taken.args)
                yield keys(caller_path, caller, call.args[-1])


CALLS = list(calls())


def test_there_are_such_calls() -> None:
    assert len(CALLS) >= 10


@pytest.mark.parametrize(("path", "function", "detail"), CALLS, ids=lambda it: getattr(it, "name", ""))
def test_a_line_says_ids_counts_hashes_and_codes_only(path: Path, function: ast.FunctionDef, detail: ast.expr) -> None:
    if path.name == "database.py" and ast.unparse(detail) == OF_DENIALS:
        return
    assert keys(path, function, detail) <= ALLOWED, path


def test_neither_do_denials() -> None:
    """Of a denial the log says what its sentence says."""
    words = {"limit", "right", "proposal", "state", "wanted", "until"}
    kinds = [NotAllowed, *NotAllowed.__subclasses__()]
    for kind in (*kinds, *(below for it in kinds for below in it.__subclasses__())):
        assert set(re.findall(r"{(\w+)}", kind.says + kind.remedy)) <= words, kind
