"""The bounded queue between the agent and the sender, mirrored to the spool."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from itertools import chain

from ._entries import Acknowledgement, Entry, Gap, gap_entry, join, running_future, widen
from ._spool import Spool


class Queue:
    """Entries in order. `changed` is held for every access, and notified when the sender has something to do."""

    def __init__(self, max_events: int, max_bytes: int, spool: Spool | None) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.dropped = 0
        """How many events were dropped in all."""
        self.hurry = False
        """Set when somebody begins to wait: a pause between two tries is cut short."""
        self._spool = spool
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._waiting: deque[Entry] = deque()
        self._flying: deque[Entry] = deque()
        self._waiting_bytes = self._flying_bytes = 0
        # Before the first that waits, and before the first that flies, with the event that tells of it.
        self._gap: Gap | None = None
        self._flying_gap: Entry | None = None
        self._in_request = False
        self._put = self._done = self._awaited = 0
        self._inherited = spool is not None
        self._flushes: list[tuple[int, Future[bool]]] = []

    def put(self, entry: Entry, due: int) -> None:
        """Add an entry and drop the oldest that are too much. Wakes the sender for the first and the `due`th."""
        with self.changed:
            self._waiting.append(entry)
            self._waiting_bytes += entry.size
            self._put += 1
            self._awaited += entry.waiter is not None
            if self._spool is not None:
                self._spool.add(entry, self.unsent)
            if self._is_too_much():
                self._drop_oldest()
            if entry.waiter is not None:
                self.hurry = True
            if entry.waiter is not None or len(self._waiting) in (1, due) or self._waiting_bytes > self._max_bytes:
                self.changed.notify_all()

    def take(self, max_events: int, max_bytes: int, behind: bool) -> list[Entry]:
        """Take the next entries that travel together, after what tells of a gap before them.

        They go `behind` others, where these leave room; else there is at least one, whatever its size.
        """
        with self.changed:
            batch: list[Entry] = []
            size = 0
            while self._waiting and len(batch) < max_events:
                entry = self._waiting[0]
                if (batch or behind) and (entry.creates or size + entry.size > max_bytes):
                    break
                batch.append(self._waiting.popleft())
                size += entry.size
                if entry.creates:
                    break
            self._waiting_bytes -= size
            self._flying_bytes += size
            self._flying.extend(batch)
            if batch and self._gap is not None:
                self._flying_gap, self._gap = gap_entry(self._gap), None
            return batch

    def begin(self, part: list[Entry]) -> list[Entry]:
        """Put the first flying entries, and others before them, into a request: none of these is dropped now.

        Answers what is left of them, with what tells of a gap among them.
        """
        with self.changed:
            self._in_request = True
            kept = [entry for entry in part if not entry.dropped]
            own = next((index for index, entry in enumerate(kept) if not entry.inherited), None)
            if own is not None and self._flying_gap is not None and kept[own] is self._flying[0]:
                kept.insert(own, self._flying_gap)
            return kept

    def end(self) -> None:
        """The request has ended."""
        with self.changed:
            self._in_request = False

    def settle(self, entries: list[Entry], answers: list[Acknowledgement | BaseException]) -> None:
        """Say that the first flying entries are done with, each with its acknowledgement or why there is none."""
        if not entries:
            return
        with self.changed:
            for entry in entries:
                if entry.gap is not None:
                    self._told()
                    continue
                self._flying.popleft()
                self._flying_bytes -= entry.size
                self._done += 1
                self._awaited -= entry.waiter is not None
            if self._spool is not None:
                self._spool.settle(self._first())
            self._answer_flushes()
        for entry, answer in zip(entries, answers, strict=True):
            _answer(entry, answer)

    def put_back(self) -> None:
        """Take what is flying as not sent."""
        with self.changed:
            self._waiting.extendleft(reversed(self._flying))
            self._waiting_bytes += self._flying_bytes
            self._flying.clear()
            self._flying_bytes = 0
            self._join_gaps()

    def due_in(self, interval: float, max_events: int, max_bytes: int, since: float | None) -> float | None:
        """Seconds until the next batch is to be sent; None where there is none. `changed` is held.

        `since` is when something came that is sent before all of this.
        """
        if since is None and not self._waiting:
            return None
        is_full = len(self._waiting) >= max_events or self._waiting_bytes >= max_bytes
        if self._awaited or self._flushes or is_full:
            return 0
        first = self._waiting[0].queued if since is None else since
        return max(0, first + interval - time.monotonic())

    def flush(self) -> Future[bool]:
        """Answer once all that is in the queue now, and what was inherited, is done with."""
        future: Future[bool] = running_future()
        with self.changed:
            self._flushes.append((self._put, future))
            self._answer_flushes()
            self.hurry = True
            self.changed.notify_all()
        return future

    def give_up(self, future: Future[bool]) -> None:
        """Nobody waits for a flush any more."""
        with self.changed:
            self._flushes = [each for each in self._flushes if each[1] is not future]

    def set_inherited(self, inherited: bool) -> None:
        """Say whether there is still something that others left, or may be."""
        with self.changed:
            self._inherited = inherited
            self._answer_flushes()

    def keep_spool(self) -> None:
        """Let the spool see to its files."""
        if self._spool is not None:
            with self.changed:
                self._spool.keep(self.unsent)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to send."""
        return self._put == self._done and not self._inherited

    @property
    def mirrored(self) -> bool:
        """Whether the spool has all that is unsent. `changed` is held."""
        return all(entry.file is not None for entry in self.unsent())

    @property
    def unsent_count(self) -> int:
        """How many entries are not done with."""
        return self._put - self._done

    def unsent(self) -> Iterator[Entry]:
        """Give the entries that are not done with. `changed` is held."""
        return chain(self._flying, self._waiting)

    def _first(self) -> Entry | None:
        return next(self.unsent(), None)

    def _is_too_much(self) -> bool:
        is_long = len(self._waiting) + len(self._flying) > self._max_events
        return is_long or self._waiting_bytes + self._flying_bytes > self._max_bytes

    def _drop_oldest(self) -> None:
        while self._is_too_much():
            # What is in a request that is being answered may be stored already: it is not dropped.
            if self._flying and not self._in_request:
                self._drop_flying()
            elif self._waiting:
                entry = self._waiting.popleft()
                self._waiting_bytes -= entry.size
                self._gap = widen(self._gap, entry.event)
                self._drop(entry)
            else:
                break
        if self._spool is not None:
            told = self._flying_gap.gap if self._flying_gap is not None else None
            self._spool.drop(self._first(), join(told, self._gap))
        self._answer_flushes()

    def _drop_flying(self) -> None:
        entry = self._flying.popleft()
        self._flying_bytes -= entry.size
        before = self._flying_gap.gap if self._flying_gap is not None else None
        self._flying_gap = gap_entry(widen(before, entry.event))
        self._drop(entry)
        if not self._flying:
            self._join_gaps()

    def _drop(self, entry: Entry) -> None:
        entry.dropped = True
        self.dropped += 1
        self._done += 1
        self._awaited -= entry.waiter is not None
        _answer(entry, None)

    def _join_gaps(self) -> None:
        told, self._flying_gap = self._flying_gap, None
        if told is not None:
            self._gap = join(told.gap, self._gap)

    def _told(self) -> None:
        self._flying_gap = None
        if self._spool is not None:
            self._spool.note_gap(self._gap)

    def _answer_flushes(self) -> None:
        if self._inherited:
            return
        for count, future in self._flushes:
            if self._done >= count:
                future.set_result(True)
        self._flushes = [each for each in self._flushes if not each[1].done()]


def _answer(entry: Entry, answer: Acknowledgement | BaseException | None) -> None:
    if entry.waiter is None:
        return
    if isinstance(answer, BaseException):
        entry.waiter.set_exception(answer)
    else:
        entry.waiter.set_result(answer)
