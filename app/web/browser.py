"""What is known of the browser behind a request: where it is, which site it sees, and a plain name for the device."""

import re
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from app.web.desk import desk_of
from app.web.signed_in import cookie_of
from core.identity.passkeys import Browser

__all__ = ["browser_of", "device_of", "network_address"]

# The first that is found in `User-Agent` names it; browsers also name those they descend from.
BROWSERS: Final = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_of(request: Request, cookie: str = "") -> Browser:
    """For passkeys: the origin that the settings state, else the one that the request names."""
    address = desk_of(request).settings.web_address or f"{request.url.scheme}://{request.url.netloc}"
    site = urlsplit(address)
    return Browser(f"{site.scheme}://{site.netloc}", site.hostname or "", cookie or cookie_of(request))


def device_of(request: Request) -> str:
    """A kind of browser and system, such as `Firefox · Android`: enough to know one's own device by, and no more."""
    agent = request.headers.get("user-agent", "")
    return " · ".join(_first(agent, names) for names in (BROWSERS, SYSTEMS))


def network_address(request: Request) -> str:
    """The address that failures are counted by; it is never kept or logged as such."""
    return request.client.host if request.client else "-"


def _first(agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for pattern, name in names if re.search(pattern, agent)), "?")
