"""Small programs run as processes of their own, with the package in their path."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parents[1] / "src"
PRELUDE = "import asyncio, os, sys, time\nfrom hook_agent import HookAgent, hook_agent\n"


def start(program: str, **env: str) -> subprocess.Popen[str]:
    """Begin a program; the environment has what is given and what a process needs."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SESSION", "CLAUDE_SESSIONS"))}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PRELUDE + program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=kept | {"PYTHONPATH": str(SOURCES)} | env,
    )


def run(program: str, **env: str) -> tuple[str, str]:
    """Run a program to its end; answers what it wrote to stdout and stderr."""
    process = start(program, **env)
    try:
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, err
    return out, err


def numbers(events: list[dict[str, Any]], **fields: Any) -> list[int]:
    """The `n` of each action that has these fields, in order."""
    found = [event["data"] for event in events if event["type"] == "action"]
    return [data["n"] for data in found if "n" in data and all(data.get(key) == fields[key] for key in fields)]
