"""Whether what is sent to an address travels in clear where others could read it."""

import ipaddress
from urllib.parse import urlsplit

__all__ = ["is_protected"]


def is_protected(address: str) -> bool:
    """Whether it begins with https://, or leads to this machine itself."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(parts.hostname or ""))


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
