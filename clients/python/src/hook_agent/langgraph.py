"""Tells what a LangGraph or LangChain program does. Needs langchain-core.

graph.invoke(inputs, config={"callbacks": [SessionCallback()]})
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler

from ._agent import HookAgent
from ._graph_runs import GraphRuns
from ._langchain import is_message, model_of, name_of, text_of

_PLUMBING = frozenset({"RunnableCallable", "Unnamed", "ChannelWrite", "ChannelRead"})
_OF_A_GRAPH = "graph:step:"
# Of a node: what it does itself is its first step; behind that come its writes and where to go next.
_BEHIND_A_NODE = re.compile(r"seq:step:(?!1$)\d+")


class SessionCallback(BaseCallbackHandler):
    """Tells nodes and chains as steps, tools as tool calls, model calls with their tokens, and errors.

    Graphs inside a graph, and nodes of one graph that are at work at the same time, are agents of the session.
    Works for `invoke` and `ainvoke`, in any thread. With `content=False` inputs, outputs and texts are left out.
    """

    # In the loop and in order: a call only puts an event into a queue.
    run_inline = True

    def __init__(self, agent: HookAgent | None = None, *, content: bool = True) -> None:
        self._runs = GraphRuns((agent or _usual_agent()).sync, content)

    def on_chain_start(
        self,
        serialized: dict[str, Any] | None,
        inputs: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """A graph, a node or a chain begins."""
        name = name_of(serialized, "chain", kwargs.get("name"))
        hidden = name in _PLUMBING or "langsmith:hidden" in (tags or [])
        is_behind = any(map(_BEHIND_A_NODE.fullmatch, tags or [])) and self._runs.is_node(parent_run_id)
        shown = not hidden and not is_behind and kwargs.get("run_type") not in {"prompt", "parser"}
        is_node = any(tag.startswith(_OF_A_GRAPH) for tag in tags or [])
        self._runs.begin_step(run_id, parent_run_id, name, inputs, shown=shown, is_node=is_node)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_kwargs: Any) -> None:
        """It ended well."""
        self._runs.end_step(run_id, outputs)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_kwargs: Any) -> None:
        """It raised, or waits for somebody."""
        self._runs.end_step(run_id, error=error)

    def on_tool_start(
        self,
        serialized: dict[str, Any] | None,
        input_str: str,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        inputs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """A tool begins."""
        name = name_of(serialized, "tool", kwargs.get("name"))
        given = input_str if inputs is None else inputs
        self._runs.begin_tool(run_id, parent_run_id, name, kwargs.get("tool_call_id"), given)

    def on_tool_end(self, output: Any, *, run_id: UUID, **_kwargs: Any) -> None:
        """A tool gave its result."""
        content = output.content if is_message(output) else output
        failed = is_message(output) and getattr(output, "status", None) == "error"
        self._runs.end_tool(run_id, content, (text_of(content) or "The tool failed.") if failed else None)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_kwargs: Any) -> None:
        """A tool raised."""
        self._runs.end_tool(run_id, error=error)

    def on_retriever_start(
        self,
        serialized: dict[str, Any] | None,
        query: str,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        """A retriever looks something up: a tool as any other."""
        name = name_of(serialized, "retriever", kwargs.get("name"))
        self._runs.begin_tool(run_id, parent_run_id, name, None, {"query": query})

    def on_retriever_end(self, documents: Sequence[Any], *, run_id: UUID, **_kwargs: Any) -> None:
        """It found something."""
        found = [{"content": each.page_content, "metadata": each.metadata} for each in documents]
        self._runs.end_tool(run_id, found)

    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **_kwargs: Any) -> None:
        """It raised."""
        self._runs.end_tool(run_id, error=error)

    def on_chat_model_start(
        self,
        serialized: dict[str, Any] | None,
        messages: list[list[Any]],  # noqa: ARG002 - the step's input has them
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """A chat model is asked."""
        about = model_of(serialized, kwargs.get("invocation_params") or {}, metadata)
        self._runs.begin_model(run_id, parent_run_id, about)

    def on_llm_start(
        self,
        serialized: dict[str, Any] | None,
        prompts: list[str],  # noqa: ARG002 - the step's input has them
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """A model for plain text is asked."""
        about = model_of(serialized, kwargs.get("invocation_params") or {}, metadata)
        self._runs.begin_model(run_id, parent_run_id, about)

    def on_llm_end(self, response: Any, *, run_id: UUID, **_kwargs: Any) -> None:
        """A model answered."""
        self._runs.end_model(run_id, response)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_kwargs: Any) -> None:
        """A model call failed."""
        self._runs.end_model(run_id, error=error)


def _usual_agent() -> HookAgent:
    from . import hook_agent  # noqa: PLC0415 - the package has begun to load by then

    return hook_agent
