"""Graphs inside graphs, branches side by side, and graphs that wait for somebody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from hook_agent import HookAgent
from hook_agent.langgraph import SessionCallback

from .graphs import Names, node, of, told
from .scripted_server import ScriptedServer

MakeAgent = Callable[..., HookAgent]


def test_a_graph_inside_a_graph_is_an_agent(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()
    inner: Any = StateGraph(Names).add_node("look", node("look")).add_edge(START, "look").compile()
    outer: Any = StateGraph(Names).add_node("weather", inner).add_edge(START, "weather").compile()
    outer.invoke({"names": []}, {"callbacks": [SessionCallback(agent)]})
    agent.sync.flush()
    (spawned,) = [event["data"] for event in server.events if event["type"] == "agent_spawned"]
    (completed,) = [event["data"] for event in server.events if event["type"] == "agent_completed"]
    assert spawned["type"] == "weather"
    assert "parentAgentId" not in spawned
    assert completed["agentId"] == spawned["agentId"]
    assert completed["status"] == "completed"
    looks = [data for data in told(server) if data.get("name") == "look"]
    assert {data["agentId"] for data in looks} == {spawned["agentId"]}


@pytest.mark.parametrize("style", ["invoke", "ainvoke"])
def test_branches_that_work_side_by_side_are_agents(style: str, server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()
    both = threading.Barrier(2, timeout=10)

    def branch(name: str) -> Callable[[Names], Any]:
        def work(_state: Names) -> Any:
            both.wait()
            return {"names": [name]}

        return work

    async def meet(state: Names, name: str) -> Any:
        return await asyncio.to_thread(branch(name), state)

    graph: Any = StateGraph(Names)
    for name in ("booking", "safety"):
        graph.add_node(name, RunnableLambda(branch(name), afunc=lambda state, name=name: meet(state, name)))
        graph.add_edge(START, name)
    app, config = graph.compile(), {"callbacks": [SessionCallback(agent)]}
    if style == "invoke":
        app.invoke({"names": []}, config)
    else:
        asyncio.run(app.ainvoke({"names": []}, config))
    agent.sync.flush()
    spawned = [event["data"] for event in server.events if event["type"] == "agent_spawned"]
    completed = [event["data"] for event in server.events if event["type"] == "agent_completed"]
    assert sorted(each["type"] for each in spawned) == ["booking", "safety"]
    assert {each["agentId"] for each in spawned} == {each["agentId"] for each in completed}


def test_a_graph_that_asks_somebody_waits_until_it_is_answered(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()
    graph = (
        StateGraph(Names).add_node("ask", lambda _state: {"names": [interrupt("Fly today?")]}).add_edge(START, "ask")
    )
    app = graph.compile(checkpointer=MemorySaver())
    config: Any = {"callbacks": [SessionCallback(agent)], "configurable": {"thread_id": "1"}}
    app.invoke({"names": []}, config)
    app.invoke(Command(resume="yes"), config)
    agent.sync.flush()
    (wait,), (end,) = of(server, "wait_started"), of(server, "wait_ended")
    assert (wait["kind"], wait["message"]) == ("answer", "Fly today?")
    assert end["outcome"] == "answered"
    assert [step["status"] for step in of(server, "step_end") if step["name"] == "ask"] == ["interrupted", "ok"]
    assert [turn["status"] for turn in of(server, "turn_end")] == ["interrupted", "ok"]
