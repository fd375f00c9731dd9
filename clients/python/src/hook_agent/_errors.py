"""What a strict agent raises.

HookAgentError                  every one of them; `code` says which
├── NoSessionError              no_session      SESSION_ID is missing, or is no session id
├── InvalidInputError           invalid_input   a call without what it needs
├── TooLargeError               too_large       an event that no server would take
├── RefusedError                refused         the server said no for good: `status`, `server_code`
├── AcknowledgementTimeout      timeout         it is not durable yet; it stays queued
└── UnreachableError            unreachable     the server gave no answer
"""

from __future__ import annotations


class HookAgentError(Exception):
    """Anything that a strict agent raises."""

    code: str = "error"


class NoSessionError(HookAgentError):
    """There is no session to tell anything of."""

    code = "no_session"


class InvalidInputError(HookAgentError):
    """A call lacks what it needs; the message names it."""

    code = "invalid_input"


class TooLargeError(HookAgentError):
    """An event is larger than `max_event_bytes` and cannot be shortened."""

    code = "too_large"


class RefusedError(HookAgentError):
    """The server refused for good. `status` is the HTTP status, `server_code` the problem's `code`."""

    code = "refused"

    def __init__(self, message: str, status: int, server_code: str | None) -> None:
        super().__init__(message)
        self.status = status
        self.server_code = server_code


class AcknowledgementTimeout(HookAgentError):  # noqa: N818 - a timeout is what it is called
    """The server has not acknowledged in time. The event stays queued."""

    code = "timeout"


class UnreachableError(HookAgentError):
    """The server cannot be reached, or does not answer."""

    code = "unreachable"
