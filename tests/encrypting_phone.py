"""A phone that encrypts what it finalises, as far as the server can tell.

Written from the ODK XForms specification alone and in nothing but Python's own arithmetic and hashes (AES after FIPS 197,
CFB after NIST SP 800-38A, RSA-OAEP after RFC 8017), so that it shares no line and no library with what it tests.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

__all__ = ["Encrypted", "aes_256", "encrypt"]

ENCRYPTED = "http://opendatakit.org/submissions"


@dataclass(frozen=True)
class Encrypted:
    """What the phone posts: the parts of the manifest, and the encrypted files by name, the answers last."""

    form_id: str
    version: str
    instance_id: str
    key: str
    signature: str
    files: Mapping[str, bytes] = field(repr=False)
    listed: Sequence[str]
    prefix: str = "xmlns:orx='http://openrosa.org/xforms'"

    @property
    def manifest(self) -> bytes:
        *media, answers = self.listed
        version = f' version="{self.version}"' if self.version else ""
        return "".join(
            (
                f'<data xmlns="{ENCRYPTED}" {self.prefix} encrypted="yes" id="{self.form_id}"{version}>',
                f"<base64EncryptedKey>{self.key}</base64EncryptedKey>",
                f"<orx:meta><orx:instanceID>{self.instance_id}</orx:instanceID></orx:meta>",
                *(f"<media><file>{name}</file></media>" for name in media),
                f"<encryptedXmlFile>{answers}</encryptedXmlFile>",
                f"<base64EncryptedElementSignature>{self.signature}</base64EncryptedElementSignature></data>",
            )
        ).encode()

    def but(self, **changed: object) -> "Encrypted":
        """The same with something else in it."""
        return replace(self, **changed)  # type: ignore[arg-type]


def encrypt(
    public_key: str,
    xml: bytes,
    media: Mapping[str, bytes] | None = None,
    *,
    form_id: str,
    version: str,
    instance_id: str,
) -> Encrypted:
    """Encrypt answers and their files for the public key that the form carries."""
    modulus, exponent = _numbers(base64.b64decode(public_key))
    secret = secrets.token_bytes(32)
    key = base64.b64encode(_oaep(secret, modulus, exponent)).decode()
    seed = bytearray(_md5(instance_id.encode() + secret))
    plain = {**(media or {}), "submission.xml": xml}
    files = {}
    for number, (name, content) in enumerate(plain.items()):
        seed[number % 16] = (seed[number % 16] + 1) % 256
        files[f"{name}.enc"] = _cfb(secret, bytes(seed), content)
    lines = [form_id, *([version] if version else []), key, instance_id]
    lines += [f"{name}::{_md5(content).hex()}" for name, content in plain.items()]
    digest = _md5("".join(line + "\n" for line in lines).encode())
    signature = base64.b64encode(_oaep(digest, modulus, exponent)).decode()
    return Encrypted(form_id, version, instance_id, key, signature, files, list(files))


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content).digest()


def _numbers(der: bytes) -> tuple[int, int]:
    """Modulus and exponent of a SubjectPublicKeyInfo: SEQUENCE { SEQUENCE, BIT STRING { SEQUENCE { INTEGER, INTEGER } } }."""
    _, inside, _ = _element(der)
    _, _, after = _element(inside)
    _, bits, _ = _element(after)
    _, numbers, _ = _element(bits[1:])
    _, modulus, after = _element(numbers)
    _, exponent, _ = _element(after)
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def _element(der: bytes) -> tuple[int, bytes, bytes]:
    """The tag and content of the first element, and what follows it."""
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    return der[0], der[start : start + length], der[start + length :]


def _oaep(message: bytes, modulus: int, exponent: int) -> bytes:
    size = (modulus.bit_length() + 7) // 8
    block = hashlib.sha256(b"").digest() + bytes(size - len(message) - 66) + b"\x01" + message
    seed = secrets.token_bytes(32)
    masked = _xor(block, _mask(seed, len(block)))
    whole = b"\x00" + _xor(seed, _mask(masked, 32)) + masked
    return pow(int.from_bytes(whole, "big"), exponent, modulus).to_bytes(size, "big")


def _mask(seed: bytes, length: int) -> bytes:
    rounds = -(-length // 32)
    return b"".join(hashlib.sha256(seed + number.to_bytes(4, "big")).digest() for number in range(rounds))[:length]


def _cfb(secret: bytes, vector: bytes, content: bytes) -> bytes:
    padding = 16 - len(content) % 16
    padded, encrypted, before = content + bytes([padding]) * padding, b"", vector
    schedule = _schedule(secret)
    for start in range(0, len(padded), 16):
        before = _xor(padded[start : start + 16], _block(schedule, before))
        encrypted += before
    return encrypted


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _double(byte: int) -> int:
    return (byte << 1) ^ (0x11B if byte & 0x80 else 0)


def _product(one: int, other: int) -> int:
    result = 0
    while other:
        result ^= one if other & 1 else 0
        one, other = _double(one), other >> 1
    return result


def _substitute(byte: int) -> int:
    inverse = next((other for other in range(1, 256) if _product(byte, other) == 1), 0)
    turned = [((inverse << turn) | (inverse >> (8 - turn))) & 0xFF for turn in range(5)]
    return turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^ turned[4] ^ 0x63


BOX = bytes(map(_substitute, range(256)))
DOUBLED = bytes(map(_double, range(256)))


def _schedule(key: bytes) -> list[bytes]:
    words, constant = [key[at : at + 4] for at in range(0, 32, 4)], 1
    while len(words) < 60:
        word = words[-1]
        if len(words) % 8 == 0:
            word = bytes(BOX[byte] for byte in word[1:] + word[:1])
            word, constant = bytes([word[0] ^ constant]) + word[1:], _double(constant)
        elif len(words) % 8 == 4:
            word = bytes(BOX[byte] for byte in word)
        words.append(_xor(word, words[-8]))
    return [b"".join(words[at : at + 4]) for at in range(0, 60, 4)]


def _block(schedule: Sequence[bytes], block: bytes) -> bytes:
    state = _xor(block, schedule[0])
    for number, key in enumerate(schedule[1:], start=1):
        state = bytes(BOX[state[(at + 4 * (at % 4)) % 16]] for at in range(16))  # substituted, rows shifted
        if number < len(schedule) - 1:
            state = b"".join(_mix(state[at : at + 4]) for at in range(0, 16, 4))
        state = _xor(state, key)
    return state


def _mix(column: bytes) -> bytes:
    every = column[0] ^ column[1] ^ column[2] ^ column[3]
    return bytes(column[at] ^ every ^ DOUBLED[column[at] ^ column[(at + 1) % 4]] for at in range(4))


def aes_256(key: bytes, block: bytes) -> bytes:
    """One block, for the published example."""
    return _block(_schedule(key), block)
