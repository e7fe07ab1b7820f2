"""What the pages of a record share: the purposes to choose from, a colleague's id behind their sign-in name, days of a form."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from app.web.desk import Desk
from app.web.problems import PartnerUnknown
from app.web.signed_in import Visit
from casework.case_file import FieldUnfit
from casework.referrals import PartnerAccount
from core.access import Access
from core.audit import Purpose
from core.database import Zone
from core.identity.accounts import find_account
from core.identity.grants import access_for, providers_of

__all__ = ["PURPOSES", "access_named", "account_named", "code_chosen", "day_of", "ids_of", "partner_named", "purpose_of"]

Code = TypeVar("Code", bound=StrEnum)
# What a worker may look at a record for; the other purposes have use cases of their own.
PURPOSES: Final = (
    Purpose.ASSISTANCE,
    Purpose.PROTECTION,
    Purpose.REFERRAL,
    Purpose.VERIFICATION,
    Purpose.RIGHTS,
    Purpose.LEGAL,
)


def account_named(desk: Desk, visit: Visit, sign_in_name: str) -> str:
    """The id behind a colleague's sign-in name; looked up by the program, for a worker has no right to the accounts."""
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        return str(find_account(session, sign_in_name).id)


def access_named(desk: Desk, visit: Visit, sign_in_name: str) -> Access:
    """What a colleague may do in this operation; raises `AccountUnknown`."""
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        return access_for(session, find_account(session, sign_in_name).id, visit.access.operation)


def partner_named(desk: Desk, visit: Visit, sign_in_name: str) -> PartnerAccount:
    """The account behind a partner's sign-in name; raises `AccountUnknown`, or `PartnerUnknown` for who is none here."""
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        account = find_account(session, sign_in_name).id
        providers = providers_of(session, account, visit.access.operation)
    if providers is None:
        raise PartnerUnknown
    return PartnerAccount(str(account), providers)


def purpose_of(given: object, otherwise: Purpose = Purpose.ASSISTANCE) -> Purpose:
    """The purpose named, if it is one of those a record may be looked at for."""
    return next((purpose for purpose in PURPOSES if purpose.value == given), otherwise)


def ids_of(given: Iterable[object]) -> frozenset[UUID]:
    """The ids among what a form gives; anything else in their place names nothing."""
    found = set()
    for one in given:
        with suppress(ValueError):
            found.add(UUID(str(one)))
    return frozenset(found)


def day_of(given: object, field: str) -> datetime | None:
    """The day that a form names as `2026-02-10`, at its beginning (UTC); None where nothing was typed.

    Raises `FieldUnfit` for anything else: a day of another calendar, or in another order, must not become no day at all.
    """
    typed = str(given or "").strip()
    if not typed:
        return None
    try:
        return datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise FieldUnfit(field=field, expected="write the day as 2026-02-10") from None


def code_chosen(given: object, codes: Iterable[Code], field: str) -> Code:
    """The code that a form names; raises `FieldUnfit` where it names none of them, for nothing is guessed of a person."""
    offered = {code.value: code for code in codes}
    if given not in offered:
        raise FieldUnfit(field=field, expected=f"choose one of {', '.join(offered)}")
    return offered[str(given)]
