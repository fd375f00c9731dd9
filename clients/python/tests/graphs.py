"""Graphs and models that are made up."""

from __future__ import annotations

import operator
from typing import Annotated, Any, TypedDict

from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from .scripted_server import ScriptedServer


@tool
def wind(lake: str) -> str:
    """How strong the wind is."""
    return f"12 knots at the {lake}"


@tool
def broken(lake: str) -> str:
    """Never works."""
    raise ValueError(f"no station at the {lake}")


def asks_for(name: str, call_id: str = "call_1") -> AIMessage:
    usage = {"input_tokens": 30, "output_tokens": 7, "total_tokens": 37, "input_token_details": {"cache_read": 20}}
    call = {"name": name, "args": {"lake": "Achensee"}, "id": call_id, "type": "tool_call"}
    return AIMessage("", tool_calls=[call], usage_metadata=usage, id=f"msg_{call_id}")


def says(text: str) -> AIMessage:
    usage = {"input_tokens": 40, "output_tokens": 9, "total_tokens": 49}
    metadata = {"model_name": "made-up-1", "stop_reason": "end_turn"}
    return AIMessage(text, usage_metadata=usage, response_metadata=metadata, id="msg_2")


class Silent(GenericFakeChatModel):
    """Answers at once: streaming would take the usage away."""

    disable_streaming: bool = True


def three_nodes(*answers: AIMessage, tools: Any = (wind, broken)) -> Any:
    """Asks a model, runs its tools, and writes a report."""
    model = Silent(messages=iter(answers))

    def agent(state: MessagesState) -> Any:
        return {"messages": [model.invoke(state["messages"])]}

    def report(state: MessagesState) -> Any:
        return {"messages": [AIMessage(f"Report: {state['messages'][-1].content}")]}

    def route(state: MessagesState) -> str:
        return "tools" if getattr(state["messages"][-1], "tool_calls", None) else "report"

    graph: Any = StateGraph(MessagesState)
    graph.add_node("agent", agent)
    graph.add_node("tools", ToolNode(list(tools), handle_tool_errors=True))
    graph.add_node("report", report)
    graph.add_edge(START, "agent")
    graph.add_conditional_edges("agent", route, ["tools", "report"])
    graph.add_edge("tools", "agent")
    graph.add_edge("report", END)
    return graph.compile()


def told(server: ScriptedServer) -> list[dict[str, Any]]:
    return [event["data"] for event in server.events]


def of(server: ScriptedServer, kind: str) -> list[dict[str, Any]]:
    return [data for data in told(server) if data.get("type") == kind]


def names(records: list[dict[str, Any]]) -> list[str]:
    return [record["name"] for record in records]


class Names(TypedDict):
    names: Annotated[list[str], operator.add]


def node(name: str) -> Any:
    def work(_state: Names) -> Any:
        return {"names": [name]}

    return work
