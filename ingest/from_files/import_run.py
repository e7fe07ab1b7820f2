"""One run of an import: whose records come of it, and by which name they say that they came by it."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from core.access import UNASSIGNED, Custody
from ingest.origin import Origin, origin_of
from ingest.recognise_post import Post
from ingest.uploaded_file import UploadedFile

__all__ = ["ImportRun"]


@dataclass(frozen=True)
class ImportRun:
    """Into which operation, and for whose custody."""

    operation: str
    custody: Custody = UNASSIGNED
    id: UUID = field(default_factory=uuid4)

    def post(self, origin: Origin, xml: bytes, files: tuple[UploadedFile, ...] = ()) -> Post:
        """Answers as if somebody had posted them."""
        return Post(self.operation, origin_of(origin, self.id), xml, files, self.custody)
