"""The agent for programs without an event loop: the same queue, the same calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ._base import Base
from ._calls import Call, Calls, health
from ._drive import drive_sync
from ._parts import begun_agent, begun_goal, failed, result_of, session_fields

Record = dict[str, Any]


class SyncHookAgent:
    """What HookAgent does, without `await`. Calls that queue never wait; the others block their thread."""

    def __init__(self, agent: Base) -> None:
        self._agent = agent

    def log_action(self, record: Mapping[str, Any], *, wait: bool = False) -> Record | None:
        """See HookAgent.log_action."""
        return self._record(lambda calls: calls.log("action", record, wait))

    def log_response(self, record: Mapping[str, Any], *, wait: bool = False) -> Record | None:
        """See HookAgent.log_response."""
        return self._record(lambda calls: calls.log("response", record, wait))

    def update_state(self, patch: Mapping[str, Any], *, wait: bool = False) -> Record | None:
        """See HookAgent.update_state."""
        return self._record(lambda calls: calls.update_state(patch, wait))

    def add_goal(self, goal: Mapping[str, Any] | str, *, wait: bool = False) -> Record | None:
        """See HookAgent.add_goal."""
        return self._record(lambda calls: calls.add_goal(goal, wait))

    def update_goal(self, goal_id: str, patch: Mapping[str, Any] | str, *, wait: bool = False) -> Record | None:
        """See HookAgent.update_goal."""
        return self._record(lambda calls: calls.update_goal(goal_id, patch, wait))

    def spawn_agent(self, agent: Mapping[str, Any] | str, *, wait: bool = False) -> Record | None:
        """See HookAgent.spawn_agent."""
        return self._record(lambda calls: calls.spawn_agent(agent, wait))

    def complete_agent(
        self, agent_id: str, result: Mapping[str, Any] | str | None = None, *, wait: bool = False
    ) -> Record | None:
        """See HookAgent.complete_agent."""
        return self._record(lambda calls: calls.complete_agent(agent_id, result, wait))

    def finalize_session(self, end: Mapping[str, Any] | str | None = None) -> Record | None:
        """See HookAgent.finalize_session."""
        return self._record(lambda calls: calls.finalize_session(end))

    def start(
        self,
        *,
        user_id: str | None = None,
        initial: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        parent_session: str | None = None,
        sandbox_id: str | None = None,
    ) -> Record | None:
        """See HookAgent.start."""
        fields = session_fields(user_id, initial, tags, parent_session, sandbox_id)
        return self._record(lambda calls: calls.start(fields))

    def resume(self) -> Record | None:
        """See HookAgent.resume."""
        return self._record(lambda calls: calls.resume())

    def get_state(self) -> Record | None:
        """See HookAgent.get_state."""
        return self._record(lambda calls: calls.get_state())

    def heartbeat(self) -> bool:
        """See HookAgent.heartbeat."""
        return bool(self._run(lambda calls: calls.heartbeat(), False))

    def test_connection(self) -> bool:
        """See HookAgent.test_connection."""
        try:
            return bool(drive_sync(health(), self._agent.settings))
        except Exception:
            return False

    def flush(self, timeout_ms: float | None = None) -> bool:
        """See HookAgent.flush."""
        seconds = None if timeout_ms is None else timeout_ms / 1000
        return bool(self._run(lambda calls: calls.flush(seconds), True))

    def close(self) -> None:
        """See HookAgent.close."""
        core = self._agent._core
        if core is not None and not core.closed:
            self._run(lambda calls: calls.close(), None)

    @contextmanager
    def goal(self, goal: Mapping[str, Any] | str) -> Iterator[Record]:
        """See HookAgent.goal."""
        added = self.add_goal(begun_goal(goal)) or {}
        try:
            yield added
        except BaseException as error:
            self._end_goal(added, failed(error))
            raise
        self._end_goal(added, {"status": "completed"})

    @contextmanager
    def agent(
        self, type: str, *, task: Any = None, parent_agent_id: str | None = None, **fields: Any
    ) -> Iterator[Record]:
        """See HookAgent.agent."""
        spawned = self.spawn_agent(begun_agent(type, task, parent_agent_id, fields)) or {}
        try:
            yield spawned
        except BaseException as error:
            self._end_agent(spawned, failed(error))
            raise
        self._end_agent(spawned, {"status": "completed"})

    def _end_goal(self, goal: Record, end: Record) -> None:
        if "goalId" in goal:
            self.update_goal(goal["goalId"], end)

    def _end_agent(self, agent: Record, end: Record) -> None:
        if "agentId" in agent:
            self.complete_agent(agent["agentId"], end | result_of(agent))

    def _record(self, make: Callable[[Calls], Call]) -> Record | None:
        result: Record | None = self._run(make, None)
        return result

    def _run(self, make: Callable[[Calls], Call], otherwise: Any) -> Any:
        try:
            calls = self._agent._calls()
            return otherwise if calls is None else drive_sync(make(calls), self._agent.settings)
        except Exception as error:
            return self._agent._fail(error, None if otherwise is None else False)
