"""What no server will take, kept for a person. See clients/contract/README.md."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import Any

from ._events import dumps, encode, now
from ._spool_folder import SpoolFolder

FULL_BYTES = 4 * 1024 * 1024


class DeadLetters:
    """`dead-letter.jsonl` of a session's folder; nothing where there is no spool."""

    def __init__(self, folder: SpoolFolder | None) -> None:
        self._folder = folder
        self._lock = threading.RLock()

    def write(self, code: str, status: int | None, message: str, event: dict[str, Any]) -> str | None:
        """Append one; answers the file, or None where it could not be kept."""
        if self._folder is None:
            return None
        letter = {"at": now(), "code": code, "status": status, "message": message, "event": event}
        path = os.path.join(self._folder.path, "dead-letter.jsonl")
        try:
            self._folder.make()
            with self._lock:
                _append(path, encode(dumps(letter) + "\n"))
        except (OSError, ValueError):
            return None
        return path


def _append(path: str, line: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        if os.stat(path).st_size > FULL_BYTES:
            os.replace(path, path.replace("dead-letter.", "dead-letter.1."))
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        os.fchmod(fd, 0o600)
        os.write(fd, line)
    finally:
        os.close(fd)
