"""Key services on a real socket: Vault's transit engine and AWS KMS as their documentation describes them.

They hold real AES-GCM keys, check token or signature, and answer with the documented statuses and bodies.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["FakeKms", "FakeVault", "serving"]

Answer = tuple[int, dict[str, Any]]


class FakeVault:
    """POST /v1/<mount>/encrypt|decrypt/<key>, with X-Vault-Token; every token may use the keys that are listed for it."""

    def __init__(self) -> None:
        self.keys = {"waystation": secrets.token_bytes(32), "other": secrets.token_bytes(32)}
        self.tokens = {"t-good": {"waystation", "other"}, "t-elsewhere": {"other"}}
        self.sealed = False
        self.asked: list[str] = []

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        self.asked.append(path)
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        _, version, mount, verb, name = path.split("/")
        if name not in self.tokens.get(headers.get("x-vault-token", ""), set()) or (version, mount) != ("v1", "transit"):
            return 403, {"errors": ["permission denied"]}
        if name not in self.keys:
            return 400, {"errors": ["encryption key not found"]}
        said, lock = json.loads(body), AESGCM(self.keys[name])
        if verb == "encrypt":
            nonce = secrets.token_bytes(12)
            sealed = nonce + lock.encrypt(nonce, base64.b64decode(said["plaintext"], validate=True), None)
            return 200, {"data": {"ciphertext": f"vault:v1:{base64.b64encode(sealed).decode()}", "key_version": 1}}
        try:
            sealed = base64.b64decode(said["ciphertext"].removeprefix("vault:v1:"), validate=True)
            return 200, {"data": {"plaintext": base64.b64encode(lock.decrypt(sealed[:12], sealed[12:], None)).decode()}}
        except (InvalidTag, ValueError):
            return 400, {"errors": ["cipher: message authentication failed"]}


class FakeKms:
    """TrentService.Encrypt and .Decrypt; the signature (version 4) is worked out here on its own, from the request received."""

    def __init__(self) -> None:
        self.secrets = {"AKGOOD": "secret-of-good", "AKPOOR": "secret-of-poor"}
        self.allowed = {"AKGOOD"}
        self.keys = {"alias/waystation": secrets.token_bytes(32), "alias/other": secrets.token_bytes(32)}
        self.region = "eu-central-1"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        given = self._signer(path, headers, body)
        if given is None:
            return 400, {"__type": "InvalidSignatureException", "message": "The request signature we calculated does not match"}
        if given not in self.allowed:
            return 400, {"__type": "AccessDeniedException", "Message": "is not authorized to perform"}
        said = json.loads(body)
        if said["KeyId"] not in self.keys:
            return 400, {"__type": "NotFoundException", "message": "Alias is not found."}
        context = json.dumps(said.get("EncryptionContext", {}), sort_keys=True).encode()
        if headers["x-amz-target"] == "TrentService.Encrypt":
            nonce, lock = secrets.token_bytes(12), AESGCM(self.keys[said["KeyId"]])
            name = said["KeyId"].encode()
            sealed = lock.encrypt(nonce, base64.b64decode(said["Plaintext"]), context)
            blob = bytes([len(name)]) + name + nonce + sealed
            return 200, {"CiphertextBlob": base64.b64encode(blob).decode(), "KeyId": said["KeyId"]}
        return self._decrypt(said, context)

    def _decrypt(self, said: dict[str, Any], context: bytes) -> Answer:
        blob = base64.b64decode(said["CiphertextBlob"])
        name, rest = blob[1 : 1 + blob[0]].decode(), blob[1 + blob[0] :]
        if name != said["KeyId"]:
            return 400, {"__type": "IncorrectKeyException", "message": "The key ID in the request does not identify a CMK"}
        try:
            plain = AESGCM(self.keys[name]).decrypt(rest[:12], rest[12:], context)
        except InvalidTag:
            return 400, {"__type": "InvalidCiphertextException"}
        return 200, {"Plaintext": base64.b64encode(plain).decode(), "KeyId": name}

    def _signer(self, path: str, headers: dict[str, str], body: bytes) -> str | None:
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        fields = dict(part.strip().split("=", 1) for part in rest.split(","))
        access, day, region, service, end = fields["Credential"].split("/")
        names = fields["SignedHeaders"].split(";")
        if not {"host", "x-amz-date", "x-amz-target"} <= set(names) or scheme != "AWS4-HMAC-SHA256":
            return None
        canonical = "\n".join(
            ["POST", path, "", *(f"{n}:{headers[n]}" for n in names), "", ";".join(names), hashlib.sha256(body).hexdigest()]
        )
        stamp = headers["x-amz-date"]
        scope = f"{day}/{region}/{service}/{end}"
        to_sign = "\n".join([scheme, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = b"AWS4" + self.secrets.get(access, "").encode()
        for part in (day, region, service, end, to_sign):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        fits = hmac.compare_digest(key.hex(), fields["Signature"]) and stamp[:8] == day
        return access if fits and (region, service) == (self.region, "kms") else None


@contextmanager
def serving(service: FakeVault | FakeKms) -> Iterator[str]:
    """The service on a port of this machine; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, said = service.answer(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name it overrides)
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
