"""What the cases of clients/contract do not show: contexts, adapters, tasks that are cancelled, values of Python."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import decimal
import enum
import logging
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import hook_agent
from hook_agent import HookAgent, HookAgentError, NoSessionError
from hook_agent._values import to_json
from hook_agent.logging import SessionHandler

from .conftest import RealServer
from .scripted_server import ScriptedServer

MakeAgent = Callable[..., HookAgent]


def kinds(server: ScriptedServer) -> list[tuple[str, Any]]:
    return [(event["type"], event["data"].get("status")) for event in server.events]


def test_exports_what_it_should() -> None:
    assert set(hook_agent.__all__) <= set(dir(hook_agent))
    assert isinstance(hook_agent.hook_agent, HookAgent)
    errors = [getattr(hook_agent, name) for name in hook_agent.__all__ if name.endswith(("Error", "Timeout"))]
    assert all(issubclass(error, HookAgentError) for error in errors)
    assert len({error.code for error in errors}) == len(errors)


def test_the_sync_agent_has_every_method_of_the_async_one() -> None:
    public = {name for name in vars(HookAgent) if not name.startswith("_")}
    assert public == {name for name in vars(hook_agent.SyncHookAgent) if not name.startswith("_")}


def test_reads_the_environment_at_the_first_call(monkeypatch: pytest.MonkeyPatch, server: ScriptedServer) -> None:
    agent = HookAgent(spool=False, heartbeat_ms=0)
    monkeypatch.setenv("SESSION_ID", "late")
    monkeypatch.setenv("SESSION_SERVICE_URL", server.url + "/")
    agent.sync.log_action({"type": "a"}, wait=True)
    assert server.requests[0].line == "POST /api/sessions/late/events"
    agent.sync.close()


def test_an_option_that_does_not_exist_is_heard_of() -> None:
    make: Any = HookAgent
    with pytest.raises(TypeError, match="flush_interval "):
        make(**{"flush_interval ": 3})


def test_a_redaction_rule_that_is_no_pattern_is_heard_of() -> None:
    with pytest.raises(ValueError, match="badge"):
        HookAgent(redact={"values": [{"name": "badge", "pattern": "("}]})


def test_a_goal_and_an_agent_end_with_their_block(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()

    async def work() -> None:
        async with agent.goal("land safely") as goal, agent.agent("pilot", task="fly") as pilot:
            assert goal["status"] == "in_progress"
            pilot["result"] = "landed"
        await agent.flush()

    asyncio.run(work())
    assert kinds(server) == [
        ("goal_added", "in_progress"),
        ("agent_spawned", None),
        ("agent_completed", "completed"),
        ("goal_updated", "completed"),
    ]
    assert server.events[2]["data"]["result"] == "landed"


def test_a_goal_and_an_agent_fail_with_their_block(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()
    with pytest.raises(ValueError, match="gust"), agent.sync.goal({"description": "d"}), agent.sync.agent("pilot"):
        raise ValueError("gust")
    agent.sync.flush()
    assert [status for _, status in kinds(server)][2:] == ["failed", "failed"]
    assert server.events[-1]["data"]["error"] == {"type": "ValueError", "message": "gust"}


def test_a_task_that_is_cancelled_while_it_waits_loses_nothing(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent(flush_interval_ms=0)
    server.refuse()

    async def work() -> None:
        waiting = asyncio.create_task(agent.log_action({"type": "a"}, wait=True))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(work())
    server.listen()
    assert agent.sync.flush()
    assert len(server.events) == 1


def test_blocks_need_no_session(capfd: pytest.CaptureFixture[str]) -> None:
    async def work() -> None:
        async with HookAgent() as agent, agent.goal("g") as goal, agent.agent("a"):
            assert goal == {}

    asyncio.run(work())
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_a_strict_agent_without_a_session_raises() -> None:
    with pytest.raises(NoSessionError) as error:
        HookAgent(strict=True).sync.log_action({"type": "a"})
    assert error.value.code == "no_session"


def test_resumes_where_an_earlier_process_was(real_server: RealServer, make_agent: MakeAgent) -> None:
    first = make_agent(session_id="again", url=real_server.url)
    started = first.sync.start(user_id="ann", initial={"input": "fly"}, tags=["test"])
    assert started is not None
    assert started["resumed"] is False
    first.sync.add_goal({"goalId": "g", "description": "land"})
    first.sync.update_state({"phase": "execution"})
    first.sync.spawn_agent("pilot")
    first.sync.log_action({"type": "tool_call", "tool": "wind"})
    first.sync.finalize_session({"status": "failed", "outcome": "killed"})
    first.sync.close()

    second = make_agent(session_id="again", url=real_server.url)
    restarted = second.sync.start(user_id="ann")
    assert restarted is not None
    assert restarted["resumed"] is True
    known = second.sync.resume()
    assert known is not None
    assert known["state"]["phase"] == "execution"
    assert [goal["goalId"] for goal in known["goals"]] == ["g"]
    assert [agent["type"] for agent in known["agents"]] == ["pilot"]
    assert known["final"]["outcome"] == "killed"
    assert [event["data"]["type"] for event in known["events"] if event["type"] == "action"] == ["tool_call"]
    assert real_server.get("/api/sessions/again")["metadata"]["status"] == "active"
    assert second.sync.heartbeat()
    assert second.sync.test_connection()


def test_everything_that_is_told_is_stored_by_the_real_server(real_server: RealServer, make_agent: MakeAgent) -> None:
    agent = make_agent(session_id="odd", url=real_server.url)
    circular: dict[str, Any] = {"__proto__": 1, "constructor": 2, "half": "\ud800", "n": float("nan"), "big": 10**400}
    circular["self"] = circular
    for told in (
        agent.sync.log_action(
            {"type": "odd", "value": circular, "timestamp": "yesterday", "eventId": "no good"}, wait=True
        ),
        agent.sync.update_state({"odd": circular}, wait=True),
        agent.sync.add_goal({"description": "d", "odd": circular, "id": 7}, wait=True),
        agent.sync.log_response({"type": "odd", "timestamp": 0, "seq": 5, "sessionId": "x"}, wait=True),
    ):
        assert told is not None
        assert isinstance(told["seq"], int)


def test_a_server_that_is_no_claude_sessions_server_is_told_of(
    server: ScriptedServer, make_agent: MakeAgent, capfd: pytest.CaptureFixture[str]
) -> None:
    server.answer_next({"on": "POST /api/sessions/s1/events", "status": 404, "body": "<html>"})
    assert make_agent().sync.log_action({"type": "a"}, wait=True) is None
    assert "404" in capfd.readouterr().err


def test_requests_of_the_sender_are_not_in_the_programs_log(
    server: ScriptedServer, make_agent: MakeAgent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    make_agent().sync.log_action({"type": "a"}, wait=True)
    assert [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))] == []
    httpx.get(server.url)
    assert any(record.name == "httpx" for record in caplog.records)


def test_the_logging_handler_tells_records(server: ScriptedServer, make_agent: MakeAgent) -> None:
    agent = make_agent()
    log = logging.getLogger("flights")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(SessionHandler(agent))
    log.debug("too quiet")
    log.info("%s is ready", "Ann", extra={"pilot": {"name": "Ann"}})
    log.info("%d", "no number")
    try:
        raise ValueError("gust")
    except ValueError:
        log.exception("went wrong")
    logging.getLogger("httpx").handle(logging.makeLogRecord({"name": "httpx", "levelno": 40}))
    agent.sync.flush()
    first, second, third = (event["data"] for event in server.events)
    assert first == {
        "type": "log",
        "level": "info",
        "logger": "flights",
        "message": "Ann is ready",
        "source": "logging",
        "extra": {"pilot": {"name": "Ann"}},
    }
    assert "no number" in second["message"]
    assert third["error"] == {"type": "ValueError", "message": "gust"}
    assert "Traceback" in third["stack"]


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    tags: set[str]


class Model:
    def model_dump(self) -> dict[str, Any]:
        return {"a": Point(1, {"t"})}


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__

    def model_dump(self) -> Any:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Colour.RED, "red"),
        (Point(1, {"t"}), {"x": 1, "tags": ["t"]}),
        (Model(), {"a": {"x": 1, "tags": ["t"]}}),
        (Hostile(), "[Hostile]"),
        ({Hostile(): 1}, {"[Hostile]": 1}),
        (Path("/tmp/a"), "/tmp/a"),
        (decimal.Decimal("1.20"), "1.20"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.UTC), "2026-01-02T03:04:05.678901Z"),
        (ValueError("gust"), "ValueError: gust"),
        ((each for each in "ab"), "[generator]"),
        (b"\xff", "\ufffd"),
        ({1: {None: {2.5: {(1, "a"): True}}}}, {"1": {"null": {"2.5": {'[1, "a"]': True}}}}),
        (-(2**60), str(-(2**60))),
        (True, True),
    ],
)
def test_any_value_of_python_is_told_as_json(value: Any, expected: Any) -> None:
    assert to_json(value) == expected


def test_a_value_that_is_shared_is_not_circular() -> None:
    shared = {"a": [1]}
    assert to_json([shared, shared]) == [{"a": [1]}, {"a": [1]}]
