"""A small picture of a photo or scan, for lists of files: decoded by a process that can do nothing else, sealed like it."""

from casework.thumbnails.keep_thumbnail import Copied, keep_thumbnail, kept_thumbnail
from casework.thumbnails.picture_process import PICTURES, DecoderUnusable, shrink_picture

__all__ = ["PICTURES", "Copied", "DecoderUnusable", "keep_thumbnail", "kept_thumbnail", "shrink_picture"]
