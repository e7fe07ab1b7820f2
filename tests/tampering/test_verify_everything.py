"""`store verify` opens what is sealed outside the records too: form keys, what was received, registers, proofs, accounts."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest
from sqlalchemy.orm import Session

from anonymizer.weeks import verify_proofs
from app.verify_store import verify_store
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.checked import Checked
from core.database import Zone
from core.identity.verify_accounts import verify_accounts
from core.keys.keyring import KeyRing
from core.permissions import Role
from core.registers import verify_entries
from forms import verify_form_keys
from ingest import verify_received
from ingest.reviews import ReviewMissing, logged_reviews, verify_reviews
from tests.casework.conftest import OPERATION
from tests.tampering.columns import Kind, of_kind
from tests.tampering.conftest import WEEK, Tampered, World
from tests.tampering.test_tampering import put, rows_of

Verify = Callable[[Session, KeyRing], Checked]


def received(session: Session, ring: KeyRing) -> Checked:
    """What came, and what was found and decided about it."""
    checked = verify_received(session, ring, OPERATION, lambda _: None, purpose=Purpose.VERIFICATION)
    checked.add(verify_reviews(session, ring, OPERATION, {}, purpose=Purpose.VERIFICATION))
    return checked


BY_SCHEMA: Final[Mapping[str, tuple[Zone, Verify]]] = {
    "ingest": (Zone.CASEWORK, received),
    "forms": (Zone.CASEWORK, lambda session, ring: verify_form_keys(session, ring, OPERATION)),
    "core": (Zone.AUDIT, verify_entries),
    "anonymizer": (Zone.ANONYMIZER, lambda session, ring: verify_proofs(session, ring, OPERATION)),
    "identity": (Zone.IDENTITY, verify_accounts),
}
SEALED = [name for name in of_kind(Kind.CIPHERTEXT, Kind.WRAPPED, Kind.COMMITMENT) if not name.startswith("casework.")]


def verified(world: World, tampered: Tampered, schema: str, access: Access | None = None) -> Checked:
    zone, verify = BY_SCHEMA[schema]
    with tampered.zone(zone, access) as session:
        return verify(session, world.ring)


def test_a_sound_installation_is_sound(world: World) -> None:
    with world.tampered() as tampered:
        each = {schema: verified(world, tampered, schema) for schema in BY_SCHEMA}
    assert [(one.faults, one.keyless) for one in each.values()] == [([], [])] * len(BY_SCHEMA)
    assert all(one.sound for one in each.values())
    assert verify_store(world.program, OPERATION).sound > sum(one.sound for one in each.values())


@pytest.mark.parametrize("column", SEALED)
def test_damage_in_whatever_is_sealed_is_found(world: World, column: str) -> None:
    table, _, name = column.rpartition(".")
    with world.tampered() as tampered:
        row = rows_of(tampered, table, name)[-1]
        put(tampered, table, name, row["place"], row["content"][:-1] + bytes([row["content"][-1] ^ 1]))
        faults = verified(world, tampered, table.split(".")[0]).faults
    named = {*str(row["named"]).split(), *([str(WEEK)] if table.startswith("anonymizer") else [])}
    assert any(each in str(fault) for fault in faults for each in named)


def test_a_proof_that_was_exchanged_is_found(world: World) -> None:
    with world.tampered() as tampered:
        tampered.do("UPDATE anonymizer.protected_table SET cells = jsonb_set(cells, '{0}', '7')")
        assert [fault.where["period"] for fault in verified(world, tampered, "anonymizer").faults] == [WEEK]


def test_what_has_no_key_is_counted(world: World) -> None:
    one = "SELECT id FROM ingest.submission ORDER BY id LIMIT 1"
    with world.tampered() as tampered:
        [gone] = tampered.rows(f"DELETE FROM ingest.record_key WHERE record = ({one}) RETURNING record")
        assert verified(world, tampered, "ingest").keyless == [gone["record"]]


@pytest.mark.parametrize("schema", BY_SCHEMA)
def test_no_account_verifies(world: World, schema: str) -> None:
    amal = Access("amal", OPERATION, (Grant(Role.CASEWORKER),))
    with world.tampered() as tampered, pytest.raises(NotAllowed):
        verified(world, tampered, schema, amal)


@pytest.mark.parametrize("change", ["DELETE FROM ingest.review", "UPDATE ingest.review SET state = 'rejected'"])
def test_a_decision_that_was_taken_away_or_turned_is_found(world: World, change: str) -> None:
    with world.tampered() as tampered:
        with tampered.zone(Zone.AUDIT) as session:
            logged = logged_reviews(session, OPERATION)
        changed = tampered.do(f"{change} WHERE id = (SELECT min(id::text)::uuid FROM ingest.review)")
        with tampered.zone(Zone.CASEWORK) as session:
            checked = verify_reviews(session, world.ring, OPERATION, logged, purpose=Purpose.VERIFICATION)
    assert changed == 1
    [fault] = checked.faults
    assert isinstance(fault, ReviewMissing) == change.startswith("DELETE")
