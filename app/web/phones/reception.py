"""Where posts wait to be written together: those that come while a group is written are the next group, one commit for all.

One writer for each operation and process, because a transaction is of one operation. A lone post waits for nobody; the more
come at once, the larger the groups. Each is read and sealed while others are written, and answered after the commit that
holds it. Whatever is not plain, whatever is large, and every post of a group that failed, is taken in by a transaction of its
own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.concurrency import run_in_threadpool

from app.web.phones.gathering import Gathering
from app.web.phones.openrosa_guard import log_failure
from app.web.problems import TokenUnknown
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from ingest import PlainPosts, Post, Receipt, SealedPost, UploadedFile, receive_submission
from ingest.collectors import Collector, find_collector

__all__ = ["Reception", "actor_of"]

MOST_TOGETHER: Final = 64
LARGE: Final = 64 * 1024  # bytes; what takes longer to read and seal than a commit takes holds up nobody


@dataclass(frozen=True)
class Sent:
    """A post as it came, and the token that it came by."""

    token: str = field(repr=False)
    xml: bytes = field(repr=False)
    files: Sequence[UploadedFile] = field(repr=False)

    @property
    def large(self) -> bool:
        return len(self.xml) + sum(len(file.content) for file in self.files) > LARGE

    def by(self, collector: Collector) -> Post:
        named = collector.operation, str(collector.id)
        return Post(*named, self.xml, self.files, collector.custody, collector.row_version)


class Reception:
    """Takes in posts for an open database and key ring. All of its state is of the event loop's thread."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database, self._ring = database, ring
        self._operations: dict[str, Gathering[SealedPost, Receipt | None]] = {}
        # Who sent before. Where to look, not what holds: the group's own transaction asks whether it is still so.
        self._known: dict[str, Collector] = {}
        self._plain = PlainPosts(ring)

    async def collector(self, token: str) -> Collector:
        """Who sends by this token; raises `TokenUnknown`."""
        self._known.pop(token, None)
        found = await run_in_threadpool(self._find, token)
        self._known[token] = found
        return found

    async def take_in(self, sent: Sent) -> tuple[Collector, Receipt]:
        """What became of a post, once that is durable, and whose it was. Raises `TokenUnknown`, and what a database does."""
        collector = self._known.get(sent.token) or await self.collector(sent.token)
        receipt = None if sent.large else await self._together(sent.by(collector))
        if receipt is None:
            collector = await self.collector(sent.token)
            receipt = await run_in_threadpool(self._receive_alone, sent.by(collector))
        return collector, receipt

    async def _together(self, post: Post) -> Receipt | None:
        """The receipt; None where it is to be taken in alone."""
        try:
            sealed = self._plain.seal(post)
        except LookupError:
            sealed = await run_in_threadpool(self._seal_of_new_form, post)
        if sealed is None:
            return None
        if post.operation not in self._operations:
            self._operations[post.operation] = Gathering(self._receive_group, MOST_TOGETHER)
        return await self._operations[post.operation].add(sealed)

    def _seal_of_new_form(self, post: Post) -> SealedPost | None:
        with self._database.transaction(Zone.COLLECTION, operation=post.operation, actor=actor_of(post.collector)) as session:
            return self._plain.seal(post, session)

    def _receive_group(self, posts: Sequence[SealedPost]) -> Sequence[Receipt | None]:
        first = posts[0].arrival.post
        operation, actor = first.operation, actor_of(first.collector)
        try:
            group = self._plain.group(operation, posts)
            return group.receipts(self._database.in_one_exchange(Zone.COLLECTION, group.said, operation=operation, actor=actor))
        except Exception as error:  # noqa: BLE001  (each is tried alone, where it fails for itself)
            log_failure(error)
            return [None] * len(posts)

    def _receive_alone(self, post: Post) -> Receipt:
        actor = actor_of(post.collector)
        with self._database.transaction(Zone.COLLECTION, operation=post.operation, actor=actor) as session:
            return receive_submission(
                session,
                self._ring,
                operation=post.operation,
                xml=post.xml,
                files=post.files,
                collector=post.collector,
                custody=post.custody,
            )

    def _find(self, token: str) -> Collector:
        with self._database.transaction(Zone.COLLECTION) as session:
            collector = find_collector(session, token)
        if collector is None:
            raise TokenUnknown
        return collector


def actor_of(collector: object) -> str:
    """How the audit log names a collector."""
    return f"collector:{collector}"
