"""What is done already, kept in the session's own state, so that a container that is killed goes on where it was."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from hook_agent import hook_agent
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

log = logging.getLogger(__name__)
Record = dict[str, Any]
PHASES = ("triage", "consultation", "reply", "done")
_STORE_SECONDS = 60


class Progress:
    """What was said so far, as the session's state has it under `talks`: one talk for the governor, one per task."""

    def __init__(self, state: Record) -> None:
        self._phase = state.get("phase")
        self._talks: dict[str, dict[str, Record]] = state.get("talks") or {}
        self.is_replied = bool(state.get("replied"))
        """Whether the customer has the answer."""

    @classmethod
    async def begin(cls, customer: str, request: str) -> Progress:
        """Begin the session, or go on in it."""
        await _wait_for_store()
        await hook_agent.start(user_id=customer, initial={"source": "fly_achensee_customer", "input": request})
        known = await hook_agent.resume()
        if known is None:
            return cls({})
        for agent in known["agents"]:
            if agent["status"] == "active":  # it was at work when its process was killed
                await hook_agent.complete_agent(agent["agentId"], {"status": "failed", "result": "interrupted"})
        progress = cls(known["state"])
        for goal in known["goals"]:
            if goal["status"] != "completed" and progress.answer("governor", goal["goalId"]):
                await hook_agent.update_goal(goal["goalId"], "completed")
        return progress

    async def enter(self, phase: str) -> None:
        """Say which phase the work is in; a phase that it is past stays past."""
        if self._phase not in PHASES or PHASES.index(phase) > PHASES.index(self._phase):
            self._phase = phase
            await hook_agent.update_state({"phase": phase})

    def talk(self, name: str, request: str) -> list[AnyMessage]:
        """Rebuild a talk that began with a request, as far as it came."""
        kept = self._talks.get(name, {})
        return [HumanMessage(request), *(_to_message(kept[number]) for number in sorted(kept, key=int))]

    def answer(self, name: str, call_id: str) -> ToolMessage | None:
        """Find the answer to a tool call in a talk."""
        kept = self._talks.get(name, {}).values()
        return next((_to_answer(each) for each in kept if each.get("callId") == call_id), None)

    async def keep(self, name: str, message: AIMessage | ToolMessage) -> None:
        """Keep what was said in a talk."""
        kept = self._talks.setdefault(name, {})
        number, record = str(len(kept) + 1), _to_record(message)
        kept[number] = record
        await hook_agent.update_state({"talks": {name: {number: record}}})

    async def replied(self) -> None:
        """Keep that the customer has the answer."""
        self.is_replied = True
        await hook_agent.update_state({"replied": True})


def _to_record(message: AIMessage | ToolMessage) -> Record:
    text = str(message.text)
    if isinstance(message, ToolMessage):
        return {"text": text, "callId": message.tool_call_id}
    calls = [{"id": call["id"], "name": call["name"], "args": call["args"]} for call in message.tool_calls]
    return {"text": text, "calls": calls}


def _to_message(record: Record) -> AIMessage | ToolMessage:
    return _to_answer(record) if "callId" in record else AIMessage(record["text"], tool_calls=record["calls"])


def _to_answer(record: Record) -> ToolMessage:
    # With the call's id as its own it takes the place of itself where it is in a talk already.
    return ToolMessage(record["text"], tool_call_id=record["callId"], id=record["callId"])


async def _wait_for_store() -> None:
    """Only the store knows what is done already. Without it the work begins anew after a while: nothing is lost."""
    for _ in range(_STORE_SECONDS):
        if await hook_agent.test_connection():
            return
        await asyncio.sleep(1)
    log.warning("The session store does not answer; the work begins without knowing what is done already.")
