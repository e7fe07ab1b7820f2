"""One HTTPS request to a key service, and what can go wrong with it. No answer's body ever reaches a message."""

import ipaddress
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from core.keys.key_providers import TIMEOUT_SECONDS, AddressUnprotected, ProviderUnreachable

__all__ = ["ask_service", "require_protected"]


def require_protected(service: str, address: str) -> None:
    """Raises `AddressUnprotected` unless the address is https, or this machine's own."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(parts.hostname or "")):
        raise AddressUnprotected(service=service, address=address)


def ask_service(service: str, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """POST `body`; the status and the JSON object of the answer. Raises `ProviderUnreachable`.

    Certificates are checked against the system's authorities (`SSL_CERT_FILE` names others); no proxy stands between.
    """
    address = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    require_protected(service, address)
    try:
        with httpx.Client(verify=ssl.create_default_context(), trust_env=False, timeout=TIMEOUT_SECONDS) as client:
            answer = client.post(url, content=body, headers=dict(headers))
    except httpx.HTTPError as error:
        raise ProviderUnreachable(service=service, address=address, reason=type(error).__name__) from None
    if answer.status_code >= 500 or answer.is_redirect:
        raise ProviderUnreachable(service=service, address=address, reason=f"status {answer.status_code}")
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ProviderUnreachable(service=service, address=address, reason="the answer is not a JSON object")
    return answer.status_code, content


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
