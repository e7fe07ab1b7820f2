"""A ciphertext opens only where it was sealed: same table, record, field and row version, same key."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, CiphertextRefused, new_record_key, unwrap_record_key

RECORD = UUID("00000000-0000-4000-8000-000000000001")
HERE = Binding("casework.person", RECORD, "identity")
KEY_PLACE = Binding("casework.record_key", RECORD, "key")


@given(plaintext=st.binary(max_size=200))
def test_what_is_sealed_opens_again(ring: KeyRing, plaintext: bytes) -> None:
    key, wrapped = new_record_key(ring, KEY_PLACE)
    sealed = key.seal(plaintext, HERE)
    assert unwrap_record_key(ring, wrapped, KEY_PLACE).open(sealed, HERE) == plaintext
    assert plaintext == b"" or len(plaintext) < 4 or plaintext not in sealed


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(HERE, table="casework.household"),
        replace(HERE, record=uuid4()),
        replace(HERE, field="contact"),
        replace(HERE, row_version=2),
    ],
)
def test_a_moved_ciphertext_does_not_open(ring: KeyRing, elsewhere: Binding) -> None:
    key, _ = new_record_key(ring, KEY_PLACE)
    with pytest.raises(CiphertextRefused, match="changed, moved"):
        key.open(key.seal(b"Amal", HERE), elsewhere)


@given(position=st.integers(0, 32), bit=st.integers(0, 7))
def test_any_flipped_bit_is_noticed(ring: KeyRing, position: int, bit: int) -> None:
    key, _ = new_record_key(ring, KEY_PLACE)
    sealed = bytearray(key.seal(b"Amal", HERE))
    sealed[position % len(sealed)] ^= 1 << bit
    with pytest.raises(CiphertextRefused):
        key.open(bytes(sealed), HERE)


@pytest.mark.parametrize("short", [b"", b"\x01", b"\x01" * 12])
def test_a_cut_ciphertext_is_refused_not_crashed_on(ring: KeyRing, short: bytes) -> None:
    key, _ = new_record_key(ring, KEY_PLACE)
    with pytest.raises(CiphertextRefused):
        key.open(short, HERE)


def test_a_wrapped_key_opens_only_for_its_record(ring: KeyRing) -> None:
    _, wrapped = new_record_key(ring, KEY_PLACE)
    with pytest.raises(CiphertextRefused):
        unwrap_record_key(ring, wrapped, replace(KEY_PLACE, record=uuid4()))


def test_a_wrapped_key_with_another_commitment_is_refused(ring: KeyRing) -> None:
    _, wrapped = new_record_key(ring, KEY_PLACE)
    with pytest.raises(CiphertextRefused):
        unwrap_record_key(ring, replace(wrapped, commitment=bytes(32)), KEY_PLACE)


def test_the_refusal_names_the_record_and_no_value(ring: KeyRing) -> None:
    key, _ = new_record_key(ring, KEY_PLACE)
    with pytest.raises(CiphertextRefused) as refusal:
        key.open(key.seal(b"Amal", HERE)[:-1], HERE)
    assert str(RECORD) in str(refusal.value)
    assert "Amal" not in str(refusal.value)
