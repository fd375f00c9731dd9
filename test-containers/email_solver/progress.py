"""What is done already, kept in the session's own state, so that a container that is killed goes on where it was."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from hook_agent import hook_agent

log = logging.getLogger(__name__)
PHASES = ("waiting_for_letters", "solving", "done")
_STORE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Known:
    """What the session knows: of each letter what the nodes found out, and which are done."""

    letters: dict[str, dict[str, Any]] = field(default_factory=dict)
    done: frozenset[str] = frozenset()
    phase: str | None = None


async def begin() -> Known:
    """Begin the session, or go on in it."""
    await _wait_for_store()
    await hook_agent.start(initial={"source": "email_solver"}, tags=["mail"])
    known = await hook_agent.resume()
    if known is None:
        return Known()
    done = (goal["goalId"] for goal in known["goals"] if goal["status"] == "completed")
    return Known(known["state"].get("letters") or {}, frozenset(done), known["state"].get("phase"))


async def enter(phase: str, known: Known) -> None:
    """Say which phase the work is in; a phase that it was past when it began stays past."""
    if known.phase not in PHASES or PHASES.index(phase) > PHASES.index(known.phase):
        await hook_agent.update_state({"phase": phase})


async def keep(letter_id: str, change: dict[str, Any]) -> dict[str, Any]:
    """Keep what a node found out about a letter; answers the same, as the node's result."""
    await hook_agent.update_state({"letters": {letter_id: change}})
    return change


async def _wait_for_store() -> None:
    """Only the store knows what is done already. Without it the work begins anew after a while: nothing is lost."""
    for _ in range(_STORE_SECONDS):
        if await hook_agent.test_connection():
            return
        await asyncio.sleep(1)
    log.warning("The session store does not answer; the work begins without knowing what is done already.")
