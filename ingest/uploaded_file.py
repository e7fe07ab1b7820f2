"""A file as a phone sent it beside its answers."""

from dataclasses import dataclass, field

__all__ = ["UploadedFile"]


@dataclass(frozen=True)
class UploadedFile:
    """Its name (which the answers refer to), media type and content."""

    name: str = field(repr=False)
    content_type: str
    content: bytes = field(repr=False)
