"""Answers the letters in the office's mailbox, as one session.

SESSION_ID, SESSION_SERVICE_URL      the session, and the store that it is told to
ANTHROPIC_API_KEY or OPENAI_API_KEY  the model; MODEL names another one than the usual
MAIL_FOLDER, SMTP_URL                the maildirs (./mail), and where answers go (smtp://localhost:8025)
LETTERS                              how many letters to answer, then end (3)
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Any

from hook_agent import hook_agent
from hook_agent.langgraph import SessionCallback
from langchain_core.runnables import Runnable
from langgraph.graph import END

from .models import chat_model
from .pipeline import create_pipeline, next_node
from .post import Letter, PostOffice
from .progress import Known, begin, enter

log = logging.getLogger("email_solver")
_LAST_MINUTE_MS = 60_000


async def main() -> int:
    """Answer the letters; answers the exit code."""
    post = PostOffice(Path(os.environ.get("MAIL_FOLDER", "mail")), os.environ.get("SMTP_URL", "smtp://localhost:8025"))
    known = await begin()
    pipeline = create_pipeline(chat_model(), post)
    try:
        await enter("waiting_for_letters", known)
        letters = await post.wait_for_letters(int(os.environ.get("LETTERS", "3")))
        await enter("solving", known)
        solved = [await solve(pipeline, letter, known) for letter in letters]
        await enter("done", known)
        answered = sum(1 for work in solved if work.get("sent"))
        await hook_agent.finalize_session(
            {"status": "success", "outcome": {"letters": len(solved), "answered": answered}}
        )
        return 0
    except Exception as error:
        log.exception("The letters could not be answered.")
        await hook_agent.finalize_session({"status": "failed", "outcome": {"error": str(error)}})
        return 1
    finally:
        if not await hook_agent.flush(_LAST_MINUTE_MS):
            log.warning("The session store is away; the rest stays in the spool, for the next start.")


async def solve(pipeline: Runnable[Any, Any], letter: Letter, known: Known) -> dict[str, Any]:
    """Bring one letter from where it is to its end."""
    work: dict[str, Any] = {"letter": letter} | known.letters.get(letter.id, {})
    if letter.id in known.done:
        return work
    async with hook_agent.goal({"goalId": letter.id, "description": f"Answer '{letter.subject}' of {letter.sender}"}):
        if next_node(work) != END:
            work = await pipeline.ainvoke(work, config={"callbacks": [SessionCallback()]})
    return work


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    sys.exit(asyncio.run(main()))
