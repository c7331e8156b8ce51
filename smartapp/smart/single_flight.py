"""Work that several requests want at once is done once, and outlives the request that began it.

The work runs in a task of its own: a clinician who closes the tab does not stop a token renewal halfway,
where the EHR has used up the old refresh token and we have not kept the new one (threat T18).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Holds only what is under way."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[T]] = {}

    async def run(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work`, or wait for the same key's work that is under way: all get its result or its error."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(_as_coroutine(work))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task)


async def _as_coroutine(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
