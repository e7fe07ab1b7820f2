"""The groups of pages behind the sign-in, in the order of the navigation. Add yours here."""

from app.web.broken_glass_pages import BROKEN_GLASS
from app.web.desk import PageGroup
from app.web.record_pages import RECORDS

__all__ = ["GROUPS"]

GROUPS: tuple[PageGroup, ...] = (RECORDS, BROKEN_GLASS)
