"""HashiCorp Vault's transit engine: the sealing key rests in the ring's file, encrypted under a key that never leaves Vault.

API: https://developer.hashicorp.com/vault/api-docs/secret/transit (encrypt data, decrypt data). The token needs `update` on
`<mount>/encrypt/<key>` and `<mount>/decrypt/<key>`, and nothing else.
"""

import base64
import json
import secrets
from dataclasses import dataclass, field
from typing import Final

from core.keys.key_providers import SEALING_BYTES, ProviderDenied, ProviderKeyWrong, ProviderUnreachable
from core.keys.key_providers.ask_service import ask_service

__all__ = ["VaultTransit"]

SERVICE: Final = "Vault"


@dataclass(frozen=True)
class VaultTransit:
    """A key of a transit engine; `address` as `https://vault.example.org:8200`."""

    address: str
    key: str
    token: str = field(repr=False)
    mount: str = "transit"
    namespace: str = ""
    kind: str = "vault_transit"

    def new_sealing_key(self) -> tuple[bytes, str]:
        key = secrets.token_bytes(SEALING_BYTES)
        return key, self._ask("encrypt", {"plaintext": base64.b64encode(key).decode()}, "ciphertext")

    def sealing_key(self, kept: str) -> bytes:
        key = base64.b64decode(self._ask("decrypt", {"ciphertext": kept}, "plaintext"), validate=True)
        if len(key) != SEALING_BYTES:
            raise ProviderKeyWrong(service=SERVICE, key=self.key)
        return key

    def _ask(self, verb: str, said: dict[str, str], wanted: str) -> str:
        url = f"{self.address.rstrip('/')}/v1/{self.mount.strip('/')}/{verb}/{self.key}"
        headers = {"X-Vault-Token": self.token, "X-Vault-Request": "true"}
        if self.namespace:
            headers["X-Vault-Namespace"] = self.namespace
        status, answer = ask_service(SERVICE, url, json.dumps(said).encode(), headers)
        if status in (401, 403):
            raise ProviderDenied(service=SERVICE, address=self.address, reason=f"status {status}", key=self.key)
        if status in (400, 404):  # another key, another mount, or a ciphertext that this key did not make
            raise ProviderKeyWrong(service=SERVICE, key=self.key)
        found = (answer.get("data") or {}).get(wanted) if status == 200 else None
        if not isinstance(found, str):
            raise ProviderUnreachable(service=SERVICE, address=self.address, reason=f"status {status}")
        return found
