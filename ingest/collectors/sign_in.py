"""Name and password by which a phone may sign in instead of holding its token in its address, made of the key ring alone.

Nothing of them is kept: from the name the key ring makes password and token, so whoever has read the database knows none of
them, and a name that nobody registered leads to a token that nobody has.
"""

import secrets
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Final

from core.keys.keyring import KeyRing

__all__ = ["PhoneSignIn", "new_sign_in", "sign_in_named"]

NAME_BYTES: Final = 5  # 40 bits: it tells phones apart, and keeps nothing secret
PASSWORD_BYTES: Final = 15  # 120 bits, as 24 letters and digits that are typed once
NAMED: Final = "phone-"


@dataclass(frozen=True)
class PhoneSignIn:
    """What is typed into a phone, and the token (`Collector`) that it stands for."""

    name: str
    password: str = field(repr=False)
    token: str = field(repr=False)


def new_sign_in(ring: KeyRing, *, of: bytes | None = None) -> PhoneSignIn:
    """One for a phone that is about to be registered by its token; `of` the same bytes it is the same one."""
    return sign_in_named(ring, NAMED + _letters((of or secrets.token_bytes(NAME_BYTES))[:NAME_BYTES]))


def sign_in_named(ring: KeyRing, name: str) -> PhoneSignIn:
    """The one of this name, whether or not any phone has it."""
    password = _letters(ring.blind_token("collector.password", name)[:PASSWORD_BYTES])
    token = urlsafe_b64encode(ring.blind_token("collector.token", name)).decode().rstrip("=")
    return PhoneSignIn(name, password, token)


def _letters(content: bytes) -> str:
    return b32encode(content).decode().lower()
