"""The governor: decides who has to be asked what, has them work side by side, and answers the customer."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable
from langgraph.graph import END, START, StateGraph

from .progress import Progress
from .school import School
from .specialists import specialists
from .talk import Talk, acting, thinking, whose_turn

INSTRUCTIONS = (
    "You are the governor of Fly Achensee, a school for tandem paragliding. Have your specialists find out what a "
    "customer needs: ask several at once where they do not depend on each other, and book only when it is safe to fly. "
    "Then write the answer to the customer: short, friendly, with all that was found."
)


def create_governor(model: BaseChatModel, school: School, progress: Progress, customer: str) -> Runnable[Any, Any]:
    """Make the graph: govern, consult (as long as somebody has to be asked), reply."""
    desk = specialists(model, school, progress)

    async def reply(state: Talk) -> None:
        await progress.enter("reply")
        letter = {"recipient": customer, "text": str(state["messages"][-1].text)}
        await school.post("/letters", "reply", letter)
        await progress.replied()

    graph = StateGraph(Talk)
    graph.add_node("govern", thinking(model, INSTRUCTIONS, desk, progress))
    graph.add_node("consult", acting(desk, progress))
    graph.add_node("reply", reply)
    graph.add_conditional_edges(START, whose_turn, {"think": "govern", "act": "consult", "over": "reply"})
    graph.add_conditional_edges("govern", whose_turn, {"act": "consult", "over": "reply"})
    graph.add_edge("consult", "govern")
    graph.add_edge("reply", END)
    return graph.compile(name="fly_achensee_customer")
