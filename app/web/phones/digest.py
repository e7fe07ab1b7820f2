"""HTTP Digest access authentication, the server's side: challenges that carry their own proof, and answers to them.

RFC 7616 with `qop=auth`. MD5, because the phones' library knows no other; the password is 120 random bits, so nothing that is
known of MD5 helps to find it. A challenge is remembered by nobody: its nonce is a moment with a keyed fingerprint. Within its
time an answer can be sent again by who has read it, for the same address: what is posted twice is one record.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import md5
from hmac import compare_digest
from typing import Final
from urllib.request import parse_http_list, parse_keqv_list

from core.clock import now
from core.keys.keyring import KeyRing

__all__ = ["Answer", "answer_of", "challenge"]

REALM: Final = "Waystation"
HOLDS: Final = timedelta(minutes=10)
LONGEST_HEADER: Final = 2_000
SAID: Final = ("username", "realm", "nonce", "uri", "nc", "cnonce", "response")


@dataclass(frozen=True)
class Answer:
    """Who answered rightly. `stale`: to a challenge whose time is over, so that the phone is asked once more by itself."""

    name: str
    stale: bool


def challenge(ring: KeyRing, *, stale: bool = False) -> str:
    """The header `WWW-Authenticate`."""
    told = f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{_nonce(ring, now())}"'
    return f"{told}, stale=true" if stale else told


def answer_of(ring: KeyRing, header: str, method: str, address: str, password_of: Callable[[str], str]) -> Answer | None:
    """Who signs in with this header `Authorization`, for this method and address (path and query as they were sent).

    None where it is no right answer, whatever is wrong with it.
    """
    said = _read(header)
    if said is None or said["realm"] != REALM or said["uri"] != address:
        return None
    proof = _digest(f"{said['username']}:{REALM}:{password_of(said['username'])}")
    middle = ":".join((said["nonce"], said["nc"], said["cnonce"], "auth"))
    expected = _digest(f"{proof}:{middle}:{_digest(f'{method}:{address}')}")
    if not compare_digest(expected.encode(), said["response"].encode()):
        return None
    return Answer(said["username"], stale=not _holds(ring, said["nonce"]))


def _read(header: str) -> dict[str, str] | None:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "digest" or len(header) > LONGEST_HEADER:
        return None
    try:
        said = parse_keqv_list(parse_http_list(rest))
    except (ValueError, IndexError):
        return None
    fits = said.get("qop") == "auth" and said.get("algorithm", "MD5").upper() == "MD5"
    return said if fits and all(name in said for name in SAID) else None


def _nonce(ring: KeyRing, moment: datetime) -> str:
    at = f"{int(moment.timestamp()):x}"
    return f"{at}.{ring.blind_token('web.digest', at).hex()[:32]}"


def _holds(ring: KeyRing, nonce: str) -> bool:
    try:
        made = datetime.fromtimestamp(int(nonce.partition(".")[0], 16), UTC)
    except (ValueError, OverflowError, OSError):
        return False
    return compare_digest(nonce.encode(), _nonce(ring, made).encode()) and timedelta() <= now() - made < HOLDS


def _digest(said: str) -> str:
    return md5(said.encode(), usedforsecurity=False).hexdigest()
