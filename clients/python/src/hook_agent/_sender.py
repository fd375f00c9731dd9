"""The thread that delivers: one request at a time, in order, for as long as it takes."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ._entries import Acknowledgement, Entry
from ._errors import RefusedError
from ._http import Answer, Connection
from ._inheritance import Inheritance
from ._queue import Queue
from ._settings import Settings
from ._spool import Spool

LOOK_AGAIN_SECONDS = 30
LONGEST_WAIT_SECONDS = 10
TELL_AT_FAILURE = 3


class Observer(Protocol):
    """Who is told of what a person should know."""

    def refused(self, entry: Entry, answer: Answer) -> None:
        """An event became a dead letter."""

    def unreachable(self, reason: str) -> None:
        """The server takes nothing."""


class Sender:
    """Sends what is in the queue and, before it, what dead processes left. `run` ends after `stop`."""

    def __init__(
        self,
        settings: Settings,
        queue: Queue,
        spool: Spool | None,
        observer: Observer,
        beat: Callable[[Connection], Any],
    ) -> None:
        self.failures = 0
        """How many attempts in a row have failed."""
        self._settings = settings
        self._queue = queue
        self._spool = spool
        self._observer = observer
        self._beat = beat
        self._connection = Connection(settings)
        self._inheritance = Inheritance(spool) if spool is not None else None
        self._stopping = threading.Event()
        self._looked = float("-inf")
        self._last_beat = time.monotonic()

    def run(self) -> None:
        """Deliver until stopped, then leave what is unsent to others."""
        try:
            while not self._stopping.is_set():
                self._look_around()
                if not self._send_next():
                    self._wait()
        finally:
            self._connection.close()
            self.let_go()

    def run_until_idle(self, deadline: float) -> None:
        """Deliver in this thread: where the interpreter ends, no thread can be started."""
        while not self._stopping.is_set() and time.monotonic() < deadline and not self.failures:
            self._look_around()
            if not self._send_next(until=deadline) and self._queue.idle:
                return

    def stop(self) -> None:
        """Ask `run` to end after the request that it is in."""
        with self._queue.changed:
            self._stopping.set()
            self._queue.changed.notify_all()

    def _look_around(self) -> None:
        self._keep_up()
        if self._inheritance is None:
            return
        if time.monotonic() - self._looked > LOOK_AGAIN_SECONDS:
            self._looked = time.monotonic()
            self._inheritance.look()
        self._queue.set_inherited(not self._inheritance.empty)

    def _send_next(self, until: float | None = None) -> bool:
        """Send the next batch where it is due, or there is no other time; answers whether there was one."""
        if until is None and not self._is_due():
            return False
        batch = self._take()
        if batch and not self._deliver(batch, until):
            self._queue.put_back()
            if self._inheritance is not None:
                self._inheritance.put_back()
        return bool(batch)

    def _take(self) -> list[Entry]:
        """What others left, and behind it what is queued."""
        count, size = self._settings.batch_size, self._settings.batch_bytes
        if self._inheritance is None or self._inheritance.empty:
            return self._queue.take(count, size, behind=False)
        batch = self._inheritance.take(count, size)
        if batch[-1].creates or self._inheritance.more:
            return batch
        left = size - sum(entry.size for entry in batch)
        return batch + self._queue.take(count - len(batch), left, behind=True)

    def _settle(self, part: list[Entry], answers: Sequence[Acknowledgement | BaseException]) -> None:
        inherited = [entry for entry in part if entry.inherited]
        if self._inheritance is not None and inherited:
            self._inheritance.settle(inherited)
            self._queue.set_inherited(not self._inheritance.empty)
        self._queue.settle(part[len(inherited) :], list(answers[len(inherited) :]))

    def _is_due(self) -> bool:
        with self._queue.changed:
            return self._due_in() == 0

    def _due_in(self) -> float | None:
        settings = self._settings
        since = self._inheritance.since if self._inheritance is not None else None
        return self._queue.due_in(settings.flush_interval_ms / 1000, settings.batch_size, settings.batch_bytes, since)

    def _wait(self) -> None:
        with self._queue.changed:
            due = self._due_in()
            limit = self._until_beat()
            if not self._stopping.is_set() and due != 0:
                self._queue.changed.wait(limit if due is None else min(limit, due))

    def _until_beat(self) -> float:
        """Seconds until there is something to be done in any case."""
        if not self._settings.heartbeat_ms:
            return LONGEST_WAIT_SECONDS
        beat = self._last_beat + self._settings.heartbeat_ms / 1000 - time.monotonic()
        return min(LONGEST_WAIT_SECONDS, max(0, beat))

    def _deliver(self, batch: list[Entry], until: float | None) -> bool:
        """Get every entry acknowledged or refused; False where that was given up."""
        parts = deque([batch])
        while parts:
            part, answer = self._insist(parts.popleft(), until)
            if answer is None:
                if part:
                    return False
            elif answer.ok:
                self._settle(part, answer.acknowledgements(part))
            elif len(part) > 1 and answer.maybe_one_event:
                half = len(part) // 2
                parts.extendleft((part[half:], part[:half]))
            else:
                for entry in part:
                    self._observer.refused(entry, answer)
                self._settle(part, [RefusedError(answer.message, answer.status, answer.code)] * len(part))
        return True

    def _insist(self, part: list[Entry], until: float | None) -> tuple[list[Entry], Answer | None]:
        """Try until the server says yes or no, less what is dropped meanwhile; no answer where that was given up."""
        tries = 0
        while not self._stopping.is_set():
            part = self._queue.begin(part)
            if not part:
                break
            tries += 1
            answer, reason = self._attempt(part)
            self._queue.end()
            if answer is not None and not answer.again:
                self.failures = 0
                return part, answer
            self.failures += 1
            if self.failures == TELL_AT_FAILURE:
                self._observer.unreachable(reason)
            if until is not None:
                break
            self._pause(self._backoff(tries), answer.retry_after if answer else 0)
        return part, None

    def _attempt(self, part: list[Entry]) -> tuple[Answer | None, str]:
        try:
            answer = self._connection.send(part)
        except Exception as error:
            # Whatever it is, without an answer the events are kept; a broken connection is not used again.
            self._connection.close()
            return None, f"{type(error).__name__}: {error}"
        return answer, f"{answer.status}: {answer.message}"

    def _backoff(self, tries: int) -> float:
        longest = self._settings.backoff_max_ms
        ceiling = min(longest, self._settings.backoff_ms * 2.0 ** min(tries - 1, 30)) / 1000
        return ceiling / 2 + random.random() * ceiling / 2  # noqa: S311 - it only spreads the load

    def _pause(self, seconds: float, retry_after: float) -> None:
        """Wait before the next try. Whoever begins to wait cuts it short, though not what the server asked for."""
        now = time.monotonic()
        end, earliest = now + max(seconds, retry_after), now + retry_after
        with self._queue.changed:
            self._queue.hurry = False
        while not self._stopping.is_set() and (left := end - time.monotonic()) > 0:
            with self._queue.changed:
                if self._stopping.is_set() or (self._queue.hurry and time.monotonic() >= earliest):
                    return
                self._queue.changed.wait(min(left, self._until_beat()))
            self._keep_up()

    def _keep_up(self) -> None:
        """Do what is to be done now and then, whether or not the server takes events."""
        now = time.monotonic()
        self._queue.keep_spool()
        if self._inheritance is not None:
            self._inheritance.touch()
        beat = self._settings.heartbeat_ms / 1000
        if beat and now - self._last_beat >= beat:
            self._last_beat = now
            self._beat(self._connection)

    def let_go(self) -> None:
        """Leave what is unsent to whoever comes next; a request that is under way may still be answered."""
        if self._spool is not None and self._inheritance is not None:
            with self._queue.changed:
                self._spool.let_go(self._inheritance.release())
