"""The groups of pages behind the sign-in, in the order of the navigation. Add yours here."""

from app.web.desk import PageGroup

__all__ = ["GROUPS"]

GROUPS: tuple[PageGroup, ...] = ()
