"""The files that a form needs on a phone beside itself: which it names, and how they are taken."""

from forms.media.named_media import media_named, refuse_missing_media
from forms.media.read_media_files import media_in_utf8, read_media_files

__all__ = ["media_in_utf8", "media_named", "read_media_files", "refuse_missing_media"]
