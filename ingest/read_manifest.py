"""Read the manifest of encrypted answers: what a phone posts in their place (ODK XForms specification, encrypted submissions).

It names the encrypted files, `media/file` each and `encryptedXmlFile` for the answers themselves, and carries the wrapped
key and the signature. Clients use different namespaces, so elements are told by their local names.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from ingest.errors import ManifestUnusable
from ingest.parse_xml import local_name
from ingest.read_head import Head, child_text, read_head

__all__ = ["Manifest", "plain_name", "read_manifest"]

ENDING: Final = ".enc"


@dataclass(frozen=True)
class Manifest:
    """`key` and `signature` are base64; `files` are the names in the order of encryption, the answers last."""

    head: Head
    key: str = field(repr=False)
    signature: str = field(repr=False)
    files: tuple[str, ...] = field(repr=False)

    @property
    def answers(self) -> str:
        """The name of the encrypted answers."""
        return self.files[-1]


def read_manifest(root: etree._Element) -> Manifest:
    """Raises `IdentityMissing`, or `ManifestUnusable` where something is lacking or two files bear one name."""
    head = read_head(root)
    media = list(_media(root))
    answers = _required(root, head, "encryptedXmlFile")
    if max(Counter(map(plain_name, [*media, answers])).values()) > 1:
        raise ManifestUnusable(fault="two of the files that it lists bear the same name", form_id=head.form_id)
    return Manifest(
        head,
        _required(root, head, "base64EncryptedKey"),
        _required(root, head, "base64EncryptedElementSignature"),
        (*media, answers),
    )


def plain_name(name: str) -> str:
    """What the file is called once it is decrypted."""
    return name.removesuffix(ENDING)


def _media(root: etree._Element) -> Iterator[str]:
    for child in root.iterchildren("*"):
        if local_name(child) == "media":
            yield from (file.text.strip() for file in child.iterchildren("*") if local_name(file) == "file" and file.text)


def _required(root: etree._Element, head: Head, name: str) -> str:
    text = child_text(root, name)
    if not text:
        raise ManifestUnusable(fault=f"it has no `{name}`", form_id=head.form_id)
    return text
