"""What phones encrypt with a form's public key, opened with its private key (ODK XForms specification, encrypted submissions).

A phone makes a random key of 32 bytes for each submission and wraps it with RSA-OAEP (SHA-256, also in MGF1). Under that key
each file is AES-256 in CFB mode, padded by PKCS #7, with an initial vector of its own: the MD5 of the instance's id and the
key, one byte of which is counted up for each file. The signature is the MD5 of a text that names all files, encrypted with
the same public key: it shows that nothing was changed or left out, and not who sent it. CFB and MD5 are the
specification's choice; what rests here is sealed by `core.sealing.envelope`.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import Final

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives import constant_time, hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.padding import PKCS7

__all__ = ["PhoneKey", "file_digest", "new_private_key", "public_key_of", "unwrap_phone_key"]

RSA_BITS: Final = 2048  # what the specification names, and phones can
KEY_BYTES: Final = 32
OAEP: Final = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


class PhoneKey:
    """The key that a phone made for one submission, unwrapped, beside the private key that unwrapped it."""

    def __init__(self, private: rsa.RSAPrivateKey, secret: bytes, instance_id: str) -> None:
        self._private, self._secret = private, secret
        self._seed = _md5(instance_id.encode() + secret)

    def decrypt(self, number: int, content: bytes) -> bytes | None:
        """The file that was encrypted as the `number`th, counted from 0; None where it cannot be one.

        A changed file may well decrypt, to something else: only the signature tells.
        """
        cipher = Cipher(AES256(self._secret), CFB(self._initial_vector(number))).decryptor()
        unpad = PKCS7(AES256.block_size).unpadder()
        try:
            return unpad.update(cipher.update(content) + cipher.finalize()) + unpad.finalize()
        except ValueError:
            return None

    def signed(self, signature: str, lines: Iterable[str]) -> bool:
        """Whether the signature (base64) is that of these lines, each of which ends with a newline, the last one too."""
        digest = _decrypt(self._private, signature)
        return digest is not None and constant_time.bytes_eq(digest, _md5("".join(f"{line}\n" for line in lines).encode()))

    def _initial_vector(self, number: int) -> bytes:
        """The seed after `number` + 1 files: they count up its bytes one after the other, and begin anew after the last."""
        return bytes((byte + (number - place) // len(self._seed) + 1) % 256 for place, byte in enumerate(self._seed))


def new_private_key() -> bytes:
    """A private key (DER of PKCS #8)."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return private.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def public_key_of(private_key: bytes) -> str:
    """Its public key as a form carries it: base64 of the DER of a SubjectPublicKeyInfo."""
    public = _load(private_key).public_key()
    return base64.b64encode(
        public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).decode()


def unwrap_phone_key(private_keys: Iterable[bytes], wrapped: str, instance_id: str) -> PhoneKey | None:
    """The key of a submission, by the first private key that opens it (`wrapped` is base64); None where none does."""
    for private_key in private_keys:
        private = _load(private_key)
        secret = _decrypt(private, wrapped)
        if secret is not None and len(secret) == KEY_BYTES:
            return PhoneKey(private, secret, instance_id)
    return None


def file_digest(content: bytes) -> str:
    """The MD5 by which a file's content stands in the signed text, in hexadecimal."""
    return _md5(content).hex()


def _load(private_key: bytes) -> rsa.RSAPrivateKey:
    # It was sealed with a tag that has been checked, so its numbers need not be proven again at each opening.
    private = serialization.load_der_private_key(private_key, password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(private, rsa.RSAPrivateKey)  # noqa: S101  (`new_private_key` makes no other)
    return private


def _decrypt(private: rsa.RSAPrivateKey, text: str) -> bytes | None:
    try:
        return private.decrypt(base64.b64decode("".join(text.split()), validate=True), OAEP)
    except (ValueError, binascii.Error):
        return None


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()
