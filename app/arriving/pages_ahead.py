"""Pages of a pull on their way: while one is written the next is fetched, and processes beside this one read and make ready
what came.

A page is fetched by a thread, since a server takes its time. As it came it goes to a process that lives through the pull
(`core.processes.forked_hand`), which says at once where the next page begins, and then makes this one ready. Such a process is
forked while the thread has nothing to do: between the arrival of a page and the question for the next.
"""

from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from core.processes.forked_hand import ForkedHand
from forms import FormDefinition
from ingest.pull import ReadPage, ReadyPage, SentPage, Server, ServerRecord, Spot

__all__ = ["Page", "PagesAhead"]

Records: TypeAlias = Sequence[ServerRecord]
Forms: TypeAlias = Mapping[str, FormDefinition]


@dataclass(frozen=True)
class Page:
    """The page that follows a place of the server's list: how many records it has, how to read them, and what was made ready of
    it, if that was begun and done."""

    after: int
    count: int
    records: Callable[[], Records]
    ready: ReadyPage | None


@dataclass(frozen=True)
class _Outline:
    """What has to be known of a page before it is ready: how many records of which versions of the form, where the source
    stands after them, and where the next page begins. `read` are the records, where they were read here."""

    count: int
    versions: frozenset[str]
    place: int
    next: Spot | None
    read: Records | None = None

    @classmethod
    def of(cls, page: ReadPage, read: Records | None = None) -> "_Outline":
        place = page.records[-1].place if page.records else 0
        return cls(len(page.records), frozenset(record.version for record in page.records), place, page.next, read)


@dataclass(frozen=True)
class _Beside:
    """A process that reads pages and makes them ready, and the forms that it was born with."""

    hand: ForkedHand[SentPage, _Outline | ReadyPage | None]
    forms: Forms

    def knows(self, forms: Forms) -> bool:
        return all(self.forms.get(version) is form for version, form in forms.items())


@dataclass(frozen=True)
class _Underway:
    sent: SentPage
    beside: _Beside | None
    outline: Future[_Outline]


class PagesAhead:
    """The pages of a server's list to its end; while one is written, as many as `processes` are being made ready.

    None is before somebody says that it is `worthwhile`: of what is known nothing need be sealed. `make_ready` is given the
    forms that `forms_of` finds by their versions, and the records of a page.
    """

    def __init__(
        self,
        server: Server,
        forms_of: Callable[[Collection[str]], Forms],
        make_ready: Callable[[Forms, Records], ReadyPage],
        processes: int,
    ) -> None:
        self._server, self._forms_of, self._make_ready, self._processes = server, forms_of, make_ready, processes
        self._waiting: deque[_Underway] = deque()
        self._free: list[_Beside] = []
        self._versions: set[str] = set()
        self._place = 0
        self.worthwhile = False

    def after(self, place: int) -> Generator[Page, None, None]:
        """In their order. What the server refuses is raised once the pages that came before it have been given."""
        self._place = place
        try:
            with ThreadPoolExecutor(1) as line:
                try:
                    yield from self._pages(line)
                finally:
                    line.shutdown(cancel_futures=True)
        finally:
            for beside in (*self._free, *(one.beside for one in self._waiting if one.beside)):
                beside.hand.end()

    def _pages(self, line: ThreadPoolExecutor) -> Iterator[Page]:
        coming: Future[SentPage | None] = line.submit(self._ask, self._server.spot_after(self._place))
        while not (refusal := coming.exception()) and (sent := coming.result()):
            one = self._begun(line, sent)
            self._waiting.append(one)
            coming = line.submit(self._ask_after, one)
            while len(self._waiting) > self._ahead:
                yield from self._next()
        while self._waiting:
            yield from self._next()
        if refusal:
            raise refusal

    @property
    def _ahead(self) -> int:
        return self._processes if self.worthwhile else 0

    def _ask(self, spot: Spot | None) -> SentPage | None:
        return self._server.ask_page(spot) if spot else None

    def _ask_after(self, one: _Underway) -> SentPage | None:
        return self._ask(one.outline.result().next)

    def _begun(self, line: ThreadPoolExecutor, sent: SentPage) -> _Underway:
        beside = self._free_or_new() if self._ahead else None
        if beside:
            beside.hand.give(sent)
        return _Underway(sent, beside, line.submit(self._outline, sent, beside))

    def _outline(self, sent: SentPage, beside: _Beside | None) -> _Outline:
        """As the other process tells it; what it could not read is read here, which asks the server or says what is wrong."""
        told = beside.hand.made() if beside else None
        if isinstance(told, _Outline):
            return told
        page = self._server.read_page(sent)
        return _Outline.of(page, page.records)

    def _free_or_new(self) -> _Beside:
        """One that was born with the forms of the pages before: forms are not sent."""
        while self._free:
            free = self._free.pop()
            if free.hand.lives:
                return free
        forms = self._forms_of(self._versions)
        return _Beside(ForkedHand(partial(_read_and_make_ready, self._server, partial(self._make_ready, forms))), forms)

    def _next(self) -> Iterator[Page]:
        """The page that has waited longest, unless there is nothing in it or it could not be read."""
        one = self._waiting[0]
        outline = None if one.outline.exception() else one.outline.result()
        ready = self._ready(one.beside, outline) if one.beside and outline else None
        self._waiting.popleft()
        if one.beside:
            self._free.append(one.beside)
        if outline and outline.count:
            after, self._place = self._place, max(self._place, outline.place)
            self._versions |= outline.versions
            yield Page(after, outline.count, partial(self._records, one.sent, outline), ready)

    def _ready(self, beside: _Beside, outline: _Outline) -> ReadyPage | None:
        """What the other process made of a page. By other forms than are published now it is of no use, nor is that process."""
        made = beside.hand.made() if outline.read is None else None
        if not beside.knows(self._forms_of(outline.versions)):
            beside.hand.end()
            return None
        return made if isinstance(made, ReadyPage) else None

    def _records(self, sent: SentPage, outline: _Outline) -> Records:
        return self._server.read_page(sent).records if outline.read is None else outline.read


def _read_and_make_ready(
    server: Server, make_ready: Callable[[Records], ReadyPage], sent: SentPage
) -> Iterator[_Outline | ReadyPage | None]:
    page = server.read_page(sent)
    yield _Outline.of(page)
    yield make_ready(page.records) if page.records else None
