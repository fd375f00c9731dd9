"""Follows the runs of a graph and tells of them: which step is part of which, and who is an agent."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ._events import is_event_id
from ._langchain import clip, error_of, interrupts_of, model_call_of, prompt_of, status_of, text_of
from ._sync import SyncHookAgent

Record = dict[str, Any]
MOST_RUNS = 10_000


@dataclass(eq=False)
class Run:
    """One run of a chain, node, tool or model."""

    id: str
    name: str
    parent: Run | None
    turn: str
    shown: bool = True
    """Whether it is told as a step; what is not belongs to the step around it."""
    agent: str | None = None
    """The agent that it is, where it is one."""
    told_agent: str | None = None
    """The agent that its beginning was told of with; its end is told of with the same."""
    about: Record = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    at_work: list[Run] = field(default_factory=list)
    """Of a graph: its nodes that have begun and not ended."""
    is_node: bool = False
    waits: bool = False
    """Whether something in it waits for a person."""

    @property
    def duration_ms(self) -> float:
        """Milliseconds since it began."""
        return round((time.monotonic() - self.started) * 1000, 3)

    def agent_around(self) -> str | None:
        """The agent that works here; None for the main one."""
        return self.agent or (self.parent.agent_around() if self.parent is not None else None)

    def step(self) -> str | None:
        """The step that this is, or is part of."""
        return self.id if self.shown else self.parent.step() if self.parent is not None else None


class GraphRuns:
    """What a callback handler is told of, told to an agent. Safe in any thread."""

    def __init__(self, agent: SyncHookAgent, content: bool) -> None:
        self._agent = agent
        self._content = content
        self._runs: OrderedDict[UUID, Run] = OrderedDict()
        self._tools_seen: OrderedDict[str, None] = OrderedDict()
        self._waits: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.RLock()

    def is_node(self, run_id: UUID | None) -> bool:
        """Whether a run is a node of a graph."""
        run = self._runs.get(run_id) if run_id is not None else None
        return run is not None and run.is_node

    def begin_step(
        self, run_id: UUID, parent_id: UUID | None, name: str, inputs: Any, *, shown: bool, is_node: bool
    ) -> None:
        """Begin a graph, a node (`is_node`) or a chain."""
        with self._lock:
            run = self._begin(run_id, parent_id, name, shown)
            if run.parent is None:
                self._begin_turn(run, inputs)
            elif is_node:
                self._join_graph(run, run.parent)
            run.told_agent = run.agent_around()
            if shown:
                step: Record = {"type": "step_start", "stepId": run.id, "name": name}
                step["parentStepId"] = run.parent.step() if run.parent is not None else None
                self._tell("action", run, step | self._given(input=inputs), f"step:{run.id}")

    def end_step(self, run_id: UUID, outputs: Any = None, error: BaseException | None = None) -> None:
        """End it."""
        with self._lock:
            run = self._runs.pop(run_id, None)
            if run is None:
                return
            if error is not None:
                self._begin_waits(run, error)
            ended = self._ended(error) if error is not None else {"status": "ok"} | self._given(output=outputs)
            if run.shown:
                step = {"type": "step_end", "stepId": run.id, "name": run.name, "durationMs": run.duration_ms}
                self._tell("response", run, step | ended, f"step-end:{run.id}")
            self._end_agent(run, ended)
            if run.is_node and run.parent is not None and run in run.parent.at_work:
                run.parent.at_work.remove(run)
            if run.parent is None:
                status = "interrupted" if run.waits else ended["status"]
                self._tell(
                    "response",
                    run,
                    {"type": "turn_end"} | ended | {"status": status, "output": None},
                    f"turn-end:{run.id}",
                )

    def begin_tool(self, run_id: UUID, parent_id: UUID | None, name: str, call_id: Any, given: Any) -> None:
        """Begin a tool."""
        with self._lock:
            run = self._begin(run_id, parent_id, name, shown=False)
            # A node that is tried again runs its tools again, under the model's ids of the first time.
            known = isinstance(call_id, str) and call_id and call_id not in self._tools_seen
            call_id = call_id if known else run.id
            run.about = {"toolCallId": call_id, "tool": name}
            _remember(self._tools_seen, call_id)
            run.told_agent = run.agent_around()
            self._tell("action", run, {"type": "tool_call"} | run.about | self._given(input=given), f"tool:{call_id}")

    def end_tool(self, run_id: UUID, result: Any = None, error: BaseException | str | None = None) -> None:
        """End a tool; the error is what it raised, or what it says went wrong."""
        with self._lock:
            run = self._runs.pop(run_id, None)
            if run is None:
                return
            ended: Record = {"status": "ok"} | self._given(result=result)
            if isinstance(error, BaseException):
                ended = self._ended(error)
            elif error is not None:
                ended = {"status": "error", "error": {"message": error}}
            told = {"type": "tool_result"} | run.about | {"durationMs": run.duration_ms} | ended
            self._tell("response", run, told, f"tool-result:{run.about['toolCallId']}")

    def begin_model(self, run_id: UUID, parent_id: UUID | None, about: Record) -> None:
        """Begin a model call; `about` has its model and provider."""
        with self._lock:
            run = self._begin(run_id, parent_id, str(about["model"]), shown=False)
            run.about = about
            run.told_agent = run.agent_around()

    def end_model(self, run_id: UUID, response: Any = None, error: BaseException | None = None) -> None:
        """End a model call."""
        with self._lock:
            run = self._runs.pop(run_id, None)
            if run is None:
                return
            known, answer = (run.about, None) if error is not None else model_call_of(response, run.about)
            call = {"type": "model_call", "callId": run.id, "durationMs": run.duration_ms} | known
            if error is not None:
                call["error"] = error_of(error)
            self._tell("response", run, call, f"model-call:{call['callId']}")
            text = text_of(getattr(answer, "content", ""))
            if text and self._content:
                said = {"type": "assistant_message", "text": text, "model": call["model"], "messageId": call["callId"]}
                self._tell("response", run, said, f"message:{call['callId']}")

    def _begin(self, run_id: UUID, parent_id: UUID | None, name: str, shown: bool) -> Run:
        parent = self._runs.get(parent_id) if parent_id is not None else None
        run = Run(str(run_id), name, parent, parent.turn if parent is not None else str(run_id), shown)
        self._runs[run_id] = run
        if len(self._runs) > MOST_RUNS:  # streams that nobody read to their end
            self._runs.popitem(last=False)
        return run

    def _begin_turn(self, run: Run, inputs: Any) -> None:
        text = prompt_of(inputs)
        if text and self._content:
            self._tell("action", run, {"type": "user_prompt", "text": text}, f"prompt:{run.id}")
        if getattr(inputs, "resume", None) is not None:  # a Command that answers what the graph asked
            for wait in list(self._waits) or [run.id]:
                ended = {"type": "wait_ended", "kind": "answer", "outcome": "answered"}
                self._tell("response", run, ended, f"wait-ended:{wait}")
            self._waits.clear()

    def _join_graph(self, run: Run, graph: Run) -> None:
        """Make agents of a graph inside another, and of nodes that work side by side."""
        run.is_node = True
        if graph.parent is not None and graph.agent is None:
            # Where a node is a graph, the node's name says more than the graph's usual one.
            name = graph.parent.name if graph.name == "LangGraph" else graph.name
            self._spawn(graph, name)
        graph.at_work.append(run)
        if len(graph.at_work) > 1:
            for each in graph.at_work:
                if each.agent is None:
                    self._spawn(each, each.name)

    def _spawn(self, run: Run, name: str) -> None:
        agent = {
            "type": name,
            "agentId": run.id,
            "parentAgentId": run.agent_around(),
            "stepId": run.id,
            "turn": run.turn,
        }
        run.agent = run.id
        self._agent.spawn_agent({key: value for key, value in agent.items() if value is not None})

    def _end_agent(self, run: Run, ended: Record) -> None:
        if run.agent is None:
            return
        end: Record = {"status": "completed" if ended["status"] == "ok" else "failed"}
        end |= {key: ended[key] for key in ("error",) if key in ended}
        if ended["status"] == "interrupted":
            end["result"] = "interrupted"
        elif ended.get("output") is not None:
            end["result"] = ended["output"]
        self._agent.complete_agent(run.agent, end | {"eventId": f"agent-end:{run.agent}"})

    def _begin_waits(self, run: Run, error: BaseException) -> None:
        for wait_id, value in interrupts_of(error):
            top = run
            while top.parent is not None:
                top = top.parent
            top.waits = True
            identity = str(wait_id or run.id)
            if identity in self._waits:  # the same one, on its way out through the graphs around
                continue
            _remember(self._waits, identity)
            text = (
                value
                if isinstance(value, str)
                else str(value.get("question", value) if isinstance(value, Mapping) else value)
            )
            wait = {
                "type": "wait_started",
                "kind": "answer",
                "message": text if self._content else "An answer is needed.",
            }
            self._tell("action", run, wait | self._given(input=value), f"wait:{identity}:{run.turn}")

    def _ended(self, error: BaseException) -> Record:
        status = status_of(error)
        return {"status": status} | ({"error": error_of(error)} if status == "error" else {})

    def _given(self, **values: Any) -> Record:
        """What went in or came out, where that may be told."""
        return {key: clip(value) for key, value in values.items()} if self._content else {}

    def _tell(self, kind: str, run: Run, record: Record, event_id: str) -> None:
        is_step = record["type"] in {"step_start", "step_end"}
        around = {"step": run.step() if not is_step else None, "agentId": run.told_agent}
        told = record | {"source": "langgraph", "turn": run.turn} | around
        told = {key: value for key, value in told.items() if value is not None}
        if is_event_id(event_id):
            told["eventId"] = event_id
        (self._agent.log_action if kind == "action" else self._agent.log_response)(told)


def _remember(seen: OrderedDict[str, None], key: str) -> None:
    seen[key] = None
    if len(seen) > MOST_RUNS:
        seen.popitem(last=False)
