"""Keys are derived as RFC 5869 says: the same bytes as the library's own HKDF, for any secret and any purpose."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from core.keys.derive_key import derive_keys
from core.keys.keyring import KeyRing


@given(secret=st.binary(min_size=16, max_size=64), infos=st.lists(st.binary(max_size=80), max_size=3))
def test_each_key_is_what_hkdf_derives(secret: bytes, infos: list[bytes]) -> None:
    assert derive_keys(secret, infos) == [HKDF(SHA256(), 32, salt=None, info=info).derive(secret) for info in infos]


def test_a_purpose_is_started_once_and_does_not_change_another(ring: KeyRing) -> None:
    fresh = KeyRing(dict(ring.keys), ring.token_secret)
    first = ring.blind_token("phone", "252"), ring.blind_token("reference", "252")
    assert (ring.blind_token("phone", "252"), ring.blind_token("reference", "252")) == first
    assert (fresh.blind_token("phone", "252"), fresh.blind_token("reference", "252")) == first
    assert first[0] != first[1]
