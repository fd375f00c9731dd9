"""What telling costs an agent, against the same agent that tells nothing, in one run.

Prints JSON: `ratio`, the agent's own work with a server that accepts and never answers, over the same work without,
where the agent tells of something every fifty milliseconds (goal: at most 1.02); `p99Ms`, the 99th percentile of
log_action with the server down, hung or answering 500, the worst of the three (goal: under 1).
"""

from __future__ import annotations

import asyncio
import http.server
import io
import json
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any

from hook_agent import HookAgent

CALLS = 3000
STEPS = 100
WORK = 200_000

RECORD = {
    "type": "tool_call",
    "toolCallId": "toolu_01A09q90qw90lq917835lq9",
    "tool": "Bash",
    "input": {"command": "grep -rn 'TODO' src | sort | head -20", "description": "Look for what is left to do"},
    "step": {"number": 7, "of": 12, "tags": ["search", "cleanup"]},
}


@contextmanager
def hung() -> Iterator[str]:
    """A server that accepts and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(100)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def down() -> Iterator[str]:
    """Nobody there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def failing() -> Iterator[str]:
    """A server that answers 500."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(500)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@contextmanager
def agent_of(url: str) -> Iterator[HookAgent]:
    """Make an agent as it is by default, with a spool of its own."""
    with tempfile.TemporaryDirectory() as spool:
        agent = HookAgent(session_id="bench", url=url, spool=spool, close_timeout_ms=0)
        yield agent
        agent.sync.close()


async def percentile_ms(agent: HookAgent) -> float:
    """The 99th percentile of a call; half a millisecond of other work lies between two, as in an agent."""
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        await agent.log_action(RECORD)
        times.append(time.perf_counter() - started)
        await asyncio.sleep(0.0005)
    return statistics.quantiles(times, n=100)[98] * 1000


def work() -> int:
    """Do one step of an agent's own work, fifty milliseconds or so, all of it in the interpreter."""
    total = 0
    for n in range(WORK):
        total += len(f"{n:x}".split("f"))
    return total


async def step_seconds(tell: Callable[[], Awaitable[Any]] | None) -> float:
    """How long a step takes, with or without telling of it."""
    started = time.perf_counter()
    work()
    if tell is not None:
        await tell()
    return time.perf_counter() - started


async def own_work_ratio(agent: HookAgent) -> float:
    """Steps with and without in turn, so that both see the same machine; the ratio of their lower quartiles.

    The quartile leaves out the steps that other programs of the machine held up.
    """

    async def tell() -> None:
        await agent.log_action(RECORD)

    told: list[float] = []
    untold: list[float] = []
    for number in range(STEPS):
        first, second = (tell, None) if number % 2 else (None, tell)
        for each in (first, second):
            (untold if each is None else told).append(await step_seconds(each))
    return lower_quartile(told[5:]) / lower_quartile(untold[5:])


def lower_quartile(values: list[float]) -> float:
    """A quarter of the values are below it."""
    return statistics.quantiles(values, n=4)[0]


def main() -> int:
    """Measure and print."""
    with redirect_stderr(io.StringIO()):  # that a server is away is what is measured, and no news
        by_server, ratio = measure()
    print(json.dumps({"ratio": round(ratio, 4), "p99Ms": max(by_server.values()), "p99MsBy": by_server}))
    return 0


def measure() -> tuple[dict[str, float], float]:
    """Measure all of it, one after the other."""
    by_server = {}
    for name, server in (("down", down), ("hung", hung), ("500", failing)):
        with server() as url, agent_of(url) as agent:
            by_server[name] = round(asyncio.run(percentile_ms(agent)), 3)
    with hung() as url, agent_of(url) as agent:
        return by_server, asyncio.run(own_work_ratio(agent))


if __name__ == "__main__":
    sys.exit(main())
