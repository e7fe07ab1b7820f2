"""What comes while a piece of work is being done is done together next: nobody waits for company."""

import asyncio
from asyncio import Future, Task
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

__all__ = ["Gathering"]

Item = TypeVar("Item")
Result = TypeVar("Result")
FEW: Final = 8  # go together however many wait


@dataclass
class _Waiting(Generic[Item, Result]):
    item: Item
    result: "Future[Result]"


class Gathering(Generic[Item, Result]):
    """Does `work` on items, at most `most` at once, in a thread of its own, and gives a result for each of them.

    Of many that wait, half go: so one half is worked on while the other is being answered and comes again. Its own state
    belongs to the event loop's thread. What `work` raises is raised to everybody whose item was among them.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], most: int) -> None:
        self._work, self._most = work, most
        self._thread = ThreadPoolExecutor(1)  # its own: what takes long for one must not hold up the others
        self._waiting: list[_Waiting[Item, Result]] = []
        self._worker: Task[None] | None = None

    async def add(self, item: Item) -> Result:
        """The result of an item, once it is done."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting[Item, Result](item, loop.create_future())
        self._waiting.append(waiting)
        if self._worker is None:
            self._worker = loop.create_task(self._run())
        return await waiting.result

    async def _run(self) -> None:
        try:
            while self._waiting:
                take = min(self._most, max(FEW, len(self._waiting) // 2))
                group, self._waiting = self._waiting[:take], self._waiting[take:]
                await self._do(group)
        finally:
            self._worker = None

    async def _do(self, group: Sequence[_Waiting[Item, Result]]) -> None:
        loop = asyncio.get_running_loop()
        try:
            results = await loop.run_in_executor(self._thread, self._work, [one.item for one in group])
        except Exception as error:  # noqa: BLE001  (raised to whoever waits for it)
            for one in group:
                if not one.result.done():  # a phone may have hung up
                    one.result.set_exception(error)
            return
        for one, result in zip(group, results, strict=True):
            if not one.result.done():
                one.result.set_result(result)
