"""A record key's secret gives a key and a commitment to it, as the standard derives them; those from before are known too."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from core.keys.committed_key import commit, committed_key

secrets = st.binary(min_size=32, max_size=32)


def committed_before(secret: bytes) -> tuple[bytes, bytes]:
    """As keys were derived until one hash gave both."""
    encryption_key, commitment = (
        HKDF(SHA256(), 32, salt=None, info=info).derive(secret) for info in (b"waystation:encrypt", b"waystation:commit")
    )
    return encryption_key, commitment


@given(secret=secrets)
def test_both_are_what_one_step_derivation_gives(secret: bytes) -> None:
    derived = ConcatKDFHash(SHA512(), 64, otherinfo=b"waystation:encrypt and commit").derive(secret)
    assert commit(secret) == (derived[:32], derived[32:])


@given(secret=secrets)
@pytest.mark.parametrize("derive", [commit, committed_before])
def test_a_key_is_known_by_its_commitment(secret: bytes, derive: Callable[[bytes], tuple[bytes, bytes]]) -> None:
    encryption_key, commitment = derive(secret)
    assert committed_key(secret, commitment) == encryption_key


@given(secret=secrets, other=secrets)
def test_a_commitment_to_another_secret_or_to_none_gives_no_key(secret: bytes, other: bytes) -> None:
    for derive in (commit, committed_before):
        assert (committed_key(secret, derive(other)[1]) is None) == (secret != other)
    assert committed_key(secret, b"") is None
    assert committed_key(secret, commit(secret)[0]) is None
