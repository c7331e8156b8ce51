"""Waits for a busy EHR as long as it asks, out of one budget for everything that is sent together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Waiting:
    """`left_s`: seconds of waiting that are left."""

    sleep: Sleep
    left_s: float

    async def wait(self, seconds: float) -> bool:
        """Wait so long. False, at once, when that is more than what is left."""
        if seconds > self.left_s:
            return False
        self.left_s -= seconds
        await self.sleep(seconds)
        return True
