"""Tell a claude-sessions server what an agent does.

    from hook_agent import hook_agent

    await hook_agent.log_action({"type": "task_start"})

See HookAgent. Adapters: `hook_agent.langgraph` and `hook_agent.logging`.
"""

from ._agent import HookAgent
from ._errors import (
    AcknowledgementTimeout,
    HookAgentError,
    InvalidInputError,
    NoSessionError,
    RefusedError,
    TooLargeError,
    UnreachableError,
)
from ._settings import Options, RedactionOptions, ValueRule
from ._sync import SyncHookAgent

hook_agent = HookAgent()
"""The agent of the session that the environment names."""

__all__ = [
    "AcknowledgementTimeout",
    "HookAgent",
    "HookAgentError",
    "InvalidInputError",
    "NoSessionError",
    "Options",
    "RedactionOptions",
    "RefusedError",
    "SyncHookAgent",
    "TooLargeError",
    "UnreachableError",
    "ValueRule",
    "hook_agent",
]
