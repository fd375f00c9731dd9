"""A talk: a model thinks, its tools act, and each message is kept, so that a talk can go on at any of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.graph import MessagesState
from langgraph.prebuilt import ToolNode
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command

from .progress import Progress

Answer = ToolMessage | Command[object]
Acting = Callable[[ToolCallRequest], Awaitable[Answer]]


class Talk(MessagesState):
    """What was said, and the name that it is kept under."""

    name: str


class Node(Protocol):
    """A node of a graph."""

    async def __call__(self, state: Talk) -> dict[str, object]:
        """Answer what it adds to the talk."""


def thinking(model: BaseChatModel, instructions: str, tools: Sequence[BaseTool], progress: Progress) -> Node:
    """Make the node that asks the model."""
    able = model.bind_tools(tools)

    async def think(state: Talk) -> dict[str, object]:
        thought = await able.ainvoke([SystemMessage(instructions), *state["messages"]])
        await progress.keep(state["name"], thought)
        return {"messages": [thought]}

    return think


def acting(tools: Sequence[BaseTool], progress: Progress) -> ToolNode:
    """Make the node that runs the tools that the model called, side by side; those that have an answer are not run."""

    async def act(request: ToolCallRequest, run: Acting) -> Answer:
        name, call_id = request.state["name"], str(request.tool_call["id"])
        known = progress.answer(name, call_id)
        if known is not None:
            return known
        answer = await run(request)
        if isinstance(answer, ToolMessage):
            answer.id = call_id
            await progress.keep(name, answer)
        return answer

    return ToolNode(tools, awrap_tool_call=act)


def whose_turn(state: Talk) -> str:
    """Say how a talk goes on: the model has to `think`, tools have to `act`, or it is `over`."""
    answered = {message.tool_call_id for message in state["messages"] if isinstance(message, ToolMessage)}
    thoughts = [message for message in state["messages"] if isinstance(message, AIMessage)]
    if thoughts and any(call["id"] not in answered for call in thoughts[-1].tool_calls):
        return "act"
    return "over" if isinstance(state["messages"][-1], AIMessage) else "think"
