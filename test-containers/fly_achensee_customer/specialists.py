"""The specialists: each a graph of its own that thinks, uses its tools, and answers the governor."""

from __future__ import annotations

from typing import Annotated, Any

from hook_agent import hook_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.tools import BaseTool, InjectedToolCallId, StructuredTool
from langgraph.graph import END, START, StateGraph
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from .progress import Progress
from .school import TEMPORARY, School, booking_tools, care_tools, weather_tools
from .talk import Talk, acting, thinking, whose_turn

_DUTIES = {
    "booking": (
        "You are the booking desk of Fly Achensee. Book only slots that are free, and give the booking's number.",
        "Finds free slots and books them. Say the day, the guests, the name, and which hours are flyable.",
    ),
    "weather_and_safety": (
        "You are the flight safety officer of Fly Achensee. Guests fly below 15 knots of wind and 20 of gusts.",
        "Judges whether guests can fly on a day, and who may not fly. Say the day and what is known of the guests.",
    ),
    "customer_care": (
        "You care for the customers of Fly Achensee: vouchers, worries, special wishes. Be warm, and exact.",
        "Looks after vouchers, worries and wishes. Say what the customer asked.",
    ),
}


def specialists(model: BaseChatModel, school: School, progress: Progress) -> list[BaseTool]:
    """Make the specialists, each as a tool that the governor can call."""
    tools = {
        "booking": booking_tools(school),
        "weather_and_safety": weather_tools(school),
        "customer_care": care_tools(school),
    }
    return [
        _as_tool(name, duty, _specialist(name, instructions, model, tools[name], progress), progress)
        for name, (instructions, duty) in _DUTIES.items()
    ]


def _specialist(
    name: str, instructions: str, model: BaseChatModel, tools: list[BaseTool], progress: Progress
) -> Runnable[Any, Any]:
    graph = StateGraph(Talk)
    graph.add_node("think", thinking(model, instructions, tools, progress))
    graph.add_node("act", acting(tools, progress))
    graph.add_conditional_edges(START, whose_turn, {"think": "think", "act": "act", "over": END})
    graph.add_conditional_edges("think", whose_turn, {"act": "act", "over": END})
    graph.add_edge("act", "think")
    return graph.compile(name=name)


def _as_tool(name: str, duty: str, graph: Runnable[Any, Any], progress: Progress) -> BaseTool:
    """Make a tool of a specialist. Where the school's service fails, the specialist tries again where it was."""

    talking = AsyncRetrying(
        retry=retry_if_exception_type(TEMPORARY),
        stop=stop_after_attempt(3),
        wait=wait_exponential(multiplier=0.2),
        reraise=True,
    )

    async def talk(call_id: str, task: str, config: RunnableConfig) -> str:
        talked = await graph.ainvoke({"name": call_id, "messages": progress.talk(call_id, task)}, config)
        return str(talked["messages"][-1].text)

    async def ask(task: str, call_id: Annotated[str, InjectedToolCallId], config: RunnableConfig) -> str:
        await progress.enter("consultation")
        async with hook_agent.goal({"goalId": call_id, "description": f"{name}: {task}"}):
            return await talking(talk, call_id, task, config)

    return StructuredTool.from_function(coroutine=ask, name=f"ask_{name}", description=duty)
