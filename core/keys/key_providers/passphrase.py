"""The default: Argon2id (RFC 9106, section 4, the 64 MiB variant) turns a passphrase into the sealing key."""

import base64
import secrets
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from core.keys.key_providers import SEALING_BYTES

__all__ = ["Passphrase"]

ITERATIONS: Final = 3
LANES: Final = 4
KIBIBYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Passphrase:
    """A provider that needs nobody but who knows the passphrase. The file keeps the salt."""

    passphrase: str = field(repr=False)
    kind: str = "salt"

    def new_sealing_key(self) -> tuple[bytes, str]:
        kept = base64.b64encode(secrets.token_bytes(16)).decode()
        return self.sealing_key(kept), kept

    def sealing_key(self, kept: str) -> bytes:
        salt = base64.b64decode(kept, validate=True)
        cost = Argon2id(salt=salt, length=SEALING_BYTES, iterations=ITERATIONS, lanes=LANES, memory_cost=KIBIBYTES)
        return cost.derive(self.passphrase.encode())
