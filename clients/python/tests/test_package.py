"""The wheel in an empty environment, and the README's snippets as they are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

from .conftest import RealServer

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text()
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(PROJECT)]
    subprocess.run(build, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an empty environment with the wheel, and what it asks for, in it."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    # What this environment was made from spares the registry.
    wheels = Path(sys.prefix) / "wheels"
    source = ["--no-index", "--find-links", str(wheels)] if wheels.exists() else []
    subprocess.run([python, "-m", "pip", "install", "--quiet", *source, f"{wheel}[langgraph]", "langgraph"], check=True)
    return python


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    package = [name.removeprefix("hook_agent/") for name in names if name.startswith("hook_agent/")]
    assert {"__init__.py", "py.typed", "redaction-rules.json", "langgraph.py", "logging.py"} <= set(package)
    assert all(name.startswith(("hook_agent/", "claude_sessions_hook_agent-")) for name in names)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_snippets_run_as_they_are(snippet: str, installed: str, real_server: RealServer, tmp_path: Path) -> None:
    script = tmp_path / "snippet.py"
    script.write_text(snippet)
    env = {
        "SESSION_ID": "my-session",
        "SESSION_SERVICE_URL": real_server.url,
        "CLAUDE_SESSIONS_SPOOL": str(tmp_path / "s"),
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [installed, "-W", "error", str(script)]
    done = subprocess.run(
        command, env=kept | env | {"SESSION_SERVICE_URL": real_server.url}, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    if "resume()" in snippet:
        return
    if "HookAgent(" in snippet:
        # It names the server as the environment does.
        assert {"badge": "[redacted:badge]", "licence": "[redacted:licence]"}.items() <= data(real_server)[-1].items()
    assert len(data(real_server)) > 1


def data(server: RealServer) -> list[dict[str, Any]]:
    return [event["data"] for event in server.events("my-session")]


def test_the_readme_has_snippets() -> None:
    assert len(SNIPPETS) >= 7
