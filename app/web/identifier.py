"""Ids as forms of ours send them back."""

from uuid import UUID

from app.web.problems import FormExpired

__all__ = ["identifier"]


def identifier(given: object) -> UUID:
    """An id from a form of ours; anything else did not come from one."""
    try:
        return UUID(str(given))
    except ValueError:
        raise FormExpired from None
