"""A file as a phone sent it beside its answers, or as it lies here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

__all__ = ["StoredFile", "UploadedFile"]


@dataclass(frozen=True)
class UploadedFile:
    """Its name (which the answers refer to), media type and content."""

    name: str = field(repr=False)
    content_type: str
    content: bytes = field(repr=False)

    def pieces(self) -> Iterable[bytes]:
        """The content in order, as many pieces as it lies in."""
        return (self.content,)

    def held(self) -> "UploadedFile":
        """The file with all of its content in memory, for when the transaction has ended."""
        return self


class StoredFile(UploadedFile):
    """A large file that lies here in pieces, which are opened one after the other for as long as the transaction is open.
    `content` joins all of them."""

    _read: Callable[[], Iterable[bytes]]

    def __init__(self, name: str, content_type: str, read: Callable[[], Iterable[bytes]]) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "content_type", content_type)
        object.__setattr__(self, "_read", read)

    @property
    def content(self) -> bytes:
        return b"".join(self.pieces())

    def pieces(self) -> Iterable[bytes]:
        return self._read()

    def held(self) -> UploadedFile:
        return UploadedFile(self.name, self.content_type, self.content)
