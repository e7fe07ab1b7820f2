"""A sealed file gives back exactly what went in, or nothing: whatever is changed, moved, repeated or cut off is refused."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.keys.keyring import KeyRing, KeyVersionUnknown
from core.sealing import sealed_stream
from core.sealing.sealed_stream import SealedFileRefused, open_stream, read_claims, seal_stream

CLAIMS = {"part": "data", "taken_at": "2026-01-01"}
RING = KeyRing({1: bytes(range(32))}, bytes(32))


def sealed(content: bytes, claims: dict[str, str] | None = None) -> bytes:
    target = BytesIO()
    seal_stream(RING, BytesIO(content), target, claims or CLAIMS)
    return target.getvalue()


def opened(file: bytes, ring: KeyRing = RING) -> bytes:
    return b"".join(open_stream(ring, BytesIO(file)))


@pytest.fixture(autouse=True, scope="module")
def small_chunks() -> object:
    """Chunks of eight bytes, so that a short text has many."""
    patch = pytest.MonkeyPatch()
    patch.setattr(sealed_stream, "CHUNK_BYTES", 8)
    yield
    patch.undo()


@given(st.binary(max_size=100))
def test_what_went_in_comes_out(content: bytes) -> None:
    assert opened(sealed(content)) == content


@given(st.binary(min_size=1, max_size=60), st.data())
def test_any_changed_bit_is_refused(content: bytes, data: st.DataObject) -> None:
    file = bytearray(sealed(content))
    bit = data.draw(st.integers(0, len(file) * 8 - 1))
    file[bit // 8] ^= 1 << bit % 8
    with pytest.raises((SealedFileRefused, KeyVersionUnknown)):
        opened(bytes(file))


@given(st.binary(min_size=1, max_size=60), st.data())
def test_any_missing_end_is_refused(content: bytes, data: st.DataObject) -> None:
    file = sealed(content)
    with pytest.raises(SealedFileRefused):
        opened(file[: data.draw(st.integers(0, len(file) - 1))])


def test_a_chunk_in_another_place_or_given_twice_is_refused() -> None:
    file, chunk = sealed(b"a" * 32), 4 + 1 + 12 + 8 + 16
    start = len(file) - 4 * chunk
    first, second = file[start : start + chunk], file[start + chunk : start + 2 * chunk]
    assert opened(file) == b"a" * 32
    for changed in (second + first, first + first, first + second + second, second):
        with pytest.raises(SealedFileRefused):
            opened(file[:start] + changed + file[start + 2 * chunk :])


def test_more_after_the_end_is_refused() -> None:
    with pytest.raises(SealedFileRefused):
        opened(sealed(b"abc") + sealed(b"abc")[-41:])


def test_what_it_says_of_itself_is_read_without_the_key_and_proven_with_it() -> None:
    file = sealed(b"content")
    assert read_claims(BytesIO(file)) == CLAIMS
    lied = file.replace(b"2026-01-01", b"2027-01-01")
    assert read_claims(BytesIO(lied))["taken_at"] == "2027-01-01"
    with pytest.raises(SealedFileRefused):
        opened(lied)


def test_another_key_ring_is_refused() -> None:
    with pytest.raises(SealedFileRefused):
        opened(sealed(b"content"), KeyRing({1: bytes(32)}, bytes(32)))
