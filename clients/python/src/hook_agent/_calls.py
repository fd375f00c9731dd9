"""What each method does, apart from how it waits: as generators that an async and a sync driver run.

A call yields `Wait` (and gets the future's result, or its error, or TimeoutError) or `Request` (and gets the
`Answer`, or UnreachableError), and returns what the method returns.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Generator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from ._core import Core
from ._entries import Entry
from ._errors import AcknowledgementTimeout, InvalidInputError, RefusedError
from ._http import Answer, Request

EVENTS_OF_RESUME = 100


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a future, so many seconds at most."""

    future: Future[Any]
    seconds: float


Record = dict[str, Any]
Step = Wait | Request
Call = Generator[Step, Any, Any]


class Calls:
    """Every call of an agent that has a session. They raise as a strict agent does."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._request_seconds = core.settings.request_timeout_ms / 1000
        self._close_seconds = core.settings.close_timeout_ms / 1000

    def log(self, event_type: str, record: Any, wait: bool) -> Call:
        """Queue an action or a response."""
        data = self._core.check(event_type, record)
        return (yield from self._queued(event_type, data, None, {}, wait))

    def update_state(self, patch: Any, wait: bool) -> Call:
        """Queue a change of the state."""
        data = self._core.check("state_updated", patch)
        return (yield from self._queued("state_updated", data, None, {}, wait))

    def add_goal(self, goal: Any, wait: bool) -> Call:
        """Queue a goal; answers it as it will be."""
        data = self._core.check("goal_added", {"description": goal} if isinstance(goal, str) else goal)
        given = _name_part(data, "goalId")
        known = {"status": data.get("status") or "pending"}
        return (yield from self._queued("goal_added", data, given and f"goal:{given}", data | known, wait))

    def update_goal(self, goal_id: Any, patch: Any, wait: bool) -> Call:
        """Queue a change of a goal."""
        return (yield from self._part("goal_updated", "goalId", goal_id, _text(patch, "status"), wait))

    def spawn_agent(self, agent: Any, wait: bool) -> Call:
        """Queue an agent; answers it as it will be."""
        data = self._core.check("agent_spawned", _text(agent, "type"))
        given = _name_part(data, "agentId")
        known = {"status": data.get("status") or "active"}
        return (yield from self._queued("agent_spawned", data, given and f"agent:{given}", data | known, wait))

    def complete_agent(self, agent_id: Any, result: Any, wait: bool) -> Call:
        """Queue the end of an agent."""
        return (yield from self._part("agent_completed", "agentId", agent_id, _text(result, "result"), wait))

    def finalize_session(self, end: Any) -> Call:
        """Queue the end of the session, and wait for all that is queued."""
        data = self._core.check("session_finalized", _text(end, "status"))
        entry = self._core.put("session_finalized", data, None, awaited=True)
        told = {"eventId": entry.event.event_id}
        return told | ((yield from self._acknowledged(entry, self._close_seconds)) or {})

    def start(self, fields: Record) -> Call:
        """Create or resume the session."""
        data = self._core.check("session_created", {key: value for key, value in fields.items() if value is not None})
        entry = self._core.put("session_created", data, None, awaited=True)
        told = yield from self._acknowledged(entry, self._request_seconds)
        return None if told is None else {"sessionId": self._core.session_id, "resumed": False} | told

    def flush(self, seconds: float | None) -> Call:
        """Wait until all that is queued is delivered."""
        done = yield from self._flushed(self._close_seconds if seconds is None else seconds)
        return done or self._late("Not all that was queued is delivered")

    def close(self) -> Call:
        """Deliver, within a bound, and stop."""
        yield from self._flushed(self._close_seconds)
        if self._core.stop():
            # Where it is in a request, it ends after that.
            with contextlib.suppress(TimeoutError):
                yield Wait(self._core.ended, 0.5)
        self._core.let_go()

    def get_state(self) -> Call:
        """Read the state."""
        yield from self._flushed(self._request_seconds)
        answer = yield Request("GET", f"/api/state/{self._core.session_id}")
        return None if answer.status == 404 else _body(answer)

    def resume(self) -> Call:
        """Read all that a restarted agent needs, and reopen a session that was ended."""
        yield from self._flushed(self._request_seconds)
        path = f"/api/sessions/{self._core.session_id}"
        answer = yield Request("GET", f"{path}?limit=1")
        if answer.status == 404:
            return None
        session = _body(answer)
        if session["metadata"].get("status") != "active":
            _body((yield Request("POST", f"{path}/reopen")))
        events = _body((yield Request("GET", f"{path}/events?limit={EVENTS_OF_RESUME}")))
        state = session["state"]
        return {
            "metadata": session["metadata"],
            "state": state,
            "goals": state.get("goals", []),
            "agents": state.get("agents", []),
            "final": session.get("final"),
            "events": events,
        }

    def heartbeat(self) -> Call:
        """Say that the process lives."""
        _body((yield self._core.heartbeat()))
        return True

    def _flushed(self, seconds: float) -> Call:
        future = self._core.flush()
        if future is None:
            return True
        try:
            return (yield Wait(future, seconds))
        except TimeoutError:
            self._core.give_up(future)
            return False

    def _late(self, what: str) -> bool:
        if self._core.settings.strict:
            raise AcknowledgementTimeout(f"{what} to {self._core.settings.url} in time; it stays queued.")
        return False

    def _part(self, event_type: str, name: str, part_id: Any, fields: Any, wait: bool) -> Call:
        data = self._core.check(event_type, fields)
        if part_id is None or part_id == "":
            error = InvalidInputError(f"The event {event_type} needs the {name} of what it changes.")
            raise self._core.refuse(error, event_type, data)
        data.pop(name, None)
        return (yield from self._queued(event_type, data | {name: str(part_id)}, None, {}, wait))

    def _queued(self, event_type: str, data: Record, fallback_id: str | None, known: Record, wait: bool) -> Call:
        entry = self._core.put(event_type, data, fallback_id, awaited=wait)
        known = {key: value for key, value in known.items() if key not in {"eventId", "timestamp"}}
        told = known | {"eventId": entry.event.event_id}
        return told | ((yield from self._acknowledged(entry, self._request_seconds)) or {}) if wait else told

    def _acknowledged(self, entry: Entry, seconds: float) -> Call:
        """Wait for the acknowledgement; None where it does not come in time."""
        if entry.waiter is None:
            return None
        try:
            return (yield Wait(entry.waiter, seconds))
        except TimeoutError:
            self._late("The event is not delivered")
            return None


def _text(value: Any, key: str) -> Any:
    """The object that a text, or nothing, stands for."""
    if value is None:
        return {}
    return {key: value} if isinstance(value, str) else value


def _name_part(data: Record, name: str) -> str | None:
    """Give a goal or an agent its id; answers the one that the caller gave."""
    other = data.pop("id", None)
    given = data.get(name) or other
    data[name] = str(given) if given else uuid.uuid4().hex[:12]
    return data[name] if given else None


def _body(answer: Answer) -> Any:
    if answer.ok:
        return answer.body
    raise RefusedError(answer.message, answer.status, answer.code)


def health() -> Call:
    """Ask whether the server answers."""
    return (yield Request("GET", "/health")).ok
