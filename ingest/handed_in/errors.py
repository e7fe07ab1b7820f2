"""Why a file that was handed in cannot be worked on."""

from core.errors import Problem

__all__ = ["HandedInUnknown"]


class HandedInUnknown(Problem):
    code = "INGEST-232"
    says = "No file {file} waits here, as far as you can see."
    remedy = "See the list of files that were handed in: one that was taken in is not kept."
