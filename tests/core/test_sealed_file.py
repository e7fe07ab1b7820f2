"""What leaves with personal data in it is sealed for whoever holds a passphrase or a key, and for nobody else."""

import pyrage
import pytest
from pyrage import passphrase, x25519

from core.sealed_file import PassphraseShort, RecipientUnreadable, seal_for_passphrase, seal_for_recipient

CONTENT = "Quintessa / خفاش".encode()
SECRET = "five words that nobody guesses"


def test_the_passphrase_opens_it_and_no_other() -> None:
    sealed = seal_for_passphrase(CONTENT, SECRET)
    assert sealed.startswith(b"age-encryption.org/v1")
    assert CONTENT not in sealed
    assert passphrase.decrypt(sealed, SECRET) == CONTENT
    with pytest.raises(pyrage.DecryptError):
        passphrase.decrypt(sealed, SECRET + "!")


def test_the_recipients_key_opens_it_and_no_other() -> None:
    recipient, other = x25519.Identity.generate(), x25519.Identity.generate()
    sealed = seal_for_recipient(CONTENT, f" {recipient.to_public()}\n")
    assert pyrage.decrypt(sealed, [recipient]) == CONTENT
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [other])


def test_a_short_passphrase_protects_nothing() -> None:
    with pytest.raises(PassphraseShort):
        seal_for_passphrase(CONTENT, "short")


@pytest.mark.parametrize("key", ["", "age1notakey", "AGE-SECRET-KEY-1QQ"])
def test_what_is_no_public_key_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(RecipientUnreadable) as refused:
        seal_for_recipient(CONTENT, key)
    assert not key or key not in str(refused.value)
