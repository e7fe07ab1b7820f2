"""Pages of a pull on their way: while one is written the next is fetched, and processes beside this one make ready what came.

A page is fetched by a thread, since a server takes its time. It is made ready by a process that lives through the pull
(`core.processes.forked_hand`), forked while that thread has nothing to do: between the arrival of a page and the question for
the next.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from core.processes.forked_hand import ForkedHand
from forms import FormDefinition
from ingest.pull import ReadyPage, ServerRecord

__all__ = ["Page", "PagesAhead"]

Records: TypeAlias = Sequence[ServerRecord]
Forms: TypeAlias = Mapping[str, FormDefinition]


@dataclass(frozen=True)
class Page:
    """The records that follow a place of the server's list, and what was made ready of them, if that was begun and done."""

    after: int
    records: Records
    ready: ReadyPage | None


@dataclass(frozen=True)
class _Beside:
    """A process that makes pages ready, and the forms that it was born with."""

    hand: ForkedHand[Records, ReadyPage]
    forms: Forms

    def knows(self, forms: Forms) -> bool:
        return self.hand.lives and all(self.forms.get(version) is form for version, form in forms.items())


class PagesAhead:
    """The pages that `fetch` gives, up to an empty one; while one is written, as many as `processes` are being made ready.

    None is before somebody says that it is `worthwhile`: of what is known nothing need be sealed. `make_ready` is given the
    forms that `forms_of` finds for a page, and its records.
    """

    def __init__(
        self,
        fetch: Callable[[int], Records],
        forms_of: Callable[[Records], Forms],
        make_ready: Callable[[Forms, Records], ReadyPage],
        processes: int,
    ) -> None:
        self._fetch, self._forms_of, self._make_ready, self._processes = fetch, forms_of, make_ready, processes
        self._waiting: deque[tuple[int, Records, _Beside | None]] = deque()
        self._free: list[_Beside] = []
        self._forms: dict[str, FormDefinition] = {}
        self.worthwhile = False

    def after(self, place: int) -> Generator[Page, None, None]:
        """In their order. What the server refuses is raised once the pages that came before it have been given."""
        with ThreadPoolExecutor(1) as line:
            try:
                yield from self._pages(line, place)
            finally:
                for beside in (*self._free, *(at_work for _, _, at_work in self._waiting if at_work)):
                    beside.hand.end()

    def _pages(self, line: ThreadPoolExecutor, place: int) -> Iterator[Page]:
        coming = line.submit(self._fetch, place)
        while not (refusal := coming.exception()) and (records := coming.result()):
            self._waiting.append((place, records, self._begun(records) if self._ahead else None))
            place = max(place, records[-1].place)
            coming = line.submit(self._fetch, place)
            while len(self._waiting) > self._ahead:
                yield self._next()
        while self._waiting:
            yield self._next()
        if refusal:
            raise refusal

    @property
    def _ahead(self) -> int:
        return self._processes if self.worthwhile else 0

    def _begun(self, records: Records) -> _Beside:
        beside = self._free_or_new(self._forms_of(records))
        beside.hand.give(records)
        return beside

    def _free_or_new(self, forms: Forms) -> _Beside:
        """One that was born with these forms: they are not sent."""
        while self._free:
            free = self._free.pop()
            if free.knows(forms):
                return free
            free.hand.end()
        self._forms |= forms
        known = dict(self._forms)
        return _Beside(ForkedHand(partial(self._make_ready, known)), known)

    def _next(self) -> Page:
        after, records, beside = self._waiting[0]
        ready = beside.hand.made() if beside else None
        self._waiting.popleft()
        if beside:
            self._free.append(beside)
        return Page(after, records, ready)
