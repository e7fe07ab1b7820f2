"""What a phone scans to be set up: the settings of ODK Collect, as one QR code carries them.

ODK Collect's documentation of settings codes: a JSON object with `general`, `admin` and `project`, compressed with zlib, in
base64. Settings that it does not name are set to the phone's defaults.
"""

import json
import zlib
from base64 import b64encode
from typing import Final

from core.protected_address import is_protected
from ingest.collectors.errors import PhoneUnprotected

__all__ = ["door_address", "phone_settings", "sign_in_address"]

GENERAL: Final = {
    "form_update_mode": "match_exactly",  # the phone has the forms that it is offered, and no others
    "automatic_update": True,
    "autosend": "wifi_and_cellular",
    "delete_send": True,  # what was sent is durable here, and need not lie on a phone
}


def door_address(server: str, token: str) -> str:
    """Where a collector's phone finds its forms and sends its answers; raises `PhoneUnprotected`."""
    if not is_protected(server):
        raise PhoneUnprotected(address=server)
    return f"{server.rstrip('/')}/key/{token}"


def sign_in_address(server: str) -> str:
    """Where a phone does the same that signs in by name and password; raises `PhoneUnprotected`."""
    if not is_protected(server):
        raise PhoneUnprotected(address=server)
    return f"{server.rstrip('/')}/collect"


def phone_settings(server: str, token: str, project: str) -> str:
    """The content of the QR code. It holds the token: whoever sees the code can send. Raises `PhoneUnprotected`."""
    settings = {
        "general": {"server_url": door_address(server, token), **GENERAL},
        "admin": {},
        "project": {"name": project},
    }
    return b64encode(zlib.compress(json.dumps(settings, separators=(",", ":")).encode(), level=9)).decode()
