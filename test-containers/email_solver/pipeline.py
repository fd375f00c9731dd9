"""The five nodes that a letter goes through.

ingest -> classify -> retrieve_context -> draft <-> review_and_send
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from hook_agent import hook_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel

from .knowledge_base import KnowledgeBase
from .post import Letter, PostOffice
from .progress import keep

CLASSIFY = "You sort the letters of Fly Achensee, a paragliding school. Sort the letter with the tool."
DRAFT = (
    "You write the answers of Fly Achensee, from what the school knows and from nothing else. Write the answer alone."
)
REVIEW = (
    "You review the answers of Fly Achensee before they are sent. Judge with the tool: is all that was asked answered?"
)
MOST_DRAFTS = 3


class Sorting(BaseModel):
    """What kind of letter it is."""

    category: Literal["refund", "question", "spam"]


class Review(BaseModel):
    """Whether an answer can be sent, and if not, what to change."""

    approved: bool
    remark: str = ""


class Work(TypedDict, total=False):
    """What is known of a letter. Where it goes next follows from it alone."""

    letter: Letter
    question: str
    category: str
    context: str
    drafts: int
    draft: str
    remark: str | None
    sent: bool


def create_pipeline(model: BaseChatModel, post: PostOffice) -> Runnable[Any, Any]:
    """Make the graph. It takes a letter that is at its beginning, or anywhere between the nodes."""
    sorter = model.bind_tools([Sorting], tool_choice="Sorting")
    reviewer = model.bind_tools([Review], tool_choice="Review")
    knowledge = KnowledgeBase()

    async def ingest(state: Work) -> dict[str, Any]:
        letter = state["letter"]
        return await keep(letter.id, {"question": f"Subject: {letter.subject}\n\n{letter.text.strip()}"})

    async def classify(state: Work) -> dict[str, Any]:
        answer = await sorter.ainvoke([SystemMessage(CLASSIFY), HumanMessage(state["question"])])
        sorting = Sorting.model_validate(answer.tool_calls[0]["args"])
        return await keep(state["letter"].id, {"category": sorting.category})

    async def retrieve_context(state: Work, config: RunnableConfig) -> dict[str, Any]:
        found = await knowledge.ainvoke(state["question"], config)
        return await keep(state["letter"].id, {"context": "\n\n".join(each.page_content for each in found)})

    async def draft(state: Work) -> dict[str, Any]:
        number = state.get("drafts", 0) + 1
        told = [f"What the school knows:\n{state['context']}", f"The letter:\n{state['question']}"]
        if state.get("remark"):
            told.append(f"Your draft:\n{state['draft']}\n\nThe reviewer's remark:\n{state['remark']}")
        answer = await model.ainvoke([SystemMessage(DRAFT), HumanMessage("\n\n".join(told))])
        return await keep(state["letter"].id, {"draft": str(answer.text), "drafts": number, "remark": None})

    async def review_and_send(state: Work) -> dict[str, Any]:
        letter, number = state["letter"], state["drafts"]
        identity = f"reviewer-{letter.id}-{number}"
        async with hook_agent.agent(
            "reviewer", task=f"Review draft {number}: {letter.subject}", agentId=identity
        ) as agent:
            answer = await reviewer.ainvoke([SystemMessage(REVIEW), HumanMessage(_to_review(state))])
            review = Review.model_validate(answer.tool_calls[0]["args"])
            agent["result"] = review.model_dump()
        if not review.approved and number < MOST_DRAFTS:
            return await keep(letter.id, {"remark": review.remark or "Write it anew."})
        await post.send_once(letter, state["draft"])
        return await keep(letter.id, {"sent": True})

    graph = StateGraph(Work)
    graph.add_node("ingest", ingest)
    graph.add_node("classify", classify)
    graph.add_node("retrieve_context", retrieve_context)
    graph.add_node("draft", draft)
    graph.add_node("review_and_send", review_and_send)
    graph.add_conditional_edges(
        START, next_node, ["ingest", "classify", "retrieve_context", "draft", "review_and_send"]
    )
    graph.add_edge("ingest", "classify")
    graph.add_conditional_edges("classify", next_node, ["retrieve_context", END])
    graph.add_edge("retrieve_context", "draft")
    graph.add_edge("draft", "review_and_send")
    graph.add_conditional_edges("review_and_send", next_node, ["draft", END])
    return graph.compile(name="email_solver")


def next_node(state: Work | dict[str, Any]) -> str:
    """Say where a letter goes next, also one that a killed process left."""
    if state.get("sent") or state.get("category") == "spam":
        return END
    for known, node in (
        ("question", "ingest"),
        ("category", "classify"),
        ("context", "retrieve_context"),
        ("draft", "draft"),
    ):
        if known not in state:
            return node
    return "draft" if state.get("remark") else "review_and_send"


def _to_review(state: Work) -> str:
    told = {"letter": state["question"], "draft": state["draft"], "school's knowledge": state["context"]}
    return "\n\n".join(f"The {name}:\n{text}" for name, text in told.items())
