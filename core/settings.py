"""Every setting, read from the environment once, each with its meaning (printed in docs/settings.md)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from core.errors import Problem

__all__ = ["ROOT", "SettingUnreadable", "Settings", "described_settings"]

ROOT = Path(__file__).resolve().parent.parent


class SettingUnreadable(Problem):
    code = "CORE-002"
    says = "The setting {name} is '{value}', which is not {expected}."
    remedy = "Correct it, or remove it from the environment to use the default."


@dataclass(frozen=True)
class Settings:
    """The program's settings. A field `name` is read from `WAYSTATION_NAME`."""

    database_url: Annotated[
        str, "PostgreSQL server to use, as `postgresql://user:password@host/name`. Empty: the embedded cluster under `var/`."
    ] = ""
    database_owner_url: Annotated[
        str, "The login that owns the tables and runs migrations. Empty: the same as `WAYSTATION_DATABASE_URL`."
    ] = ""
    database_backup_url: Annotated[
        str,
        "The login that makes and restores backups and destroys remains of erased keys: a superuser, or the owner with "
        "BYPASSRLS. Empty: the same as `WAYSTATION_DATABASE_OWNER_URL`.",
    ] = ""
    broker_url: Annotated[
        str, "Celery broker, for example `redis://127.0.0.1/0`. Empty: tasks run inside the process that sends them."
    ] = ""
    var: Annotated[Path, "Folder for everything the program writes: the embedded cluster, the key ring, releases."] = (
        ROOT / "var"
    )
    keyring: Annotated[Path, "The key ring file; a relative path lies under `WAYSTATION_VAR`."] = Path("keyring.json")
    key_provider: Annotated[
        str, "What seals the key ring: `passphrase`, `vault` (HashiCorp Vault, transit engine) or `aws-kms` (AWS KMS)."
    ] = "passphrase"
    keyring_passphrase: Annotated[str, "Passphrase of the key ring. Prefer the file below."] = field(default="", repr=False)
    keyring_passphrase_file: Annotated[
        Path,
        "File that holds the passphrase, readable by its owner only; a relative path lies under `WAYSTATION_VAR`. "
        "For anything but a trial keep it on another medium.",
    ] = Path("keyring.passphrase")
    token_file: Annotated[
        str, "File that holds a service account's token, for commands that touch identified data. Empty: they ask who you are."
    ] = ""
    web_address: Annotated[
        str,
        "Address under which browsers reach this server, as `https://waystation.example.org`: passkeys are bound to it. "
        "Empty: the address that a request names.",
    ] = ""
    trusted_proxies: Annotated[
        str,
        "Addresses of your own proxies, separated by commas: what they say of the browser's address and protocol is believed "
        "(`X-Forwarded-For`, `X-Forwarded-Proto`). Empty: nobody is, for anybody can send these.",
    ] = ""
    vault_address: Annotated[str, "With `vault`: its address, as `https://vault.example.org:8200`."] = ""
    vault_key: Annotated[str, "With `vault`: the name of the transit key."] = "waystation"
    vault_mount: Annotated[str, "With `vault`: where the transit engine is mounted."] = "transit"
    vault_namespace: Annotated[str, "With `vault`: the namespace, where Vault has them."] = ""
    vault_token_file: Annotated[
        Path,
        "With `vault`: file that holds the token, readable by its owner only; a relative path lies under `WAYSTATION_VAR`.",
    ] = Path("vault.token")
    kms_key: Annotated[str, "With `aws-kms`: id, alias or ARN of the symmetric key."] = ""
    kms_region: Annotated[str, "With `aws-kms`: the key's region, as `eu-central-1`."] = ""
    kms_endpoint: Annotated[str, "With `aws-kms`: address of a private endpoint. Empty: the region's own."] = ""
    kms_credentials_file: Annotated[
        Path,
        "With `aws-kms`: credentials file as AWS's tools write it (section `default`), readable by its owner only; a relative "
        "path lies under `WAYSTATION_VAR`.",
    ] = Path("kms.credentials")
    max_submission_bytes: Annotated[
        int, "Largest request a phone may send; announced to phones as `X-OpenRosa-Accept-Content-Length`."
    ] = 100_000_000
    max_pulled_file_bytes: Annotated[
        int, "Largest file that is taken from KoboToolbox or ODK Central with a record; it is never held in memory whole."
    ] = 2_000_000_000
    retention: Annotated[
        Path,
        "File of retention periods, as casework/retention.toml; a relative path lies under `WAYSTATION_VAR`. "
        "Where it is missing, the periods that Waystation comes with hold.",
    ] = Path("retention.toml")
    bulk_read_limit: Annotated[
        int,
        "How many different persons one account may read in a day (UTC) before a second person must approve more.",
    ] = 200
    audit_heads: Annotated[
        Path,
        "File to which the signed heads of the audit log are appended; a relative path lies under `WAYSTATION_VAR`. Keep it "
        "on another medium, or mail it to the auditor: only a copy elsewhere shows that the end of the log was cut off.",
    ] = Path("audit-heads.jsonl")
    java: Annotated[str, "The Java program that runs ODK Validate; where it is missing the check is skipped and said so."] = (
        "java"
    )

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment; raises `SettingUnreadable`."""
        source = os.environ if environment is None else environment
        given: dict[str, Any] = {}
        for item in fields(cls):
            name = f"WAYSTATION_{item.name.upper()}"
            if source.get(name):
                given[item.name] = _convert(name, source[name], item.default)
        return cls(**given)

    @property
    def keyring_path(self) -> Path:
        return self.var / self.keyring

    @property
    def passphrase_path(self) -> Path:
        return self.var / self.keyring_passphrase_file

    @property
    def retention_path(self) -> Path:
        return self.var / self.retention

    @property
    def audit_heads_path(self) -> Path:
        return self.var / self.audit_heads

    @property
    def releases(self) -> Path:
        """Where released folders are written."""
        return self.var / "releases"

    def search_socket(self, operation: str) -> Path:
        """Where the search worker of an operation listens (mode 0600)."""
        return self.var / f"search-{operation}.sock"


def _convert(name: str, value: str, default: object) -> object:
    if isinstance(default, int):
        if not value.isdecimal():
            raise SettingUnreadable(name=name, value=value, expected="a whole number")
        return int(value)
    if isinstance(default, Path):
        return Path(value).expanduser()
    return value


def described_settings() -> list[tuple[str, str, str]]:
    """(environment variable, default, meaning) of every setting, in order."""
    hints = get_type_hints(Settings, include_extras=True)
    return [
        (f"WAYSTATION_{item.name.upper()}", _shown(item.default), hints[item.name].__metadata__[0]) for item in fields(Settings)
    ]


def _shown(default: object) -> str:
    if isinstance(default, Path) and default.is_absolute():
        return str(default.relative_to(ROOT))
    return str(default)
