"""What every answer carries: pages are plain HTML with their style inside and ask nobody else for anything."""

from typing import Final

__all__ = ["protections"]

PROTECTIONS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A year; a browser that once came over https never again asks this host without it.
OVER_HTTPS: Final = PROTECTIONS | {"Strict-Transport-Security": "max-age=31536000"}
Headers = tuple[tuple[bytes, bytes], ...]
_PLAIN, _OVER_HTTPS = (
    tuple((name.lower().encode(), value.encode()) for name, value in every.items()) for every in (PROTECTIONS, OVER_HTTPS)
)


def protections(scheme: str) -> Headers:
    """The headers, for an answer to a request that came over `http` or `https`."""
    return _OVER_HTTPS if scheme == "https" else _PLAIN
