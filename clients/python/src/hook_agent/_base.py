"""What the async and the sync agent share: settings that are read at the first call, and how failures end."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Any, Unpack

from . import _core, _spool_folder
from ._calls import Call, Calls
from ._core import Core
from ._errors import HookAgentError, NoSessionError
from ._settings import Options, Settings, check_redaction, resolve
from ._warnings import Warnings


class Base:
    """One agent of one process. After a fork the child begins anew."""

    def __init__(self, **options: Unpack[Options]) -> None:
        unknown = set(options) - set(Options.__annotations__)
        if unknown:
            raise TypeError(f"HookAgent does not know the option {', '.join(sorted(unknown))}.")
        check_redaction(options.get("redact"))
        self._options = options
        self._warnings = Warnings()
        self._lock = threading.RLock()
        self._settings: Settings | None = None
        self._core: Core | None = None
        _agents.add(self)

    @property
    def settings(self) -> Settings:
        """The options as they hold; read from the environment at the first call."""
        if self._settings is None:
            self._settings = resolve(self._options, os.environ)
        return self._settings

    @property
    def session_id(self) -> str | None:
        """The session that this agent tells of; None where there is none."""
        return self.settings.session_id

    @property
    def dropped(self) -> int:
        """How many events did not fit into the queue so far."""
        return self._core.dropped if self._core is not None else 0

    def _calls(self) -> Calls | None:
        """The calls of the session; None where there is none, or it is closed. Raises NoSessionError if strict."""
        core = self._core or self._begin()
        return None if core is None or core.closed else Calls(core)

    def _begin(self) -> Core | None:
        with self._lock:
            settings = self.settings
            if settings.session_id is None:
                error = NoSessionError(_no_session(settings.given_session_id))
                if settings.strict:
                    raise error
                self._warnings.tell(error.code, str(error))
                return None
            if self._core is None:
                self._core = Core(settings, settings.session_id, self._warnings)
            return self._core

    def _fail(self, error: Exception, otherwise: Any) -> Any:
        """What a call gives where it failed: a strict agent's raises."""
        if self.settings.strict and isinstance(error, HookAgentError):
            raise error
        if not isinstance(error, HookAgentError):
            # A fault of this package; it is no reason to stop the agent either.
            self._warnings.tell("internal", f"A call failed ({type(error).__name__}: {error}) and was passed over.")
        return otherwise

    def _after_fork(self) -> None:
        self._core = None
        self._lock = threading.RLock()
        self._warnings.after_fork()


_agents: weakref.WeakSet[Base] = weakref.WeakSet()


def _after_fork() -> None:
    _core.after_fork()
    _spool_folder.after_fork()
    for agent in list(_agents):
        agent._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _no_session(given: str | None) -> str:
    if given is None:
        return "SESSION_ID is not set: nothing is told to any server. Set it, or pass session_id to HookAgent."
    return (
        f"SESSION_ID is {given[:140]!r}, which is no session id: nothing is told to any server. It must be 1 to 128 "
        "letters, digits, '.', '_' or '-', begin with a letter or digit, and hold no '..'."
    )


__all__ = ["Base", "Call"]
