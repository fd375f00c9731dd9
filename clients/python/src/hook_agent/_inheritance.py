"""What dead processes of the session left in the spool: sent first, a few files at a time."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque

from ._entries import Entry, gap_entry
from ._events import Event
from ._spool import TOUCH_AFTER_SECONDS, Spool
from ._spool_file import SpooledLine, SpoolFile


class Inheritance:
    """Files that were taken over; what is in them is read when it is to be sent."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._lock = threading.RLock()
        self._unread: deque[SpoolFile] = deque()
        self._read: deque[SpoolFile] = deque()
        self._entries: deque[Entry] = deque()
        self._flying: deque[Entry] = deque()
        self._since = self._touched = time.monotonic()
        self._released = False

    @property
    def empty(self) -> bool:
        """Whether all of it is done with."""
        return not self._unread and not self._read

    @property
    def since(self) -> float | None:
        """When the oldest of it was taken over, by the monotonic clock; None where nothing is left."""
        return None if self.empty else self._since

    def look(self) -> None:
        """Take over what there is."""
        with self._lock, contextlib.suppress(OSError):
            if self._released:
                return
            if self.empty:
                self._since = time.monotonic()
            for file in self._spool.take_over():
                self._unread.append(file)
            self._fill()

    def take(self, max_events: int, max_bytes: int) -> list[Entry]:
        """Take the next entries that travel together."""
        with self._lock:
            batch: list[Entry] = []
            size = 0
            while len(batch) < max_events and self._fill():
                entry = self._entries[0]
                if batch and (entry.creates or size + entry.size > max_bytes):
                    break
                batch.append(entry)
                self._flying.append(self._entries.popleft())
                size += entry.size
                if entry.creates:
                    break
            return batch

    @property
    def more(self) -> bool:
        """Whether there is more than what was taken."""
        with self._lock:
            return self._fill()

    def settle(self, entries: list[Entry]) -> None:
        """Say that the first flying entries are done with."""
        with self._lock:
            if self._released:
                return
            for _ in entries:
                self._flying.popleft()
            # Where the disk fails, they are sent again another time, and stored once all the same.
            for file, numbers in _numbers(entries).items():
                with contextlib.suppress(OSError):
                    if 0 in numbers:
                        file.note_gap(None)
                    file.ack(max(numbers))
            self._fill()
            self._delete_done()

    def put_back(self) -> None:
        """Take what is flying as not sent."""
        with self._lock:
            self._entries.extendleft(reversed(self._flying))
            self._flying.clear()

    def touch(self) -> None:
        """Say now and then that the owner lives."""
        if time.monotonic() - self._touched < TOUCH_AFTER_SECONDS:
            return
        self._touched = time.monotonic()
        with self._lock:
            for file in (*self._read, *self._unread):
                with contextlib.suppress(OSError):
                    file.touch()

    def release(self) -> list[SpoolFile]:
        """Give up all of it; answers the files that are not done with."""
        with self._lock:
            self._released = True
            files = [*self._read, *self._unread]
            self._read.clear()
            self._unread.clear()
            self._entries.clear()
            return files

    def _fill(self) -> bool:
        """Read on where nothing is left of what was read; answers whether there is anything to send."""
        while not self._entries and self._unread:
            file = self._unread.popleft()
            with contextlib.suppress(OSError):
                self._entries.extend(_entry(file, line) for line in file.read())
                if file.gap is not None:
                    told = gap_entry(file.gap)
                    told.file, told.inherited = file, True
                    self._entries.appendleft(told)
            self._read.append(file)
            self._delete_done()
        return bool(self._entries)

    def _delete_done(self) -> None:
        in_use = {id(entry.file) for entry in (*self._flying, *self._entries)}
        for file in [file for file in self._read if id(file) not in in_use]:
            self._read.remove(file)
            with contextlib.suppress(OSError):
                file.delete()


def _entry(file: SpoolFile, found: SpooledLine) -> Entry:
    value = found.value
    event = Event(value["type"], str(value["eventId"]), str(value.get("timestamp")), found.line)
    return Entry(event, file=file, number=found.number, inherited=True)


def _numbers(entries: list[Entry]) -> dict[SpoolFile, list[int]]:
    """Which events of which file; 0 is what told of a gap."""
    numbers: dict[SpoolFile, list[int]] = {}
    for entry in entries:
        if entry.file is not None:
            numbers.setdefault(entry.file, []).append(entry.number)
    return numbers
