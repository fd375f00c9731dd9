"""The agent for programs that run in an event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self, Unpack

from ._base import Base
from ._calls import Call, Calls, health
from ._drive import drive
from ._parts import begun_agent, begun_goal, failed, result_of, session_fields
from ._settings import Options
from ._sync import SyncHookAgent

Record = dict[str, Any]


class HookAgent(Base):
    """Tells a claude-sessions server what happens in one session.

    A call puts an event into a queue, mirrored to disk, and returns; a thread of its own delivers. Nothing raises
    unless `strict`; a call that fails returns None. Options that are not given come from the environment:
    SESSION_ID, SESSION_SERVICE_URL and CLAUDE_SESSIONS_SPOOL. It can be used in any thread and in several event
    loops, one after the other or at once.
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.sync = SyncHookAgent(self)
        """The same agent for code without an event loop."""

    async def log_action(self, record: Mapping[str, Any], *, wait: bool = False) -> Record | None:
        """Tell of something that the agent does: an object with a `type`.

        Returns `{"eventId"}`; with `wait`, once the server has it on disk, `{"seq", "eventId"}`.
        """
        return await self._record(lambda calls: calls.log("action", record, wait))

    async def log_response(self, record: Mapping[str, Any], *, wait: bool = False) -> Record | None:
        """Tell of something that came back: an object with a `type`. Returns as `log_action` does."""
        return await self._record(lambda calls: calls.log("response", record, wait))

    async def update_state(self, patch: Mapping[str, Any], *, wait: bool = False) -> Record | None:
        """Change the session's state by a JSON merge patch (RFC 7396)."""
        return await self._record(lambda calls: calls.update_state(patch, wait))

    async def add_goal(self, goal: Mapping[str, Any] | str, *, wait: bool = False) -> Record | None:
        """Add a goal: its description, or an object with `description`. Returns it, with its `goalId`."""
        return await self._record(lambda calls: calls.add_goal(goal, wait))

    async def update_goal(self, goal_id: str, patch: Mapping[str, Any] | str, *, wait: bool = False) -> Record | None:
        """Change a goal: its new status, or an object of what changes."""
        return await self._record(lambda calls: calls.update_goal(goal_id, patch, wait))

    async def spawn_agent(self, agent: Mapping[str, Any] | str, *, wait: bool = False) -> Record | None:
        """Say that an agent begins: its type, or an object with `type`. Returns it, with its `agentId`."""
        return await self._record(lambda calls: calls.spawn_agent(agent, wait))

    async def complete_agent(
        self, agent_id: str, result: Mapping[str, Any] | str | None = None, *, wait: bool = False
    ) -> Record | None:
        """Say that an agent is done: its result, or an object such as `{"status": "failed", "result": …}`."""
        return await self._record(lambda calls: calls.complete_agent(agent_id, result, wait))

    async def finalize_session(self, end: Mapping[str, Any] | str | None = None) -> Record | None:
        """End the session: a status, or `{"status", "outcome", "response"}`.

        Delivers what is queued, within `close_timeout_ms`.
        """
        return await self._record(lambda calls: calls.finalize_session(end))

    async def start(
        self,
        *,
        user_id: str | None = None,
        initial: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        parent_session: str | None = None,
        sandbox_id: str | None = None,
    ) -> Record | None:
        """Create the session, or go on in it. Returns `{"sessionId", "resumed", "seq"}`.

        Not needed where the session's id is all there is to say: the first event creates it.
        """
        fields = session_fields(user_id, initial, tags, parent_session, sandbox_id)
        return await self._record(lambda calls: calls.start(fields))

    async def resume(self) -> Record | None:
        """Read what a restarted agent needs: `{"metadata", "state", "goals", "agents", "final", "events"}`.

        `events` are the newest hundred. A session that was ended is reopened. None where there is no such session.
        """
        return await self._record(lambda calls: calls.resume())

    async def get_state(self) -> Record | None:
        """Read the session's state; None where there is no such session."""
        return await self._record(lambda calls: calls.get_state())

    async def heartbeat(self) -> bool:
        """Say that the process lives. It is said by itself as well, every `heartbeat_ms`."""
        return bool(await self._run(lambda calls: calls.heartbeat(), False))

    async def test_connection(self) -> bool:
        """Whether the server answers; needs no session. Never raises."""
        try:
            return bool(await drive(health(), self.settings))
        except Exception:
            return False

    async def flush(self, timeout_ms: float | None = None) -> bool:
        """Wait until all that was queued is delivered, `close_timeout_ms` at most. False where it is not."""
        seconds = None if timeout_ms is None else timeout_ms / 1000
        return bool(await self._run(lambda calls: calls.flush(seconds), True))

    async def close(self) -> None:
        """Deliver what is queued, within `close_timeout_ms`, and stop. Calls after it do nothing."""
        core = self._core
        if core is not None and not core.closed:
            await self._run(lambda calls: calls.close(), None)

    @asynccontextmanager
    async def goal(self, goal: Mapping[str, Any] | str) -> AsyncIterator[Record]:
        """Work on a goal: in progress inside the block, completed after it, failed where it raises."""
        added = await self.add_goal(begun_goal(goal)) or {}
        try:
            yield added
        except BaseException as error:
            await self._end_goal(added, failed(error))
            raise
        await self._end_goal(added, {"status": "completed"})

    @asynccontextmanager
    async def agent(
        self, type: str, *, task: Any = None, parent_agent_id: str | None = None, **fields: Any
    ) -> AsyncIterator[Record]:
        """Work as an agent of the session: completed after the block, failed where it raises.

        What is put under `result` in the yielded record is told at its end.
        """
        spawned = await self.spawn_agent(begun_agent(type, task, parent_agent_id, fields)) or {}
        try:
            yield spawned
        except BaseException as error:
            await self._end_agent(spawned, failed(error))
            raise
        await self._end_agent(spawned, {"status": "completed"})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _end_goal(self, goal: Record, end: Record) -> None:
        if "goalId" in goal:
            await self.update_goal(goal["goalId"], end)

    async def _end_agent(self, agent: Record, end: Record) -> None:
        if "agentId" in agent:
            await self.complete_agent(agent["agentId"], end | result_of(agent))

    async def _record(self, make: Callable[[Calls], Call]) -> Record | None:
        result: Record | None = await self._run(make, None)
        return result

    async def _run(self, make: Callable[[Calls], Call], otherwise: Any) -> Any:
        try:
            calls = self._calls()
            return otherwise if calls is None else await drive(make(calls), self.settings)
        except Exception as error:
            return self._fail(error, None if otherwise is None else False)
