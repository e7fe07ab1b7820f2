"""AWS KMS: the sealing key rests in the ring's file, encrypted under a key that never leaves the cloud's key service.

API: https://docs.aws.amazon.com/kms/latest/APIReference (Encrypt, Decrypt; protocol JSON 1.1). The access key needs
`kms:Encrypt` and `kms:Decrypt` on this one key. Two calls do not justify the SDK and its twelve packages.
"""

import base64
import configparser
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from core.clock import now
from core.keys.key_providers import SEALING_BYTES, ProviderDenied, ProviderKeyWrong, ProviderUnreachable
from core.keys.key_providers.ask_service import ask_service
from core.keys.key_providers.signature_v4 import Credentials, signed_headers

__all__ = ["AwsKms", "read_credentials"]

SERVICE: Final = "AWS KMS"
CONTEXT: Final = {"waystation": "key ring"}  # bound into the ciphertext, and written into the service's own log
WRONG: Final = {
    "DisabledException",
    "IncorrectKeyException",
    "InvalidCiphertextException",
    "InvalidKeyUsageException",
    "KMSInvalidStateException",
    "NotFoundException",
}
DENIED: Final = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


@dataclass(frozen=True)
class AwsKms:
    """A symmetric KMS key, by id, alias or ARN; `endpoint` replaces the region's own, as a private endpoint does."""

    key: str
    region: str
    credentials: Credentials = field(repr=False)
    endpoint: str = ""
    kind: str = "aws_kms"

    @property
    def address(self) -> str:
        return (self.endpoint or f"https://kms.{self.region}.amazonaws.com").rstrip("/")

    def new_sealing_key(self) -> tuple[bytes, str]:
        key = secrets.token_bytes(SEALING_BYTES)
        return key, self._ask("Encrypt", {"Plaintext": base64.b64encode(key).decode()}, "CiphertextBlob")

    def sealing_key(self, kept: str) -> bytes:
        key = base64.b64decode(self._ask("Decrypt", {"CiphertextBlob": kept}, "Plaintext"), validate=True)
        if len(key) != SEALING_BYTES:
            raise ProviderKeyWrong(service=SERVICE, key=self.key)
        return key

    def _ask(self, verb: str, said: dict[str, str], wanted: str) -> str:
        body = json.dumps({"KeyId": self.key, "EncryptionContext": CONTEXT, **said}).encode()
        headers = {
            "host": urlsplit(self.address).netloc,
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"TrentService.{verb}",
        }
        signed = signed_headers(self.credentials, region=self.region, service="kms", headers=headers, body=body, at=now())
        status, answer = ask_service(SERVICE, self.address + "/", body, signed)
        if status == 200 and isinstance(answer.get(wanted), str):
            return str(answer[wanted])
        raise self._problem(status, answer)

    def _problem(self, status: int, answer: dict[str, Any]) -> Exception:
        kind = str(answer.get("__type", "")).rsplit("#", 1)[-1]
        if kind in WRONG:
            return ProviderKeyWrong(service=SERVICE, key=self.key)
        if kind in DENIED or status in (401, 403):
            reason = kind if kind in DENIED else f"status {status}"
            return ProviderDenied(service=SERVICE, address=self.address, reason=reason, key=self.key)
        return ProviderUnreachable(service=SERVICE, address=self.address, reason=f"status {status}")


def read_credentials(path: Path) -> Credentials:
    """The section `default` of a credentials file as AWS's own tools write it; raises `FileNotFoundError` and `ValueError`."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        with path.open(encoding="utf-8") as file:
            parser.read_file(file)
        section = parser["default"]
        return Credentials(section["aws_access_key_id"], section["aws_secret_access_key"], section.get("aws_session_token", ""))
    except (configparser.Error, KeyError):
        raise ValueError("no section [default] with aws_access_key_id and aws_secret_access_key") from None
