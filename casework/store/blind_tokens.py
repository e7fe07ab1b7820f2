"""Finding a person or a case by an exact value that is stored nowhere.

A token is a keyed fingerprint of the value in its plainest writing, so that `SC-12 ` and `sc-12`, or the same phone number
with and without spaces, meet. Only exact values that many people do not share get one: a token of a name alone
would give away who is meant by its frequency (full name and year of birth together: `casework.name_tokens`).
"""

import unicodedata
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, insert, select

from casework.models import Case, Token, TokenKind
from casework.names.name_tokens import name_tokens, own_name_token
from casework.names.person_name import PersonName
from casework.store.change_clear import changing_clear
from casework.store.seal_record import Vault
from core.database import among

__all__ = [
    "blind_token",
    "find_by_name",
    "find_by_reference",
    "find_by_token",
    "known_under",
    "plain",
    "remove_tokens",
    "replace_tokens",
]


def replace_tokens(vault: Vault, record: UUID, values: Mapping[TokenKind, str], *, name: PersonName | None = None) -> None:
    """Give a person the tokens of these values and of this name, and take away those they had; an empty value has none."""
    with changing_clear(vault, [record]):
        remove_tokens(vault, [record])
        _give(vault, record, values, name)


def _give(vault: Vault, record: UUID, values: Mapping[TokenKind, str], name: PersonName | None) -> None:
    tokens = {kind: blind_token(vault, kind, value) for kind, value in values.items() if plain(kind, value)}
    own = own_name_token(vault.ring, vault.operation, name.given, name.family, name.birth_year) if name else None
    if own:
        tokens[TokenKind.NAME] = own
    rows = [
        {"operation": vault.operation, "kind": kind.value, "token": token, "record": record} for kind, token in tokens.items()
    ]
    if rows:
        vault.session.execute(insert(Token), rows)


def remove_tokens(vault: Vault, records: Collection[UUID]) -> None:
    """Let these persons be found by no token any more. For whoever erases them, or lists what stands afterwards."""
    vault.session.execute(delete(Token).where(Token.record.in_(records)))


def find_by_token(vault: Vault, kind: TokenKind, value: str) -> list[UUID]:
    """The persons who gave this value, in order of their ids."""
    return _holders(vault, kind, [blind_token(vault, kind, value)])


def find_by_reference(vault: Vault, reference: str) -> Case | None:
    """The case under a reference, however its letters and spaces are written."""
    return vault.session.scalars(select(Case).where(known_under(vault, reference))).one_or_none()


def known_under(vault: Vault, reference: str) -> ColumnElement[bool]:
    """Which case is known under a reference."""
    return and_(Case.operation == vault.operation, Case.reference == blind_token(vault, TokenKind.CASE_REFERENCE, reference))


def find_by_name(vault: Vault, name: PersonName) -> list[UUID]:
    """The persons whose names may be this one and whose year of birth is this or next to it, in order of their ids."""
    return _holders(vault, TokenKind.NAME, name_tokens(vault.ring, vault.operation, name.given, name.family, name.birth_year))


def _holders(vault: Vault, kind: TokenKind, tokens: Collection[bytes]) -> list[UUID]:
    same = Token.operation == vault.operation, Token.kind == kind.value, among(Token.token, tokens)
    return list(vault.session.scalars(select(Token.record).where(*same).order_by(Token.record)))


def blind_token(vault: Vault, kind: TokenKind, value: str) -> bytes:
    """The fingerprint that is kept of a value."""
    # Keyed by operation as well: the same phone in two operations must not tie their records together.
    return vault.ring.blind_token(f"casework:{vault.operation}:{kind.value}", plain(kind, value))


def plain(kind: TokenKind, value: str) -> str:
    """The value without what people write differently: letter case and spaces, and for a phone number also signs,
    leading zeros and the script of its digits."""
    if kind is TokenKind.PHONE:
        return "".join(str(unicodedata.decimal(sign)) for sign in value if sign.isdecimal()).lstrip("0")
    folded = unicodedata.normalize("NFKC", value).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())  # folding can leave marks uncomposed
