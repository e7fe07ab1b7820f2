"""Passwords: at least 12 characters, not among the worst, not the sign-in name (NIST SP 800-63B); kept as Argon2id.

Checking one takes the same work whether or not the account exists: without one, a hash that nothing matches is tried.
"""

import base64
import secrets
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy.orm import Session

from core.audit_line import Action, Purpose, record
from core.clock import now
from core.identity.accounts import normal
from core.identity.errors import PasswordUnfit
from core.identity.models import Account, Password

__all__ = ["LONGEST", "SHORTEST", "has_password", "matches", "set_password"]

SHORTEST: Final = 12
LONGEST: Final = 256  # or hashing would be a way to keep the server busy
ITERATIONS, LANES, KIBIBYTES = 3, 4, 64 * 1024  # RFC 9106, section 4, the 64 MiB variant
SALT_BYTES, HASH_BYTES = 16, 32
# Words and runs that the worst passwords of 12 characters and more are built from, without digits and signs.
WORST: Final = frozenset(
    [
        "password",
        "passwordpassword",
        "passw",
        "passwort",
        "motdepasse",
        "qwerty",
        "qwertyqwerty",
        "qwertyuiop",
        "qwertyuiopasdfghjkl",
        "asdfghjkl",
        "asdfghjklzxcvbnm",
        "zxcvbnm",
        "azerty",
        "azertyuiop",
        "abcdefghijkl",
        "abcdefghijklmnop",
        "iloveyou",
        "iloveyouforever",
        "letmein",
        "letmeinplease",
        "welcome",
        "welcomewelcome",
        "administrator",
        "changeme",
        "changemenow",
        "trustnoone",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "superman",
        "waystation",
        "humanitarian",
        "caseworker",
        "organisation",
        "secretsecret",
        "thisismypassword",
        "mypassword",
        "newpassword",
    ]
)


def _nobodys() -> str:
    salt, tag = (base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (SALT_BYTES, HASH_BYTES))
    return f"$argon2id$v=19$m={KIBIBYTES},t={ITERATIONS},p={LANES}${salt}${tag}"


NOBODYS: Final = _nobodys()


def set_password(session: Session, account: UUID, password: str) -> None:
    """Set an account's password; raises `PasswordUnfit`."""
    _check(password, session.get_one(Account, account).sign_in_name)
    lock = Argon2id(
        salt=secrets.token_bytes(SALT_BYTES), length=HASH_BYTES, iterations=ITERATIONS, lanes=LANES, memory_cost=KIBIBYTES
    )
    row = session.get(Password, account) or Password(account=account)
    row.hash, row.set_at = lock.derive_phc_encoded(password.encode()), now()
    session.add(row)
    session.flush()
    who = f"identity.account:{account}"
    record(session, Action.ACCOUNT_CHANGED, who, purpose=Purpose.SECURITY, detail={"change": "password set"})


def matches(session: Session, account: UUID | None, password: str) -> bool:
    """Whether it is the account's password. No account, or none set: the same work, and no."""
    stored = session.get(Password, account) if account else None
    try:
        Argon2id.verify_phc_encoded(password[:LONGEST].encode(), stored.hash if stored else NOBODYS)
    except InvalidKey:
        return False
    return stored is not None


def has_password(session: Session, account: UUID) -> bool:
    return session.get(Password, account) is not None


def _check(password: str, sign_in_name: str) -> None:
    plain = normal(password)
    letters = "".join(letter for letter in plain if letter.isalpha())
    if len(password) < SHORTEST:
        raise PasswordUnfit(reason=f"it is shorter than {SHORTEST} characters")
    if len(password) > LONGEST:
        raise PasswordUnfit(reason=f"it is longer than {LONGEST} characters")
    if letters in WORST or len(set(plain)) < 5 or plain.isdecimal():
        raise PasswordUnfit(reason="it is one of those that are tried first")
    if normal(sign_in_name) in plain:
        raise PasswordUnfit(reason="it holds the sign-in name")
