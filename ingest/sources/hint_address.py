"""The address at which a server may say that a source has news: its webhook (KoboToolbox calls it a REST service).

A hint is believed in nothing: whatever it carries is left unread, and what there is comes by the ordinary pull. So all that the
token in its address keeps off is strangers who would have us ask a server too often. It is made from the key ring, and stands
nowhere: who reads the database cannot make one, and no look-up is needed to refuse one.
"""

import hmac
from uuid import UUID

from core.keys.keyring import KeyRing
from core.protected_address import is_protected
from ingest.sources.errors import SourceUnprotected

__all__ = ["hint_address", "is_hint_of"]


def hint_address(ring: KeyRing, server: str, operation: str, source: UUID) -> str:
    """What is entered on the other server; `server` is ours, as https://collect.example.org. Raises `SourceUnprotected`."""
    if not is_protected(server):
        raise SourceUnprotected(address=server)
    return f"{server.rstrip('/')}/hint/{operation}/{source}/{_token(ring, operation, source)}"


def is_hint_of(ring: KeyRing, operation: str, source: UUID, token: str) -> bool:
    """Whether the token in an address is that of this source."""
    return hmac.compare_digest(_token(ring, operation, source).encode(), token.encode())


def _token(ring: KeyRing, operation: str, source: UUID) -> str:
    return ring.blind_token("source-hint", f"{operation}\0{source}").hex()
