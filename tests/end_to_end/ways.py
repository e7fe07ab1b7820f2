"""Where a walk over all pages begins, and which route answers an address that it comes to."""

from urllib.parse import urlsplit

from starlette.routing import Match

from app.web.page_groups import GROUPS
from tests.end_to_end.demonstrated_office import DemonstratedOffice

__all__ = ["NOT_WALKED", "ROUTES", "beginnings", "route_of"]

ROUTES = [route for group in GROUPS for route in group.router.routes if "GET" in getattr(route, "methods", ())]
# What is no page, or has none in this office: files; a period that waits to be protected or released; a pair of records.
NOT_WALKED = {
    "/static/passkeys.js",
    "/static/unsaved_work.js",
    "/help/pictures/{name}",
    "/erasures/{proposal}/certificate.{kind}",
    "/cases/{case:uuid}/documents/{file:uuid}",
    "/persons/{person}/files/{file}/thumbnail",
    "/protection/{period}/protect",
    "/protection/{period}/release",
    "/duplicates/{pair}",
}
# Addresses that say more than their path, or that no page of this office leads to.
GIVEN = ["/policies/new?kind=retention"]


def beginnings(office: DemonstratedOffice) -> list[str]:
    """Every address without parameters, and what no page of this office leads to."""
    asks = {address.split("?")[0] for address in GIVEN}
    plain = {route.path for route in ROUTES if "{" not in route.path} - NOT_WALKED - asks - {"/forms/classes", "/tokens/new"}
    return [*sorted(plain), *GIVEN, f"/cases/{office.places['closed']}/again"]


def route_of(address: str) -> str | None:
    """The route that answers an address; None for what is public, or no page."""
    scope = {"type": "http", "method": "GET", "path": urlsplit(address).path, "root_path": ""}
    found = next((route.path for route in ROUTES if route.matches(scope)[0] is Match.FULL), None)
    return None if found in NOT_WALKED else found
