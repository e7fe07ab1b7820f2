"""Many who are new at once are compared as if they had come one after the other: each with those who stand, and with those who
came before.

Hardly anybody shares a token. Those who do are opened together; where that fails, each is compared by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy.exc import OperationalError

from casework.duplicate_models import Similarity
from casework.duplicates.compare_persons import profile, similarity
from casework.duplicates.propose_duplicates import AT_MOST, keep_pair, open_compared, propose_if_it_can, tell_compared
from casework.models import TokenKind
from casework.store.change_clear import changing_clear
from casework.store.seal_record import Vault
from core.postgres.driver_connection import driver_connection
from core.postgres.packed_arrays import Kind, packed

__all__ = ["Compared", "propose_for_new", "sharing_tokens"]

# Each token by itself, so that a helpline's number, given by thousands, costs no more than another.
HOLDERS: Final = b"""
    SELECT t.number, held.record
    FROM unnest(%(kind)b::text[], %(token)b::bytea[]) WITH ORDINALITY AS t (kind, token, number)
    CROSS JOIN LATERAL (
        SELECT record FROM casework.token
        WHERE operation = %(operation)s AND kind = t.kind AND token = t.token ORDER BY record LIMIT %(most)s
    ) AS held
"""
KindToken = tuple[TokenKind, bytes]


@dataclass(frozen=True)
class Compared:
    """The tokens of somebody new, and those besides of who may be them."""

    own: Sequence[KindToken] = field(repr=False)
    near: Sequence[KindToken] = field(repr=False)


def sharing_tokens(vault: Vault, households: Sequence[Mapping[UUID, Compared]]) -> dict[UUID, set[UUID]]:
    """By person, in order, those who share a token with them: of those who stand, and of the households before theirs.

    To be asked before the tokens of the new ones are written. Who shares none with anybody is left out. Those of one household
    are different persons.
    """
    holders = _standing(vault, {token for one in households for new in one.values() for token in (*new.own, *new.near)})
    sharing: dict[UUID, set[UUID]] = {}
    for household in households:
        for person, new in household.items():
            for token in new.own:
                holders.setdefault(token, []).append(person)
        for person, new in sorted(household.items()):
            wanted = (token for token in (*new.own, *new.near) if token in holders)
            found = {other for token in wanted for other in _first(holders[token], person)} - household.keys()
            if found:
                sharing[person] = found
    return sharing


def propose_for_new(vault: Vault, sharing: Mapping[UUID, Collection[UUID]]) -> None:
    """Keep the pairs that are alike, once all of them are written. Like `propose_for_household`, it stands in nobody's way."""
    if not sharing:
        return
    try:
        with vault.session.begin_nested():
            _propose_together(vault, sharing)
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001  (whoever it is about is found below, and noted)
        for person in sharing:
            propose_if_it_can(vault, person)


def _propose_together(vault: Vault, sharing: Mapping[UUID, Collection[UUID]]) -> None:
    opened = open_compared(vault, {*sharing, *(other for others in sharing.values() for other in others)})
    profiles = {person: profile(parts) for person, parts in opened.items()}
    beside = {person: [it for it in others if it in profiles] for person, others in sharing.items() if person in profiles}
    alike: dict[tuple[UUID, UUID], Similarity] = {}
    for person, others in beside.items():
        degrees = {(person, other): similarity(profiles[person], profiles[other]) for other in others}
        alike |= (found := {pair: degree for pair, degree in degrees.items() if degree})
        if others:
            tell_compared(vault, person, len(others), {"alike": len(found)})
    with changing_clear(vault, {person for pair in alike for person in pair}):
        for pair, degree in alike.items():
            keep_pair(vault, None, pair, degree)


def _standing(vault: Vault, tokens: Collection[KindToken]) -> dict[KindToken, list[UUID]]:
    """By token, who holds it: of many, no more than are compared."""
    asked, held = list(tokens), dict[KindToken, list[UUID]]()
    given = {
        "kind": packed(Kind.TEXT, [kind.value.encode() for kind, _ in asked]),
        "token": packed(Kind.BYTEA, [token for _, token in asked]),
        "operation": vault.operation,
        "most": AT_MOST,
    }
    for number, record in driver_connection(vault.session).execute(HOLDERS, given) if asked else ():
        held.setdefault(asked[number - 1], []).append(record)
    return held


def _first(holders: Collection[UUID], person: UUID) -> list[UUID]:
    """Those who are compared, in the order of their ids."""
    return sorted(other for other in holders if other != person)[:AT_MOST]
