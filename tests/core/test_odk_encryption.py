"""What phones encrypt opens with the private key of the form, and with nothing else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sealing.odk_encryption import PhoneKey, _load, file_digest, new_private_key, public_key_of, unwrap_phone_key
from tests.encrypting_phone import Encrypted, aes_256, encrypt

PRIVATE, OTHER = new_private_key(), new_private_key()
FILES = {f"{number}.jpg": bytes([number]) * number for number in range(20)}


def sent(xml: bytes = b"<data/>", media: dict[str, bytes] | None = None) -> Encrypted:
    return encrypt(public_key_of(PRIVATE), xml, media, form_id="visit", version="1", instance_id="uuid:1")


def opened(encrypted: Encrypted, *private_keys: bytes) -> PhoneKey:
    key = unwrap_phone_key(private_keys or (PRIVATE,), encrypted.key, encrypted.instance_id)
    assert key
    return key


def lines(encrypted: Encrypted, plain: dict[str, bytes]) -> list[str]:
    return ["visit", "1", encrypted.key, "uuid:1", *(f"{name}::{file_digest(plain[name])}" for name in plain)]


def test_the_phone_of_these_tests_encrypts_as_fips_197_says() -> None:
    block = bytes.fromhex("00112233445566778899aabbccddeeff")
    assert aes_256(bytes(range(32)), block).hex() == "8ea2b7ca516745bfeafc49904b496089"


def test_every_file_has_an_initial_vector_of_its_own_also_beyond_the_sixteenth() -> None:
    encrypted = sent(b"<data/>", FILES)
    key = opened(encrypted)
    plain = {**FILES, "submission.xml": b"<data/>"}
    assert [key.decrypt(at, content) for at, content in enumerate(encrypted.files.values())] == list(plain.values())
    assert key.signed(encrypted.signature, lines(encrypted, plain))


@pytest.mark.parametrize(
    ("number", "vector"),
    [
        (0, "39bbb0890f3222269da68b172146477a"),
        (8, "39bcb18a103323279ea68b172146477a"),
        (15, "39bcb18a103323279ea78c182247487b"),
        (31, "3abdb28b113424289fa88d192348497c"),
    ],
)
def test_initial_vectors_are_those_of_odk_collect(number: int, vector: str) -> None:
    """For one key and instance, as getodk/central-backend publishes them among its own tests."""
    secret = base64.b64decode("3TJoHf74zHbDwG3Ta+bcvfUr50C6yF/astfu+CdSnQU=")
    key = PhoneKey(_load(PRIVATE), secret, "uuid:22525f8e-4f2d-41ed-94da-4c46a2478448")
    assert key._initial_vector(number).hex() == vector


@given(st.binary(max_size=40))
def test_content_of_any_length_comes_back(content: bytes) -> None:
    assert opened(encrypted := sent(content)).decrypt(0, encrypted.files["submission.xml.enc"]) == content


def test_the_key_that_fits_is_found_among_older_ones() -> None:
    encrypted = sent()
    assert opened(encrypted, OTHER, PRIVATE).decrypt(0, encrypted.files["submission.xml.enc"]) == b"<data/>"
    assert unwrap_phone_key([OTHER], encrypted.key, "uuid:1") is None
    assert unwrap_phone_key([], encrypted.key, "uuid:1") is None


@pytest.mark.parametrize(
    "wrapped", ["", "not base64!", base64.b64encode(b"short").decode(), base64.b64encode(bytes(256)).decode()]
)
def test_what_is_no_wrapped_key_opens_nothing(wrapped: str) -> None:
    assert unwrap_phone_key([PRIVATE], wrapped, "uuid:1") is None


def test_the_signature_is_no_key() -> None:
    """Sixteen bytes under the same public key: a phone's key has thirty-two."""
    assert unwrap_phone_key([PRIVATE], sent().signature, "uuid:1") is None


def test_a_signature_is_of_these_lines_in_this_order_and_of_no_others() -> None:
    encrypted = sent()
    key, said = opened(encrypted), lines(encrypted, {"submission.xml": b"<data/>"})
    assert key.signed(encrypted.signature, said)
    assert not key.signed(encrypted.signature, said[::-1])
    assert not key.signed(encrypted.signature, [*said, ""])
    assert not key.signed(encrypted.key, said)
    assert not key.signed("", said)


@pytest.mark.parametrize("content", [b"", b"cut off", bytes(15)])
def test_what_cannot_be_a_file_is_told(content: bytes) -> None:
    assert opened(sent()).decrypt(0, content) is None
