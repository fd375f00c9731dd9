"""A LangGraph app of two nodes, with a tool and a model that needs no network.

It knows nothing of telemetry. Called with the city to ask about, and with the id of a thread where it is to have one.
"""

import sys
from typing import Any, Sequence

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

city, *thread = sys.argv[1:]


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    if city == "Atlantis":
        raise ValueError("no such city")
    return f"Sunny in {city}"


class ScriptedModel(BaseChatModel):
    """Asks for the weather once, and then says what it heard."""

    model_name: str = "claude-opus-5-5"

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name}

    def _generate(
        self,
        messages: Sequence[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        last = messages[-1]
        usage = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}
        if isinstance(last, ToolMessage):
            message = AIMessage(content=f"I heard: {last.content}", usage_metadata=usage)
        else:
            call = {"name": "weather", "args": {"city": city}, "id": f"call_{city.lower()}"}
            message = AIMessage(content="", tool_calls=[call], usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)], llm_output={"model_name": self.model_name})


model = ScriptedModel()


def agent(state: MessagesState) -> dict[str, Any]:
    return {"messages": [model.invoke(state["messages"])]}


def route(state: MessagesState) -> str:
    return "tools" if getattr(state["messages"][-1], "tool_calls", None) else END


graph = StateGraph(MessagesState)
graph.add_node("agent", agent)
graph.add_node("tools", ToolNode([weather], handle_tool_errors=True))
graph.add_edge(START, "agent")
graph.add_conditional_edges("agent", route, ["tools", END])
graph.add_edge("tools", "agent")

answer = graph.compile().invoke(
    {"messages": [("user", f"How is the weather in {city}?")]},
    {"configurable": {"thread_id": thread[0]}} if thread else {},
)
print(answer["messages"][-1].content)
