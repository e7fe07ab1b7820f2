"""A key service seals the ring: asked once when it is opened, told apart when it is down, refuses, or has another key."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from core.keys.key_providers import AddressUnprotected, KeyProvider, ProviderDenied, ProviderKeyWrong, ProviderUnreachable
from core.keys.key_providers.ask_service import require_protected
from core.keys.key_providers.aws_kms import AwsKms, read_credentials
from core.keys.key_providers.signature_v4 import Credentials, signed_headers
from core.keys.key_providers.vault_transit import VaultTransit
from core.keys.key_ring_file import add_key, create_key_ring, open_key_ring
from core.sealing.envelope import Binding, new_record_key
from tests.core.key_services import FakeKms, FakeVault, serving


@pytest.fixture
def vault_service() -> FakeVault:
    return FakeVault()


@pytest.fixture
def vault(vault_service: FakeVault) -> Iterator[VaultTransit]:
    with serving(vault_service) as address:
        yield VaultTransit(address, "waystation", "t-good")


@pytest.fixture
def kms() -> Iterator[AwsKms]:
    with serving(FakeKms()) as address:
        yield AwsKms("alias/waystation", "eu-central-1", Credentials("AKGOOD", "secret-of-good"), address)


@pytest.fixture(params=["vault", "kms"])
def provider(request: pytest.FixtureRequest) -> KeyProvider:
    found: KeyProvider = request.getfixturevalue(request.param)
    return found


def test_a_ring_sealed_by_a_key_service_opens_and_grows(provider: KeyProvider, tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    made = create_key_ring(path, provider)
    assert open_key_ring(path, provider) == made
    assert add_key(path, provider).key(1) == made.key(1)
    assert all(key.hex() not in path.read_text() for key in made.keys.values())


def test_the_service_is_not_asked_for_records(vault: VaultTransit, vault_service: FakeVault, tmp_path: Path) -> None:
    ring = create_key_ring(tmp_path / "keyring.json", vault)
    asked = len(vault_service.asked)
    for _ in range(100):
        new_record_key(ring, Binding("casework.record_key", uuid4(), "person"))
    assert len(vault_service.asked) == asked


def test_another_key_of_the_service_does_not_open_the_ring(provider: KeyProvider, tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    create_key_ring(path, provider)
    assert isinstance(provider, VaultTransit | AwsKms)
    other = replace(provider, key="other" if isinstance(provider, VaultTransit) else "alias/other")
    before = path.read_bytes()
    with pytest.raises(ProviderKeyWrong, match="does not open the key ring"):
        open_key_ring(path, other)
    assert path.read_bytes() == before


def test_a_key_that_is_not_there_is_said(kms: AwsKms) -> None:
    with pytest.raises(ProviderKeyWrong):
        replace(kms, key="alias/unknown").new_sealing_key()


@pytest.mark.parametrize("token", ["t-elsewhere", "t-unknown", ""])
def test_a_token_without_the_right_is_denied(vault: VaultTransit, token: str) -> None:
    with pytest.raises(ProviderDenied, match="status 403") as refusal:
        replace(vault, token=token).new_sealing_key()
    assert "t-elsewhere" not in str(refusal.value)


@pytest.mark.parametrize(
    ("credentials", "said"),
    [
        (Credentials("AKGOOD", "wrong-secret"), "InvalidSignatureException"),
        (Credentials("AKPOOR", "secret-of-poor"), "AccessDeniedException"),
        (Credentials("AKNOBODY", "secret"), "InvalidSignatureException"),
    ],
)
def test_an_access_key_without_the_right_is_denied(kms: AwsKms, credentials: Credentials, said: str) -> None:
    with pytest.raises(ProviderDenied, match=said) as refusal:
        replace(kms, credentials=credentials).new_sealing_key()
    assert credentials.secret_key not in str(refusal.value) + repr(replace(kms, credentials=credentials))


def test_a_signature_for_another_region_is_denied(kms: AwsKms) -> None:
    with pytest.raises(ProviderDenied):
        replace(kms, region="us-east-1").new_sealing_key()


def test_a_service_that_is_down_is_said_plainly(tmp_path: Path) -> None:
    with serving(FakeVault()) as address:
        vault = VaultTransit(address, "waystation", "t-good")
        create_key_ring(tmp_path / "keyring.json", vault)
    with pytest.raises(ProviderUnreachable, match="ConnectError"):
        open_key_ring(tmp_path / "keyring.json", vault)


def test_a_sealed_vault_is_said_plainly(vault: VaultTransit, vault_service: FakeVault) -> None:
    vault_service.sealed = True
    with pytest.raises(ProviderUnreachable, match="status 503"):
        vault.new_sealing_key()


@pytest.mark.parametrize("address", ["http://vault.example.org:8200", "ftp://127.0.0.1", "vault.example.org"])
def test_an_address_without_protection_is_refused(address: str) -> None:
    with pytest.raises(AddressUnprotected):
        require_protected("Vault", address)


def test_a_signature_is_the_one_of_the_published_example() -> None:
    """The test suite of Signature Version 4, case post-vanilla: key, moment and signature as AWS published them."""
    signed = signed_headers(
        Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        region="us-east-1",
        service="service",
        headers={"Host": "example.amazonaws.com"},
        body=b"",
        at=datetime(2015, 8, 30, 12, 36, tzinfo=UTC),
    )
    assert signed["authorization"].endswith("Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")


def test_credentials_are_read_as_awss_tools_write_them(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.write_text("[default]\naws_access_key_id = A\naws_secret_access_key = %s%%\naws_session_token = T\n")
    assert read_credentials(path) == Credentials("A", "%s%%", "T")
    path.write_text("[other]\n")
    with pytest.raises(ValueError, match="no section"):
        read_credentials(path)
