"""Waiting a little for something that goes on by itself."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def soon(awaitable: Awaitable[T], seconds: float) -> T | None:
    """The result, or None when it takes longer. What is being waited for is not stopped. Its errors pass."""
    task = asyncio.ensure_future(awaitable)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if task in done:
        return task.result()
    task.add_done_callback(_forget)
    return None


def _forget(task: "asyncio.Future[T]") -> None:
    # Whoever asks for the result next gets the error; here it would only be warned about.
    if not task.cancelled():
        task.exception()
