"""A signature says that the holder of the key ring stood behind exactly these bytes, for exactly this purpose."""

from hypothesis import given
from hypothesis import strategies as st

from core.keys.keyring import KeyRing
from core.sealing.signatures import sign, verification_key, verify


@given(content=st.binary(max_size=300))
def test_what_was_signed_verifies(ring: KeyRing, content: bytes) -> None:
    assert verify(verification_key(ring, "audit"), content, sign(ring, "audit", content))


@given(content=st.binary(min_size=1, max_size=300), data=st.data())
def test_a_flipped_bit_does_not(ring: KeyRing, content: bytes, data: st.DataObject) -> None:
    signature = sign(ring, "audit", content)
    bit = data.draw(st.integers(0, 8 * (len(content) + len(signature)) - 1))
    changed = bytearray(content + signature)
    changed[bit // 8] ^= 1 << bit % 8
    content, signature = bytes(changed[: len(content)]), bytes(changed[len(content) :])
    assert not verify(verification_key(ring, "audit"), content, signature)


def test_each_purpose_has_a_key_of_its_own(ring: KeyRing) -> None:
    assert not verify(verification_key(ring, "erasure"), b"content", sign(ring, "audit", b"content"))


def test_the_key_comes_back_with_the_key_ring(ring: KeyRing) -> None:
    again = KeyRing({9: bytes(32)}, ring.token_secret)
    assert verification_key(again, "audit") == verification_key(ring, "audit")


def test_what_is_no_key_signed_nothing(ring: KeyRing) -> None:
    for key in ("", "not base64!", "AAAA"):
        assert not verify(key, b"content", sign(ring, "audit", b"content"))
