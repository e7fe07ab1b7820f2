"""Finding a record by an exact value that is stored nowhere.

A token is a keyed fingerprint of the value in its plainest writing, so that `SC-12 ` and `sc-12`, or the same phone number
with and without spaces, meet. Only exact values that many people do not share get one: a token of a name alone
would give away who is meant by its frequency.
"""

import unicodedata
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, insert, select

from casework.models import Token, TokenKind
from casework.seal_record import Vault

__all__ = ["find_by_token", "plain", "replace_tokens"]


def replace_tokens(vault: Vault, record: UUID, values: Mapping[TokenKind, str]) -> None:
    """Give a record the tokens of these values and take away those it had; an empty value has none."""
    vault.session.execute(delete(Token).where(Token.record == record))
    tokens = [
        {"operation": vault.operation, "kind": kind.value, "token": _token(vault, kind, value), "record": record}
        for kind, value in values.items()
        if plain(kind, value)
    ]
    if tokens:
        vault.session.execute(insert(Token), tokens)


def find_by_token(vault: Vault, kind: TokenKind, value: str) -> list[UUID]:
    """The records that were given this value, in order of their ids."""
    same = Token.operation == vault.operation, Token.kind == kind.value, Token.token == _token(vault, kind, value)
    return list(vault.session.scalars(select(Token.record).where(*same).order_by(Token.record)))


def _token(vault: Vault, kind: TokenKind, value: str) -> bytes:
    # Keyed by operation as well: the same phone in two operations must not tie their records together.
    return vault.ring.blind_token(f"casework:{vault.operation}:{kind.value}", plain(kind, value))


def plain(kind: TokenKind, value: str) -> str:
    """The value without what people write differently: letter case and spaces, and for a phone number also signs,
    leading zeros and the script of its digits."""
    if kind is TokenKind.PHONE:
        return "".join(str(unicodedata.decimal(sign)) for sign in value if sign.isdecimal()).lstrip("0")
    folded = unicodedata.normalize("NFKC", value).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())  # folding can leave marks uncomposed
