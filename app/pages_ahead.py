"""Pages of a pull on their way: while one is written the next is fetched, and processes beside this one make ready what came.

A page is fetched by a thread, since a server takes its time. Each is made ready by a process of its own (`core.forked_work`),
forked while that thread has nothing to do: between the arrival of a page and the question for the next.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from core.forked_work import ForkedWork
from ingest.pull import ReadyPage, ServerRecord

__all__ = ["Page", "PagesAhead"]

Records = Sequence[ServerRecord]


@dataclass(frozen=True)
class Page:
    """The records that follow a place of the server's list, and who makes them ready."""

    after: int
    records: Records
    at_work: ForkedWork[ReadyPage] | None

    def ready(self) -> ReadyPage | None:
        """What was made ready of it, if that was begun and done."""
        return self.at_work.made() if self.at_work else None


class PagesAhead:
    """The pages that `fetch` gives, up to an empty one; those that wait are being made ready by `processes` at most.

    None is before somebody says that it is `worthwhile`: of what is known nothing need be sealed. `begin` gives what makes a
    page ready.
    """

    def __init__(
        self, fetch: Callable[[int], Records], begin: Callable[[Records], Callable[[], ReadyPage]], processes: int
    ) -> None:
        self._fetch, self._begin, self._processes = fetch, begin, processes
        self._waiting: deque[Page] = deque()
        self.worthwhile = False

    def after(self, place: int) -> Generator[Page, None, None]:
        """In their order. What the server refuses is raised once the pages that came before it have been given."""
        with ThreadPoolExecutor(1) as line:
            try:
                yield from self._pages(line, place)
            finally:
                for page in self._waiting:
                    if page.at_work:
                        page.at_work.end()

    def _pages(self, line: ThreadPoolExecutor, place: int) -> Iterator[Page]:
        coming = line.submit(self._fetch, place)
        while not (refusal := coming.exception()) and (records := coming.result()):
            self._waiting.append(Page(place, records, self._begun(records)))
            place = max(place, records[-1].place)
            coming = line.submit(self._fetch, place)
            while len(self._waiting) > self._ahead:
                yield self._waiting.popleft()
        while self._waiting:
            yield self._waiting.popleft()
        if refusal:
            raise refusal

    @property
    def _ahead(self) -> int:
        return self._processes if self.worthwhile else 0

    def _begun(self, records: Records) -> ForkedWork[ReadyPage] | None:
        return ForkedWork(self._begin(records)) if self._ahead else None
