"""A protected table cannot be made by hand: the type carries the proof."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from anonymizer import TOTAL, Policy, ProtectedPeriod, ProtectedTable, protect
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.errors import CertificateUnfit
from anonymizer.published import Certificate, PublishedTable

ANONYMIZER = Path(__file__).resolve().parents[2] / "anonymizer"
ROWS = flat_dimension("origin", ["a", "b"])


@pytest.fixture
def week(count_week) -> ProtectedPeriod:
    return protect(count_week({"movements": (ROWS,)}, [[({"origin": "a"}, 2)]] * 4), Policy())


def test_a_table_with_another_number_has_no_certificate(week: ProtectedPeriod) -> None:
    [table] = week.tables
    with pytest.raises(CertificateUnfit, match="movements"):
        ProtectedTable(table.name, table.dimensions, {**table.cells, ("a",): 9}, table.certificate)
    with pytest.raises(CertificateUnfit, match="movements"):
        replace(table, dimensions=(flat_dimension("origin", ["a", "b", "c"]),), cells={**table.cells, ("c",): 0})


def test_nobody_makes_a_certificate_but_the_proof(week: ProtectedPeriod) -> None:
    with pytest.raises(CertificateUnfit):
        Certificate(week.tables[0].digest, object())


def test_certificates_are_asked_for_where_a_proof_was_made_or_its_seal_checked_only() -> None:
    """`prove`, after the proof; `load_protected`, after checking the seal; periods and months, for parts of what was proven as
    one."""
    asking = {
        path.stem
        for path in ANONYMIZER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "certify"
    }
    assert asking == {"periods", "protect_sum", "prove", "store_protected"}


def test_the_proof_shares_no_code_with_the_engine() -> None:
    """What `prove` and the attacker's room import leads to values and to that room; a contract keeps both rooms apart."""
    values = {"published", "counted_week", "dimension", "policy", "primary", "outside", "errors"}
    processes = {"side_by_side"}  # how work is shared out, not what is worked out
    modules = [ANONYMIZER / "prove.py", ANONYMIZER / "prove_own_knowledge.py", *(ANONYMIZER / "attacker").glob("*.py")]
    assert len(modules) > 8
    for module in modules:
        tree = ast.parse(module.read_text())
        imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        rooms = {name.split(".")[1] for name in imported if name.startswith("anonymizer.")}
        assert rooms <= {"attacker", "prove_own_knowledge", *values, *processes}, module.name


def test_the_digest_does_not_depend_on_the_order_in_which_codes_and_cells_are_told() -> None:
    forwards = PublishedTable("movements", (ROWS,), {(TOTAL,): 3, ("a",): 3, ("b",): 0})
    turned = Dimension("origin", dict(reversed(ROWS.parents.items())))
    backwards = PublishedTable("movements", (turned,), dict(reversed(forwards.cells.items())))
    assert forwards.digest == backwards.digest
    assert forwards.digest != replace(forwards, cells={**forwards.cells, ("b",): None}).digest
