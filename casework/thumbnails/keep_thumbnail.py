"""A file's small picture lies beside it, sealed under the key of its person. An empty one says that none can be made."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from casework.models import FileRow, Thumbnail
from casework.store.seal_record import Vault
from casework.thumbnails.picture_process import MOST_BYTES, shrink_picture
from core.sealing.envelope import Binding, RecordKey

__all__ = ["Copied", "keep_thumbnail", "kept_thumbnail"]

TABLE: Final = "casework.thumbnail"


@dataclass
class Copied:
    """Content that goes by and is remembered, unless there is more of it than a picture is decoded from."""

    content: Iterable[bytes] = field(repr=False)
    _pieces: list[bytes] = field(default_factory=list, init=False, repr=False)
    _size: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.content:
            self._size += len(piece)
            if self._size <= MOST_BYTES:
                self._pieces.append(piece)
            else:
                self._pieces.clear()
            yield piece

    @property
    def whole(self) -> bytes:
        """What went by; nothing where that was too much."""
        return b"".join(self._pieces)


def keep_thumbnail(vault: Vault, key: RecordKey, file: FileRow, content: bytes) -> bytes:
    """Make the small picture of this file's content, keep it, and give it; empty where there is none to be made.

    Raises `DecoderUnusable`. Of two that make it at once, one keeps it.
    """
    made = shrink_picture(content)
    row = {"file": file.id, "operation": vault.operation, "content": key.seal(made, _place(file))}
    vault.session.execute(insert(Thumbnail).values(row).on_conflict_do_nothing())
    return made


def kept_thumbnail(vault: Vault, key: RecordKey, file: FileRow) -> bytes | None:
    """The small picture that was made of this file; None where nobody has tried. Raises `CiphertextRefused`."""
    sealed = vault.session.scalar(select(Thumbnail.content).where(Thumbnail.file == file.id))
    return None if sealed is None else key.open(sealed, _place(file))


def _place(file: FileRow) -> Binding:
    return Binding(TABLE, file.id, "content", file.row_version)
