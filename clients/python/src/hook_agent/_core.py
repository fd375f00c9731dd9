"""An agent at work: its queue, its spool, and the thread that sends."""

from __future__ import annotations

import atexit
import contextlib
import json
import sys
import threading
import time
from concurrent.futures import Future
from typing import Any

from ._dead_letters import DeadLetters
from ._entries import Entry, running_future
from ._errors import HookAgentError, InvalidInputError
from ._events import plain, take_place, to_event
from ._http import SENDER, Answer, Connection, Request
from ._queue import Queue
from ._redact import Redactor
from ._sender import Sender
from ._settings import Settings
from ._spool import Spool
from ._spool_folder import SpoolFolder
from ._warnings import Warnings

_JOIN_SECONDS = 0.5
_NEEDED = {"action": "type", "response": "type", "agent_spawned": "type", "goal_added": "description"}


class Core:
    """All that belongs to one agent in one process; needs a session."""

    def __init__(self, settings: Settings, session_id: str, warnings: Warnings) -> None:
        self.settings = settings
        self.session_id = session_id
        self.closed = False
        self.ended: Future[None] = running_future()
        """Done when the sender has ended."""
        self._warnings = warnings
        folder = SpoolFolder(settings.spool, session_id) if settings.spool else None
        self._spool = Spool(folder, lambda text: warnings.tell("spool", text)) if folder else None
        self._dead_letters = DeadLetters(folder)
        self._redactor = _redactor(settings)
        self._queue = Queue(settings.max_queue, settings.max_queue_bytes, self._spool)
        self._sender = Sender(settings, self._queue, self._spool, self, self._beat)
        self._starting = threading.RLock()
        self._thread: threading.Thread | None = None
        self._can_start = True

    @property
    def dropped(self) -> int:
        """How many events did not fit into the queue."""
        return self._queue.dropped

    def check(self, event_type: str, given: Any) -> dict[str, Any]:
        """Make the data of a call what JSON holds. Raises InvalidInputError."""
        data = plain(event_type, given)
        if not isinstance(data, dict):
            error = InvalidInputError(f"The event {event_type} must be an object and is a {type(given).__name__}.")
            raise self.refuse(error, event_type, data)
        needed = _NEEDED.get(event_type)
        text = data.get(needed) if needed else "-"
        if not isinstance(text, str) or not text or (needed == "type" and len(text) > 256):
            limit = " of 1 to 256 characters" if needed == "type" else ""
            error = InvalidInputError(f"The event {event_type} needs a text '{needed}'{limit}.")
            raise self.refuse(error, event_type, data)
        return data

    def refuse(self, error: HookAgentError, event_type: str, data: Any) -> HookAgentError:
        """Keep as a dead letter what is not worth sending; gives the error back."""
        event = {"type": event_type, "data": self._redactor.redact(data) if self._redactor else data}
        path = self._dead_letters.write(error.code, None, str(error), event)
        if not self.settings.strict:
            self._warnings.tell(error.code, f"{error} It was not sent{_kept(path)}.")
        return error

    def put(self, event_type: str, data: dict[str, Any], fallback_id: str | None, awaited: bool) -> Entry:
        """Queue an event; takes `eventId` and `timestamp` out of `data`. Raises TooLargeError."""
        place = take_place(data, fallback_id)
        redacted = self._redactor.redact_record(data) if self._redactor else data
        try:
            event = to_event(event_type, redacted, place, self.settings.max_event_bytes)
        except HookAgentError as error:
            raise self.refuse(error, event_type, data) from None
        entry = Entry(event, waiter=running_future() if awaited else None)
        self._queue.put(entry, self.settings.batch_size)
        if self._queue.dropped:
            self._warnings.tell(
                "dropped",
                "The queue is full and the oldest events are dropped; the server will be told how many. "
                "See that it answers, or set max_queue and max_queue_bytes higher.",
            )
        self.ensure_sending()
        return entry

    def flush(self) -> Future[bool] | None:
        """Answer once all is delivered; None where there is nothing to deliver."""
        if self._thread is None and not self._has_work():
            return None
        self.ensure_sending()
        return None if self._queue.idle else self._queue.flush()

    def give_up(self, future: Future[bool]) -> None:
        """Nobody waits for that flush any more."""
        self._queue.give_up(future)

    def ensure_sending(self) -> None:
        """Start the sender's thread where it does not run."""
        if self._thread is not None or not self._can_start:
            return
        with self._starting:
            if self._thread is not None or self.closed:
                return
            thread = threading.Thread(target=self._run, name=SENDER, daemon=True)
            _running.add(self)
            _finish_with_the_process()
            try:
                thread.start()
            except RuntimeError:  # the interpreter ends: what is queued is sent on exit, in that thread
                self._can_start = False
                return
            self._thread = thread

    def stop(self) -> bool:
        """Ask the sender to end. Answers whether there is anything to wait for."""
        self.closed = True
        _running.discard(self)
        self._sender.stop()
        return self._thread is not None and not self.ended.done()

    def let_go(self) -> None:
        """Leave what is unsent to whoever comes next."""
        left = self._queue.unsent_count
        if left and (self._spool is None or not self._queue.mirrored):
            events = f"{left} event{'s' if left > 1 else ''}"
            self._warnings.tell(
                "dropped",
                f"The agent ends with {events} not delivered and not on disk: lost. See that {self.settings.url} "
                "answers, allow more time with close_timeout_ms, or set CLAUDE_SESSIONS_SPOOL to a private folder.",
            )
        self._sender.let_go()

    def close_at_exit(self) -> None:
        """Deliver what is queued, within a bound, and stop."""
        deadline = time.monotonic() + self.settings.close_timeout_ms / 1000
        if self._thread is None or not self._thread.is_alive():
            self._sender.run_until_idle(deadline)
        else:
            self._await_delivery(deadline)
        if self.stop() and self._thread is not None:
            self._thread.join(_JOIN_SECONDS)
        self.let_go()

    def abandon(self) -> None:
        """Forget everything: this process was forked, and it is the parent's."""
        self.closed = True
        _running.discard(self)
        if self._spool is not None:
            self._spool.abandon()

    def refused(self, entry: Entry, answer: Answer) -> None:
        """Keep an event that the server will never take."""
        path = self._dead_letters.write(
            answer.code or "refused", answer.status, answer.message, json.loads(entry.event.line)
        )
        code = f" {answer.code}" if answer.code else ""
        self._warnings.tell(
            "refused",
            f"The server refused an event ({answer.status}{code}): {answer.message} It is not sent again{_kept(path)}.",
        )

    def unreachable(self, reason: str) -> None:
        """Say that nothing gets through."""
        kept = "on disk" if self._spool is not None else "in memory"
        self._warnings.tell(
            "unreachable",
            f"{self.settings.url} takes no events ({reason}). They are kept {kept} and sent once it does; "
            "see that the server runs and that SESSION_SERVICE_URL is right.",
        )

    def heartbeat(self) -> Request:
        """Say that the process lives."""
        path = f"/api/sessions/{self.session_id}/heartbeat"
        return Request("POST", path, {})

    def _run(self) -> None:
        try:
            self._sender.run()
        finally:
            self.ended.set_result(None)

    def _beat(self, connection: Connection) -> None:
        # An old heartbeat says nothing: one that fails is not tried again.
        with contextlib.suppress(Exception):
            connection.request(self.heartbeat())

    def _has_work(self) -> bool:
        return self._queue.unsent_count > 0 or (self._spool is not None and self._spool.exists)

    def _await_delivery(self, deadline: float) -> None:
        """Wait for the sender; not for a server that is down, where the spool has it all."""
        failures = self._sender.failures
        future = self._queue.flush()
        with self._queue.changed:
            while not future.done() and (left := deadline - time.monotonic()) > 0:
                if self._sender.failures > failures and self._queue.mirrored and self._spool is not None:
                    return
                self._queue.changed.wait(min(left, 0.05))


_running: set[Core] = set()
_is_hooked = False


def _finish_with_the_process() -> None:
    """Deliver when a child of multiprocessing ends, which does without `atexit`."""
    global _is_hooked  # noqa: PLW0603 - once a process
    if _is_hooked:
        return
    _is_hooked = True
    process, util = (sys.modules.get(f"multiprocessing.{name}") for name in ("process", "util"))
    if process is not None and util is not None and process.parent_process() is not None:
        util.Finalize(None, close_all, exitpriority=10)


@atexit.register
def close_all() -> None:
    """Close every agent that is at work."""
    for core in list(_running):
        with contextlib.suppress(Exception):
            core.close_at_exit()


def after_fork() -> None:
    """Forget what the parent runs."""
    global _is_hooked  # noqa: PLW0603 - once a process
    _is_hooked = False
    for core in list(_running):
        core.abandon()


def _redactor(settings: Settings) -> Redactor | None:
    if settings.redact is False:
        return None
    return Redactor(None if settings.redact is True else settings.redact)


def _kept(path: str | None) -> str:
    return f" and is kept in {path}" if path else ""
