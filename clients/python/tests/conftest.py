from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hook_agent import HookAgent

from .scripted_server import ScriptedServer

ROOT = Path(__file__).parents[3]
LAUNCHER = ROOT / "bin" / "claude-sessions.js"
_OWN_NODE = ROOT / "node_modules" / "node" / "bin" / "node"
NODE = str(_OWN_NODE) if _OWN_NODE.exists() else "node"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SESSION_ID", "SESSION_SERVICE_URL", "CLAUDE_SESSIONS_SPOOL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server that acknowledges all events, or does what the test asks of it."""
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def make_agent(server: ScriptedServer, tmp_path: Path) -> Iterator[Callable[..., HookAgent]]:
    """Make agents of the session `s1` at `server`; they are closed after the test."""
    agents: list[HookAgent] = []

    def make(**options: Any) -> HookAgent:
        usual: dict[str, Any] = {
            "session_id": "s1",
            "url": server.url,
            "spool": str(tmp_path / "spool"),
            "heartbeat_ms": 0,
        }
        usual |= {"backoff_ms": 10, "backoff_max_ms": 50, "close_timeout_ms": 2000}
        agents.append(HookAgent(**(usual | options)))
        return agents[-1]

    yield make
    server.listen()
    for agent in agents:
        agent.sync.close()


class RealServer:
    """`claude-sessions serve` as a process of its own."""

    def __init__(self, storage: Path, port: int = 0) -> None:
        command = [NODE, str(LAUNCHER), "serve", "--port", str(port), "--storage", str(storage)]
        # A certificate bundle in the environment slows every start of Node down.
        env = {key: value for key, value in os.environ.items() if key not in {"NODE_OPTIONS", "NODE_EXTRA_CA_CERTS"}}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=ROOT
        )
        self.url = self._listening()

    def _listening(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("listening "):
                return line.split()[1]
        _, err = self.process.communicate()
        raise AssertionError(f"The server ended before it listened. Is the project built (npm run build)?\n{err}")

    def events(self, session_id: str, **query: Any) -> list[dict[str, Any]]:
        headers = {"accept": "application/x-ndjson"}
        answer = httpx.get(f"{self.url}/api/sessions/{session_id}/events", params=query, headers=headers)
        answer.raise_for_status()
        return [httpx.Response(200, content=line).json() for line in answer.text.splitlines()]

    def get(self, path: str) -> Any:
        return httpx.get(f"{self.url}{path}").raise_for_status().json()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate()


@pytest.fixture
def real_server(tmp_path: Path) -> Iterator[RealServer]:
    server = RealServer(tmp_path / "storage")
    yield server
    server.stop()


def query_events(url: str, session_id: str) -> str:
    """What a person sees who types `claude-sessions query events`."""
    command = [NODE, str(LAUNCHER), "query", "events", session_id, "--url", url]
    env = {key: value for key, value in os.environ.items() if key != "NODE_OPTIONS"} | {"COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout
