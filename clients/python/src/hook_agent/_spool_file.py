"""One file of the spool: a head, events, and how many of them are done with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ._entries import Gap, read_gap
from ._events import dumps, encode
from ._owner import space

FULL_BYTES = 4 * 1024 * 1024
TRIM_BYTES = 64 * 1024


@dataclass(slots=True)
class SpooledLine:
    """An event that was found in a file; `number` counts from 1 within it."""

    number: int
    line: bytes
    value: dict[str, Any]


class SpoolFile:
    """Appends whole lines. Not thread-safe: whoever holds it has a lock."""

    def __init__(self, path: str, fd: int) -> None:
        self.path = path
        self.events = 0
        self.acked = 0
        self.gap: Gap | None = None
        self._is_known = False
        self._fd = fd
        self._size = os.fstat(fd).st_size
        self._head_size = 0

    @classmethod
    def create(cls, path: str, session_id: str) -> SpoolFile:
        """Begin a file under a name that nobody has. Raises FileExistsError, OSError."""
        fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o600)
        try:
            os.fchmod(fd, 0o600)
            file = cls(path, fd)
            file._append(encode(dumps({"spool": 1, "session": session_id, "space": space()}) + "\n"))
            file._head_size = file._size
            file._is_known = True
        except OSError:
            os.close(fd)
            os.unlink(path)
            raise
        return file

    @classmethod
    def open(cls, path: str) -> SpoolFile:
        """Open a file that was taken over; what is in it is known once it was read."""
        return cls(path, os.open(path, os.O_RDWR | os.O_APPEND | _NO_FOLLOW))

    @property
    def full(self) -> bool:
        """Whether the next event belongs into another file."""
        return self._size >= FULL_BYTES

    @property
    def done(self) -> bool:
        """Whether every event is done with."""
        return self._is_known and self.acked >= self.events

    def append(self, lines: bytes, count: int) -> int:
        """Add `count` events; answers the number of the first."""
        self._append(lines)
        self.events += count
        return self.events - count + 1

    def ack(self, number: int) -> None:
        """Note that the first `number` events are done with. Raises OSError."""
        if number <= self.acked:
            return
        self.acked = number
        if self.done and self._head_size and self._size > TRIM_BYTES:
            os.ftruncate(self._fd, self._head_size)
            self._size, self.events, self.acked = self._head_size, 0, 0
        else:
            self._append(encode(f'{{"ack":{number}}}\n'))

    def note_gap(self, gap: Gap | None) -> None:
        """Note what was dropped and not told of, or with None that it was told. Raises OSError."""
        self.gap = gap
        dropped = gap.to_json() if gap else None
        self._append(encode(dumps({"ack": self.acked, "dropped": dropped}) + "\n"))

    def read(self) -> Iterator[SpooledLine]:
        """Give the events that are not done with, and learn how far the file is."""
        self._is_known = True
        values = list(_lines(self._contents()))
        for _, value in values:
            self._learn(value)
        self.events = 0
        for line, value in values:
            if not is_event(value):
                continue
            self.events += 1
            if self.events > self.acked:
                yield SpooledLine(self.events, line, value)

    def touch(self) -> None:
        """Say that the owner lives. Raises OSError."""
        os.utime(self._fd)

    def in_place(self) -> bool:
        """Whether the file is still what its name leads to."""
        try:
            found, mine = os.stat(self.path, follow_symlinks=False), os.fstat(self._fd)
        except OSError:
            return False
        return (found.st_ino, found.st_dev) == (mine.st_ino, mine.st_dev)

    def close(self) -> None:
        """Close it, and leave it where it is."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def delete(self) -> None:
        """Close and remove it, where it is still there."""
        if self.in_place():
            os.unlink(self.path)
        self.close()

    def _append(self, data: bytes) -> None:
        written = 0
        try:
            written = os.write(self._fd, data)
            if written < len(data):
                raise OSError(28, "No space left on device")
        except OSError:
            if written:
                os.ftruncate(self._fd, self._size)
            raise
        self._size += len(data)

    def _contents(self) -> bytes:
        size = os.fstat(self._fd).st_size
        parts = bytearray()
        while len(parts) < size:
            part = os.pread(self._fd, size - len(parts), len(parts))
            if not part:
                break
            parts += part
        return bytes(parts)

    def _learn(self, value: dict[str, Any]) -> None:
        if isinstance(value.get("ack"), int):
            self.acked = max(self.acked, value["ack"])
        if "ack" in value and "dropped" in value:
            self.gap = read_gap(value["dropped"])


_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def is_event(value: dict[str, Any]) -> bool:
    """Whether a line of a file is an event."""
    return "eventId" in value and isinstance(value.get("type"), str)


def read_head(path: str) -> dict[str, Any]:
    """Read the head of a file; empty where it has none. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | _NO_FOLLOW)
    try:
        first, newline, _ = os.read(fd, 4096).partition(b"\n")
    finally:
        os.close(fd)
    value = _parse(first) if newline else None
    return value if value is not None and "spool" in value else {}


def _lines(contents: bytes) -> Iterator[tuple[bytes, dict[str, Any]]]:
    # What follows the last line end was cut off by a crash, and is no line.
    for line in contents.split(b"\n")[:-1]:
        value = _parse(line)
        if value is not None:
            yield line + b"\n", value


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
