"""What is sealed for a great many records at once opens as what is sealed for one, there and nowhere else."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, CiphertextRefused, unwrap_record_key
from core.sealing.seal_many import ManySealer

KEYS, TABLE, FIELD = "casework.record_key", "casework.person", "identity"
RING = KeyRing({1: bytes(32), 2: bytes(range(32))}, b"t" * 32)


@given(record=st.uuids(), plaintext=st.binary(max_size=300))
def test_it_opens_by_the_envelope_of_one_record(record: UUID, plaintext: bytes) -> None:
    sealer = ManySealer(RING, KEYS, "person")
    key, wrapped = sealer.new_key(record.bytes)
    ciphertext = sealer.seal(key, plaintext, TABLE, FIELD, record.bytes)
    assert wrapped.version == RING.current
    opened = unwrap_record_key(RING, wrapped, Binding(KEYS, record, "person"))
    assert opened.open(ciphertext, Binding(TABLE, record, FIELD)) == plaintext


@pytest.mark.parametrize("place", [("casework.interview", FIELD, 1), (TABLE, "contact", 1), (TABLE, FIELD, 2)])
def test_it_opens_nowhere_else(place: tuple[str, str, int]) -> None:
    record, (table, name, version) = uuid4(), place
    sealer = ManySealer(RING, KEYS, "person")
    key, wrapped = sealer.new_key(record.bytes)
    ciphertext = sealer.seal(key, b"what was said", TABLE, FIELD, record.bytes)
    with pytest.raises(CiphertextRefused):
        key.open(ciphertext, Binding(table, record, name, version))
    with pytest.raises(CiphertextRefused):
        key.open(ciphertext, Binding(TABLE, uuid4(), FIELD))
    with pytest.raises(CiphertextRefused):
        unwrap_record_key(RING, wrapped, Binding(KEYS, uuid4(), "person"))


def test_no_two_records_share_a_key_and_no_two_fields_a_nonce() -> None:
    sealer, records = ManySealer(RING, KEYS, "person"), [uuid4().bytes for _ in range(50)]
    keys = [sealer.new_key(record) for record in records]
    sealed = [sealer.seal(key, b"", TABLE, FIELD, r) for r, (key, _) in zip(records, keys, strict=True) for _ in range(4)]
    assert len({wrapped.commitment for _, wrapped in keys}) == len(keys)
    assert len({ciphertext[1:13] for ciphertext in sealed}) == len(sealed)
