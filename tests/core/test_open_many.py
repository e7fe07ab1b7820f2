"""Many are opened as one is: the same answer, and a refusal wherever a single one would be refused."""

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from core.keys.keyring import NONCE_BYTES, KeyRing, KeyVersionUnknown
from core.keys.newest_versions import is_newest, versions_field, write_versions
from core.sealing.envelope import Binding, CiphertextRefused, RecordKey, WrappedKey, new_record_key, unwrap_record_key
from core.sealing.open_many import HEAD_BYTES, ManyOpener

KEYS, TABLE, FIELD, KIND = "casework.record_key", "casework.person", "facts", "person"
RING, RECORD, OTHER, VERSION = KeyRing({1: bytes(range(32))}, b""), UUID(int=5), UUID(int=6), 3
WHERE, KEY_WHERE = Binding(TABLE, RECORD, FIELD, VERSION), Binding(KEYS, RECORD, KIND)
LIST_WHERE = Binding(KEYS, RECORD, versions_field(KIND))
KEY, WRAPPED = new_record_key(RING, KEY_WHERE)
LISTED = write_versions({OTHER: 7, RECORD: VERSION})
STORED = (WRAPPED.sealed, WRAPPED.commitment, KEY.seal(LISTED, LIST_WHERE), KEY.seal(b"what was said", WHERE))


def many(
    sealed: bytes, commitment: bytes, listed: bytes, facts: bytes, *, row: int = VERSION, key: int = 1
) -> tuple[bytes, bytes]:
    parts = (listed[:1], listed[1:HEAD_BYTES], listed[HEAD_BYTES:], row, facts[:1], facts[1:HEAD_BYTES], facts[HEAD_BYTES:])
    open_ = ManyOpener(RING, KEYS, KIND, TABLE, FIELD).opening()
    return open_(RECORD.bytes, key, sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], commitment, *parts)


def one(sealed: bytes, commitment: bytes, listed: bytes, facts: bytes) -> tuple[bytes, bytes]:
    key = unwrap_record_key(RING, WrappedKey(1, sealed, commitment), KEY_WHERE)
    newest = key.open(listed, LIST_WHERE)
    assert is_newest(newest, RECORD.bytes, VERSION)
    return newest, key.open(facts, WHERE)


def test_what_is_sealed_opens_with_the_list_beside_it() -> None:
    assert many(*STORED) == one(*STORED) == (LISTED, b"what was said")


@given(field=st.integers(0, 3), at=st.integers(0), bit=st.integers(0, 7))
def test_one_changed_bit_of_anything_is_refused(field: int, at: int, bit: int) -> None:
    changed = bytearray(STORED[field])
    changed[at % len(changed)] ^= 1 << bit
    stored = (*STORED[:field], bytes(changed), *STORED[field + 1 :])
    with pytest.raises(CiphertextRefused) as alone:
        one(*stored)
    with pytest.raises(CiphertextRefused) as among_many:
        many(*stored)
    assert among_many.value.where == alone.value.where


@given(field=st.integers(0, 3), length=st.integers(0, 140))
def test_what_was_cut_short_or_made_longer_is_refused(field: int, length: int) -> None:
    cut = (STORED[field] + bytes(140))[:length]
    if cut != STORED[field]:
        with pytest.raises(CiphertextRefused, match=str(RECORD)):
            many(*STORED[:field], cut, *STORED[field + 1 :])


@pytest.mark.parametrize("row", [VERSION - 1, VERSION + 1, -1, 2**32 + VERSION])
def test_another_version_of_the_row_is_refused(row: int) -> None:
    with pytest.raises(CiphertextRefused, match=FIELD):
        many(*STORED, row=row)


def test_a_version_that_the_list_does_not_name_is_refused() -> None:
    with pytest.raises(CiphertextRefused, match=FIELD):
        many(*STORED[:2], KEY.seal(write_versions({OTHER: 7, RECORD: VERSION + 1}), LIST_WHERE), STORED[3])


def test_a_list_names_a_version_only_where_an_entry_begins() -> None:
    between = write_versions({OTHER: 7}) + b"x" * 3 + write_versions({RECORD: VERSION}) + b"x" * 17
    with pytest.raises(CiphertextRefused, match=FIELD):
        many(*STORED[:2], KEY.seal(between, LIST_WHERE), STORED[3])


def test_a_key_version_that_the_ring_does_not_hold_is_named() -> None:
    with pytest.raises(KeyVersionUnknown, match="key version 2"):
        many(*STORED, key=2)


def test_a_key_from_before_one_hash_gave_both_still_opens() -> None:
    secret = bytes(range(32))
    encrypt, commitment = (HKDF(SHA256(), 32, None, b"waystation:" + info).derive(secret) for info in (b"encrypt", b"commit"))
    nonce, key = bytes(NONCE_BYTES), RecordKey(AESGCM(encrypt))
    sealed = nonce + AESGCM(RING.key(1)).encrypt(nonce, secret, KEY_WHERE.associated_data)
    stored = sealed, commitment, key.seal(LISTED, LIST_WHERE), key.seal(b"what was said", WHERE)
    assert many(*stored) == one(*stored) == (LISTED, b"what was said")
