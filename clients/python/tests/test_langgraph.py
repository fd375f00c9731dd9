"""The callback handler under the real LangGraph, with models that are made up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langgraph.graph import START, MessagesState, StateGraph

from hook_agent import HookAgent
from hook_agent.langgraph import SessionCallback

from .conftest import RealServer, query_events
from .graphs import Names, Silent, asks_for, of, says, three_nodes, told
from .scripted_server import ScriptedServer

MakeAgent = Callable[..., HookAgent]


def test_three_nodes_wrapped_by_one_line_are_seen_in_query_events(
    real_server: RealServer, make_agent: MakeAgent
) -> None:
    hook_agent = make_agent(session_id="graph", url=real_server.url)
    app = three_nodes(asks_for("wind"), says("Windy."))
    app.invoke({"messages": [("user", "Can I fly?")]}, config={"callbacks": [SessionCallback(hook_agent)]})
    assert hook_agent.sync.flush()

    printed = query_events(real_server.url, "graph")
    for expected in ("agent", "tools", "report", "wind", "model_call", "Can I fly?"):
        assert expected in printed
    metadata = real_server.get("/api/sessions/graph")["metadata"]
    assert metadata["metrics"]["toolCalls"] == 1
    events = [event["data"] for event in real_server.events("graph") if event["type"] in {"action", "response"}]
    assert [event["name"] for event in events if event["type"] == "step_start"] == [
        "LangGraph",
        "agent",
        "tools",
        "agent",
        "report",
    ]
    tokens = [event["tokens"] for event in events if event["type"] == "model_call"]
    assert tokens == [{"input": 10, "output": 7, "cacheRead": 20}, {"input": 40, "output": 9}]
    assert metadata["tokenUsage"]["output"] == 16


@pytest.mark.parametrize("style", ["invoke", "ainvoke"])
def test_tells_a_turn_from_its_prompt_to_its_end(style: str, server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()
    app = three_nodes(asks_for("wind"), says("Windy."))
    inputs, config = {"messages": [HumanMessage("Can I fly?")]}, {"callbacks": [SessionCallback(agent)]}
    if style == "invoke":
        app.invoke(inputs, config)
    else:
        asyncio.run(app.ainvoke(inputs, config))
    agent.sync.flush()

    kinds = [data["type"] for data in told(server)]
    assert kinds[:3] == ["user_prompt", "step_start", "step_start"]
    assert kinds[-2:] == ["step_end", "turn_end"]
    assert len({data["turn"] for data in told(server)}) == 1
    assert {data["source"] for data in told(server)} == {"langgraph"}
    (call,), (result,) = of(server, "tool_call"), of(server, "tool_result")
    tools_step = next(step for step in of(server, "step_start") if step["name"] == "tools")
    assert call | {"turn": ""} == {
        "type": "tool_call",
        "toolCallId": "call_1",
        "tool": "wind",
        "input": {"lake": "Achensee"},
        "source": "langgraph",
        "turn": "",
        "step": tools_step["stepId"],
    }
    assert result["status"] == "ok"
    assert result["result"] == "12 knots at the Achensee"
    assert result["durationMs"] >= 0
    first, second = of(server, "model_call")
    assert (first["callId"], first["provider"]) == ("msg_call_1", "silent")
    assert (second["model"], second["stopReason"]) == ("made-up-1", "end_turn")
    assert [said["text"] for said in of(server, "assistant_message")] == ["Windy."]
    assert all(step["status"] == "ok" for step in of(server, "step_end"))


def test_ids_of_events_are_those_that_every_source_gives(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()
    app = three_nodes(asks_for("wind"), says("Windy."))
    app.invoke({"messages": [("user", "?")]}, {"callbacks": [SessionCallback(agent)]})
    agent.sync.flush()
    assert {"tool:call_1", "tool-result:call_1", "model-call:msg_2"} <= set(server.stored)


def test_a_tool_that_fails_is_told_with_its_error(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()
    app = three_nodes(asks_for("broken"), says("No wind known."))
    app.invoke({"messages": [("user", "?")]}, {"callbacks": [SessionCallback(agent)]})
    agent.sync.flush()
    (result,) = of(server, "tool_result")
    assert result["status"] == "error"
    assert "no station at the Achensee" in result["error"]["message"]


def test_a_tool_called_again_under_the_same_id_is_a_call_of_its_own(
    server: ScriptedServer, make_agent: MakeAgent
) -> None:
    agent = make_agent()
    handler = SessionCallback(agent)
    for _ in range(2):
        app = three_nodes(asks_for("wind"), says("Windy."))
        app.invoke({"messages": [("user", "?")]}, {"callbacks": [handler]})
    agent.sync.flush()
    assert len({call["toolCallId"] for call in of(server, "tool_call")}) == 2
    assert len(of(server, "tool_result")) == 2


def test_an_error_is_told_at_each_step_that_it_ends(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()

    class Down(Silent):
        def _generate(self, *_args: Any, **_kwargs: Any) -> Any:
            raise ConnectionError("the model is down")

    graph: Any = StateGraph(MessagesState)
    graph.add_node("agent", lambda state: {"messages": [Down(messages=iter([])).invoke(state["messages"])]})
    graph.add_edge(START, "agent")
    with pytest.raises(ConnectionError):
        graph.compile().invoke({"messages": [("user", "?")]}, {"callbacks": [SessionCallback(agent)]})
    agent.sync.flush()
    error = {"type": "ConnectionError", "message": "the model is down"}
    assert [(step["name"], step["error"]) for step in of(server, "step_end")] == [
        ("agent", error),
        ("LangGraph", error),
    ]
    (call,) = of(server, "model_call")
    assert call["error"] == error
    (end,) = of(server, "turn_end")
    assert (end["status"], end["error"]) == ("error", error)


def test_tells_no_content_where_that_is_not_wanted(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()
    app = three_nodes(asks_for("wind"), says("Windy."))
    app.invoke({"messages": [("user", "Can I fly?")]}, {"callbacks": [SessionCallback(agent, content=False)]})
    agent.sync.flush()
    assert of(server, "tool_call")
    text = str(server.events)
    for secret in ("Can I fly?", "Windy.", "12 knots", "Achensee"):
        assert secret not in text


def test_tells_how_a_long_state_begins(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()
    graph: Any = StateGraph(Names).add_node("long", lambda _state: {"names": ["x" * 50_000]}).add_edge(START, "long")
    graph.compile().invoke({"names": []}, {"callbacks": [SessionCallback(agent)]})
    agent.sync.flush()
    output = next(step["output"] for step in of(server, "step_end") if step["name"] == "long")
    assert output["truncated"]["bytes"] > 50_000
    assert output["truncated"]["head"].startswith('{"names":["xxx')


def test_counts_what_each_provider_says_of_tokens(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()
    handler = SessionCallback(agent)
    details = {"cache_read": 5, "ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 2, "cache_creation": 0}
    usage: Any = {
        "input_tokens": 100,
        "output_tokens": 50,
        "total_tokens": 150,
        "input_token_details": details,
        "output_token_details": {"reasoning": 20},
    }
    answers = [
        LLMResult(generations=[[ChatGeneration(message=AIMessage("a", usage_metadata=usage))]]),
        LLMResult(
            generations=[[ChatGeneration(message=AIMessage("b"))]],
            llm_output={"token_usage": {"prompt_tokens": 4, "completion_tokens": 2}, "model_name": "older"},
        ),
        LLMResult(generations=[]),
    ]
    for answer in answers:
        run_id = uuid4()
        handler.on_chat_model_start({"name": "Some"}, [[]], run_id=run_id)
        handler.on_llm_end(answer, run_id=run_id)
    agent.sync.flush()
    first, second, third = of(server, "model_call")
    assert first["tokens"] == {
        "input": 90,
        "output": 50,
        "cacheRead": 5,
        "cacheWrite5m": 3,
        "cacheWrite1h": 2,
        "reasoning": 20,
    }
    assert (second["tokens"], second["model"]) == ({"input": 4, "output": 2}, "older")
    assert "tokens" not in third


def test_an_agent_without_a_session_does_not_disturb_the_graph(capfd: pytest.CaptureFixture[str]) -> None:
    app = three_nodes(asks_for("wind"), says("Windy."))
    result = app.invoke({"messages": [("user", "?")]}, {"callbacks": [SessionCallback(HookAgent())]})
    assert isinstance(result["messages"][-2], AIMessage)
    assert any(isinstance(message, ToolMessage) for message in result["messages"])
    out, err = capfd.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
