"""What seals the key ring, as the settings say: a passphrase, HashiCorp Vault or AWS KMS."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from core.errors import Problem
from core.keys.key_providers import KeyProvider
from core.keys.key_providers.ask_service import require_protected
from core.keys.key_providers.aws_kms import AwsKms, read_credentials
from core.keys.key_providers.passphrase import Passphrase
from core.keys.key_providers.vault_transit import VaultTransit
from core.settings import Settings

__all__ = ["PassphraseMissing", "ProviderUnready", "first_key_provider", "key_provider", "passphrase", "write_private"]


class PassphraseMissing(Problem):
    code = "APP-001"
    says = "There is no passphrase for the key ring at {ring}."
    remedy = "Put it in the file {path}, readable by you alone, or in WAYSTATION_KEYRING_PASSPHRASE."


class ProviderUnready(Problem):
    code = "APP-008"
    says = "The key ring's provider cannot be used: {reason}."
    remedy = "Correct {setting} (docs/settings.md). Nothing was changed."


def key_provider(settings: Settings, kind: str = "") -> KeyProvider:
    """The provider that `kind`, by default the setting, names; raises `PassphraseMissing`, `ProviderUnready` or
    `AddressUnprotected`."""
    chosen = kind or settings.key_provider
    if chosen not in PROVIDERS:
        raise ProviderUnready(reason=f"there is none called '{chosen}'", setting="WAYSTATION_KEY_PROVIDER")
    return PROVIDERS[chosen](settings)


def first_key_provider(settings: Settings) -> KeyProvider:
    """The provider of a new ring: for the trial that nobody configured, a random passphrase is written to its file."""
    by_passphrase = settings.key_provider == "passphrase"
    if by_passphrase and not settings.keyring_passphrase and not settings.passphrase_path.exists():
        write_private(settings.passphrase_path, secrets.token_urlsafe(24) + "\n")
    return key_provider(settings)


def passphrase(settings: Settings) -> str:
    """The key ring's passphrase as set; raises `PassphraseMissing`."""
    if settings.keyring_passphrase:
        return settings.keyring_passphrase
    try:
        return settings.passphrase_path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise PassphraseMissing(ring=settings.keyring_path, path=settings.passphrase_path) from None


def write_private(path: Path, content: str) -> None:
    """Write a new file that its owner alone can read; raises `FileExistsError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)


def _passphrase(settings: Settings) -> KeyProvider:
    return Passphrase(passphrase(settings))


def _vault(settings: Settings) -> KeyProvider:
    path = settings.var / settings.vault_token_file
    try:
        token = path.read_text(encoding="utf-8").strip()
    except OSError:
        raise ProviderUnready(reason=f"there is no token in {path}", setting="WAYSTATION_VAULT_TOKEN_FILE") from None
    address = _required("WAYSTATION_VAULT_ADDRESS", settings.vault_address)
    require_protected("Vault", address)
    return VaultTransit(address, settings.vault_key, token, settings.vault_mount, settings.vault_namespace)


def _kms(settings: Settings) -> KeyProvider:
    path = settings.var / settings.kms_credentials_file
    try:
        credentials = read_credentials(path)
    except OSError:
        reason = f"there is no credentials file at {path}"
        raise ProviderUnready(reason=reason, setting="WAYSTATION_KMS_CREDENTIALS_FILE") from None
    except ValueError as error:
        raise ProviderUnready(reason=f"{path} has {error}", setting="WAYSTATION_KMS_CREDENTIALS_FILE") from None
    key = _required("WAYSTATION_KMS_KEY", settings.kms_key)
    provider = AwsKms(key, _required("WAYSTATION_KMS_REGION", settings.kms_region), credentials, settings.kms_endpoint)
    require_protected("AWS KMS", provider.address)
    return provider


def _required(setting: str, value: str) -> str:
    if not value:
        raise ProviderUnready(reason=f"{setting} is empty", setting=setting)
    return value


PROVIDERS: Final[Mapping[str, Callable[[Settings], KeyProvider]]] = {
    "passphrase": _passphrase,
    "vault": _vault,
    "aws-kms": _kms,
}
