"""Answers one customer, as one session.

SESSION_ID, SESSION_SERVICE_URL     the session, and the store that it is told to
ANTHROPIC_API_KEY or OPENAI_API_KEY the model; MODEL names another one than the usual
FLIGHT_SCHOOL_URL                   the school's service (http://localhost:8090)
CUSTOMER, REQUEST                   who asks, and what
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from hook_agent import hook_agent
from hook_agent.langgraph import SessionCallback

from .governor import create_governor
from .models import chat_model
from .progress import Progress
from .school import School

log = logging.getLogger("fly_achensee_customer")
REQUEST = (
    "Hello! My husband and I want to fly tandem on Saturday, 28 November 2026. We have the voucher WIND-2025. "
    "He is a little afraid of heights: is that a problem? Please book us in if the weather is good. Ann Huber"
)
_LAST_MINUTE_MS = 60_000


async def main() -> int:
    """Answer the customer; answers the exit code."""
    customer = os.environ.get("CUSTOMER", "ann@example.org")
    request = os.environ.get("REQUEST", REQUEST)
    school = School(os.environ.get("FLIGHT_SCHOOL_URL", "http://localhost:8090"), os.environ.get("SESSION_ID", "local"))
    progress = await Progress.begin(customer, request)
    governor = create_governor(chat_model(), school, progress, customer)
    try:
        async with hook_agent.goal({"goalId": "request", "description": f"Answer {customer}", "priority": "high"}):
            await progress.enter("triage")
            if not progress.is_replied:
                talk = {"name": "governor", "messages": progress.talk("governor", request)}
                await governor.ainvoke(talk, config={"callbacks": [SessionCallback()]})
        await progress.enter("done")
        answer = str(progress.talk("governor", request)[-1].text)
        await hook_agent.finalize_session({"status": "success", "outcome": {"answer": answer}})
        return 0
    except Exception as error:
        log.exception("The customer could not be answered.")
        await hook_agent.finalize_session({"status": "failed", "outcome": {"error": str(error)}})
        return 1
    finally:
        await school.close()
        if not await hook_agent.flush(_LAST_MINUTE_MS):
            log.warning("The session store is away; the rest stays in the spool, for the next start.")


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    sys.exit(asyncio.run(main()))
