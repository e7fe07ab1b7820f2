"""Where the key comes from that seals the key ring's file: a passphrase, HashiCorp Vault, or a cloud's key service.

A provider gives one 32-byte sealing key when the ring is opened, and a fresh one whenever the file is written anew. So a
remote service is asked once at a start, and never for a person: the ring's own keys are held in memory.
"""

from typing import Final, Protocol

from core.errors import Problem
from core.keys.keyring import KEY_BYTES

__all__ = ["SEALING_BYTES", "AddressUnprotected", "KeyProvider", "ProviderDenied", "ProviderKeyWrong", "ProviderUnreachable"]

SEALING_BYTES: Final = KEY_BYTES
TIMEOUT_SECONDS: Final = 10.0


class ProviderUnreachable(Problem):
    code = "CORE-120"
    says = "The key service {service} at {address} gives no answer that can be used ({reason})."
    remedy = "Check its address and the network, and whether it is sealed or down; then start again. Nothing was changed."


class ProviderDenied(Problem):
    code = "CORE-121"
    says = "The key service {service} at {address} refuses this installation ({reason})."
    remedy = (
        "Give its token or access key the right to encrypt and decrypt under the key {key}, or renew it. Nothing was changed."
    )


class ProviderKeyWrong(Problem):
    code = "CORE-122"
    says = "The key {key} of the key service {service} does not open the key ring."
    remedy = "Name the key that the ring was sealed with, or restore the ring's file from its backup. Nothing was changed."


class AddressUnprotected(Problem):
    code = "CORE-123"
    says = "The address {address} of the key service {service} is not protected: it does not begin with https://."
    remedy = "Use https://; without it the sealing key would cross the network in clear. Only this machine itself is excepted."


class KeyProvider(Protocol):
    """Gives the sealing key. `kind` names the entry of the ring's file that holds what it needs to give the same key again."""

    @property
    def kind(self) -> str: ...

    def new_sealing_key(self) -> tuple[bytes, str]:
        """A fresh sealing key, and what to keep in the file; raises the problems above."""

    def sealing_key(self, kept: str) -> bytes:
        """The sealing key again; raises the problems above, and `ValueError` where `kept` is damaged."""
