"""What goals, agents and sessions begin and end with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Record = dict[str, Any]


def begun_goal(goal: Any) -> Any:
    """Make a goal that is being worked on; what is none is left for the call to refuse."""
    if isinstance(goal, str):
        return {"description": goal, "status": "in_progress"}
    return {"status": "in_progress"} | dict(goal) if isinstance(goal, Mapping) else goal


def begun_agent(kind: str, task: Any, parent_agent_id: str | None, fields: Record) -> Record:
    """Make an agent that is at work."""
    given = fields | {"type": kind, "task": task, "parentAgentId": parent_agent_id}
    return {key: value for key, value in given.items() if value is not None}


def failed(error: BaseException) -> Record:
    """How a goal or an agent ends that raised."""
    return {"status": "failed", "error": {"type": type(error).__name__, "message": str(error)}}


def result_of(agent: Record) -> Record:
    """What the block left as the agent's result."""
    return {"result": agent["result"]} if "result" in agent else {}


def session_fields(
    user_id: str | None,
    initial: Mapping[str, Any] | None,
    tags: Sequence[str] | None,
    parent_session: str | None,
    sandbox_id: str | None,
) -> Record:
    """What a session begins with, as it travels."""
    fields = {"userId": user_id, "initial": initial, "tags": tags}
    fields |= {"parentSession": parent_session, "sandboxId": sandbox_id}
    return {key: value for key, value in fields.items() if value is not None}
