"""Tells what a program logs: `logging.getLogger().addHandler(SessionHandler())`."""

from __future__ import annotations

import datetime
import logging
from typing import Any

from ._agent import HookAgent
from ._values import rfc3339

# What sending an event may itself log: telling of it would never end.
_OWN = ("httpx", "httpcore", "hook_agent")
_KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class SessionHandler(logging.Handler):
    """Tells each record as an action `log`: level, logger, message, error and what `extra` has."""

    def __init__(self, agent: HookAgent | None = None, level: int | str = logging.INFO) -> None:
        super().__init__(level)
        self._agent = agent

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the record; what fails here is passed over, as in every call of the agent."""
        if record.name.split(".", 1)[0] in _OWN:
            return
        self._told().sync.log_action(self._action(record))

    def _told(self) -> HookAgent:
        if self._agent is None:
            from . import hook_agent  # noqa: PLC0415 - the package has begun to load by then

            self._agent = hook_agent
        return self._agent

    def _message(self, record: logging.LogRecord) -> str:
        try:
            return self.format(record) if self.formatter else record.getMessage()
        except Exception:  # arguments that do not fit the message
            return f"{record.msg} {record.args}"

    def _action(self, record: logging.LogRecord) -> dict[str, Any]:
        action: dict[str, Any] = {
            "type": "log",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._message(record),
            "source": "logging",
            "timestamp": rfc3339(datetime.datetime.fromtimestamp(record.created, datetime.UTC)),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            action["error"] = {"type": type(error).__name__, "message": str(error)}
            action["stack"] = logging.Formatter().formatException(record.exc_info)
        extra = {key: value for key, value in vars(record).items() if key not in _KNOWN}
        return action | ({"extra": extra} if extra else {})
