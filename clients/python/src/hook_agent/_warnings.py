"""What goes wrong is said on stderr, each kind once for an agent."""

from __future__ import annotations

import contextlib
import sys
import threading


class Warnings:
    """Writes one line for each kind of trouble."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._lock = threading.RLock()

    def tell(self, kind: str, text: str) -> None:
        """Say `text` on stderr unless its kind was told before."""
        with self._lock:
            if kind in self._told:
                return
            self._told.add(kind)
        line = " ".join(text.split())
        # A closed or broken stderr is no reason to disturb the agent.
        with contextlib.suppress(Exception):
            sys.stderr.write(f"hook_agent: {line}\n")
            sys.stderr.flush()

    def after_fork(self) -> None:
        """Forget a lock that another thread may have held when this process was forked."""
        self._lock = threading.RLock()
