"""Whose program calls: by the token in the header `Authorization`, and by nothing in an address or a cookie."""

from typing import Annotated, Final

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.web.desk import OpenDesk
from core.access import Access, require
from core.database import Zone
from core.identity.errors import TokenRefused
from core.identity.service_tokens import access_of_partner
from core.permissions import Right

__all__ = ["Caller", "WhoHandsIn"]

BEARER: Final = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token that the partner made under “Tokens for your program”."
)
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]


def _caller(given: Given, desk: OpenDesk) -> Access:
    """What the program may do now; raises `TokenRefused`, alike whatever is wrong with a token, or `TokenTooBusy`."""
    with desk.database.transaction(Zone.IDENTITY, actor="sign-in") as session:
        access = access_of_partner(session, given.credentials) if given else None
    if access is None:
        raise TokenRefused
    return access


Caller = Annotated[Access, Depends(_caller)]


def _who_hands_in(caller: Caller, desk: OpenDesk) -> Access:
    """Asked for before the body is read."""
    with desk.database.transaction(Zone.CASEWORK, access=caller) as session:
        return require(session, Right.HAND_IN_PERSONS, subject="ingest.handed_in")


WhoHandsIn = Annotated[Access, Depends(_who_hands_in)]
