"""AWS Signature Version 4: proves who sends a request, by HMAC-SHA256 over everything that matters of it.

Source: AWS, "Create a signed AWS API request" (IAM User Guide). For POST requests to `/` without a query, as key services use.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

__all__ = ["Credentials", "signed_headers"]

ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Credentials:
    """An access key; `session_token` where it is a temporary one."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


def signed_headers(
    credentials: Credentials, *, region: str, service: str, headers: Mapping[str, str], body: bytes, at: datetime
) -> dict[str, str]:
    """The headers, which must name `host`, with date and signature added; `at` is the moment in UTC."""
    moment = f"{at:%Y%m%dT%H%M%SZ}"
    scope = f"{at:%Y%m%d}/{region}/{service}/aws4_request"
    given = {name.lower(): value.strip() for name, value in headers.items()} | {"x-amz-date": moment}
    if credentials.session_token:
        given["x-amz-security-token"] = credentials.session_token
    names = ";".join(sorted(given))
    lines = "".join(f"{name}:{given[name]}\n" for name in sorted(given))
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    text = f"{ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = f"Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
    return given | {"authorization": f"{ALGORITHM} {signature}"}
