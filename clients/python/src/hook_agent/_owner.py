"""Which process a spool file belongs to, and whether that one lives. See clients/contract/SPOOL.md."""

from __future__ import annotations

import functools
import hashlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path

SILENT_AFTER_SECONDS = 60


@dataclass(frozen=True, order=True)
class Owner:
    """A process: its pid, and when it started, since pids come again. Pid 0 is nobody."""

    pid: int
    start: int


def current_owner() -> Owner:
    """This process."""
    pid = os.getpid()
    _, start = _process(pid)
    return Owner(pid, start)


@functools.cache
def space() -> str:
    """Name where a pid of this process means something."""
    parts = (socket.gethostname(), "".join(_read("/proc/sys/kernel/random/boot_id").split()), _pid_namespace())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def is_alive(owner: Owner, owner_space: str | None, changed_seconds_ago: float) -> bool:
    """Whether the owner of a file is at work, as far as can be known from here."""
    if owner.pid == 0:
        return False
    if owner_space is not None and owner_space != space():
        return changed_seconds_ago < SILENT_AFTER_SECONDS
    if not _exists(owner.pid):
        return False
    state, start = _process(owner.pid)
    return state not in {"Z", "X"} and (0 in (owner.start, start) or owner.start == start)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _process(pid: int) -> tuple[str, int]:
    """State and start time; "" and 0 where the system does not say."""
    # The name before the last ")" may hold anything, spaces and brackets too.
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (fields[0], int(fields[19])) if len(fields) > 19 else ("", 0)


def _pid_namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
