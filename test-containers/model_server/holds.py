"""Replies that are held back, so that a test can stop an application at a known place."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any


class Holds:
    """Held replies, and how many requests wait for each."""

    def __init__(self) -> None:
        self._released: dict[str, asyncio.Event] = {}
        self._waiting: Counter[str] = Counter()

    def hold(self, name: str) -> None:
        """Hold a reply back from now on."""
        self._released.setdefault(name, asyncio.Event())

    def release(self, name: str) -> bool:
        """Give it to those who wait, and to all who come. False where it is not held."""
        released = self._released.pop(name, None)
        if released is not None:
            released.set()
        return released is not None

    def waiting(self) -> dict[str, int]:
        """Tell how many requests wait for each held reply."""
        return {name: self._waiting[name] for name in self._released}

    async def wait(self, name: str, gone: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Wait until the reply is not held. False where who asked was `gone` before."""
        released = self._released.get(name)
        if released is None:
            return True
        self._waiting[name] += 1
        leaving = asyncio.ensure_future(gone())
        releasing = asyncio.ensure_future(released.wait())
        try:
            done, _ = await asyncio.wait({leaving, releasing}, return_when=asyncio.FIRST_COMPLETED)
            return releasing in done
        finally:
            self._waiting[name] -= 1
            for task in (leaving, releasing):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
