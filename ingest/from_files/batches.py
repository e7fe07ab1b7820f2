"""Cut a stream of records into what one transaction keeps: so many at most, and not much more than so many bytes."""

from collections.abc import Iterable, Iterator, Sized
from typing import Final

from ingest.from_files.candidate import Candidate, PassedOver

__all__ = ["in_batches", "is_full"]

MOST_RECORDS: Final = 500
MOST_BYTES: Final = 20_000_000


def in_batches(found: Iterable[Candidate | PassedOver]) -> Iterator[list[Candidate | PassedOver]]:
    """In the order in which they come; memory is held for one batch."""
    batch: list[Candidate | PassedOver] = []
    held = 0
    for one in found:
        batch.append(one)
        held += 0 if isinstance(one, PassedOver) else one.size
        if len(batch) >= MOST_RECORDS or held >= MOST_BYTES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def is_full(batch: Sized) -> bool:
    """Whether it has as many records as a transaction keeps, so that more may follow."""
    return len(batch) >= MOST_RECORDS
