"""Every case of clients/contract, through the async agent and through the sync one."""

from __future__ import annotations

import asyncio
import datetime
import inspect
import json
import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from hook_agent import HookAgent, HookAgentError
from hook_agent._redact import Redactor

from .matchers import Matcher
from .scripted_server import ScriptedServer

CONTRACT = Path(__file__).parents[2] / "contract"
CASES = sorted((CONTRACT / "cases").glob("*.json"))
REDACTION_CASES = json.loads((CONTRACT / "redaction-cases.json").read_text())
DEFAULTS = {
    "spool": False,
    "flush_interval_ms": 60_000,
    "heartbeat_ms": 0,
    "backoff_ms": 10,
    "backoff_max_ms": 50,
    "request_timeout_ms": 2000,
    "close_timeout_ms": 2000,
}


class Opaque:
    """An instance that says nothing of itself."""


@pytest.mark.parametrize("style", ["async", "sync"])
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(
    path: Path, style: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    case = json.loads(path.read_text())
    run = Run(case, tmp_path, monkeypatch)
    try:
        run.prepare()
        if style == "async":
            asyncio.run(run.calls())
        else:
            # A thread of its own, as there is no event loop in it.
            _in_thread(run.calls_sync)
    finally:
        run.server.close()
    out, err = capfd.readouterr()
    run.check(out, err)


def test_there_are_cases() -> None:
    assert len(CASES) > 50


@pytest.mark.parametrize("case", REDACTION_CASES, ids=lambda case: case["name"])
def test_redacts_as_every_client_does(case: dict[str, Any]) -> None:
    value = _whole(case["value"])
    expected = _whole(case.get("redacted", case["value"]))
    redactor = Redactor()
    assert redactor.redact(value) == expected
    assert redactor.redact(expected) == expected


def test_carries_the_same_redaction_rules_as_every_client() -> None:
    mine = Path(inspect.getfile(Redactor)).with_name("redaction-rules.json")
    assert json.loads(mine.read_text()) == json.loads((CONTRACT / "redaction-rules.json").read_text())


class Run:
    """One case being run."""

    def __init__(self, case: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.case = case
        self.server = ScriptedServer(case.get("server", []))
        self.matcher = Matcher()
        self.spool = folder / "spool"
        self._monkeypatch = monkeypatch
        self._checks: list[tuple[str, Any, Any]] = []

    def prepare(self) -> None:
        for name in ("SESSION_ID", "SESSION_SERVICE_URL", "CLAUDE_SESSIONS_SPOOL"):
            self._monkeypatch.delenv(name, raising=False)
        env = self.case.get("env", {"SESSION_ID": "case"}) | {"SESSION_SERVICE_URL": self.server.url}
        for name, value in env.items():
            self._monkeypatch.setenv(name, value)
        options = DEFAULTS | _made(self.case.get("options", {}))
        if options["spool"] is True:
            options["spool"] = str(self.spool)
        folder = self.spool / env.get("SESSION_ID", "none")
        if self.case.get("spool_files"):
            folder.mkdir(parents=True, mode=0o700)
            self.spool.chmod(0o700)
        for name, lines in self.case.get("spool_files", {}).items():
            (folder / name).write_text(_spooled(lines))
        if self.case.get("listening", True):
            self.server.listen()
        self.folder = folder
        self.agent = HookAgent(**options)

    async def calls(self) -> None:
        for call in self.case["calls"]:
            if "call" not in call:
                await asyncio.to_thread(self._control, call)
                continue
            started = time.monotonic()
            try:
                returned = await getattr(self.agent, call["call"])(*self._args(call), **self._options(call))
            except HookAgentError as error:
                self._raised(call, error)
            else:
                self._returned(call, returned, time.monotonic() - started)
        await self.agent.close()

    def calls_sync(self) -> None:
        for call in self.case["calls"]:
            if "call" not in call:
                self._control(call)
                continue
            started = time.monotonic()
            try:
                returned = getattr(self.agent.sync, call["call"])(*self._args(call), **self._options(call))
            except HookAgentError as error:
                self._raised(call, error)
            else:
                self._returned(call, returned, time.monotonic() - started)
        self.agent.sync.close()

    def check(self, out: str, err: str) -> None:
        expect = self.case["expect"]
        for name, expected, value in self._checks:
            self.matcher.check(expected, value, name)
        assert out == ""
        assert self.server.unexpected == []
        if "requests" in expect:
            self._check_requests(expect["requests"])
        if expect.get("stderr") != "any":
            lines = err.splitlines()
            patterns = expect.get("stderr", [])
            assert len(lines) == len(patterns), err
            for line, pattern in zip(lines, patterns, strict=True):
                assert re.search(pattern, line), f"{line!r} lacks {pattern}"
        letters = self.folder / "dead-letter.jsonl"
        found = [json.loads(line) for line in letters.read_text().splitlines()] if letters.exists() else []
        self.matcher.check(expect.get("dead_letters", []), found, "dead letters")
        self._check_files(expect.get("spool_files", []))

    def _check_requests(self, expected: list[dict[str, Any]]) -> None:
        seen = self.server.requests
        assert [each.line for each in seen] == [each["request"] for each in expected]
        for index, (each, request) in enumerate(zip(expected, seen, strict=True)):
            for name, matcher in each.get("headers", {}).items():
                self.matcher.check(matcher, request.headers.get(name), f"request {index} {name}")
            if "body" in each:
                self.matcher.check(each["body"], request.body, f"request {index}")
            if "after_ms" in each:
                assert (request.at - seen[index - 1].at) * 1000 >= each["after_ms"]

    def _check_files(self, patterns: list[str]) -> None:
        names = sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []
        names = [name for name in names if name != "dead-letter.jsonl"]
        assert len(names) == len(patterns), names
        for name, pattern in zip(names, patterns, strict=True):
            assert re.search(pattern, name), f"{name} lacks {pattern}"

    def _control(self, call: dict[str, Any]) -> None:
        if "await_requests" in call:
            self.server.await_requests(call["await_requests"])
        elif call["server"] == "up":
            self.server.listen()
        else:
            self.server.refuse()

    def _args(self, call: dict[str, Any]) -> list[Any]:
        return [] if call["call"] == "start" else [_made(each) for each in call.get("args", [])]

    def _options(self, call: dict[str, Any]) -> dict[str, Any]:
        fields = call["args"][0] if call["call"] == "start" and call.get("args") else {}
        options: dict[str, Any] = _made(fields | call.get("options", {}))
        return options

    def _raised(self, call: dict[str, Any], error: HookAgentError) -> None:
        assert "raises" in call, error
        self._checks.append((f"{call['call']} raised", call["raises"], error.code))

    def _returned(self, call: dict[str, Any], returned: Any, seconds: float) -> None:
        assert "raises" not in call, f"{call['call']} returned {returned!r}"
        if "within_ms" in call:
            assert seconds * 1000 <= call["within_ms"]
        if "returns" in call:
            self._checks.append((f"{call['call']} returned", call["returns"], returned))


def _in_thread(work: Any) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def _spooled(lines: list[Any]) -> str:
    texts = [line if isinstance(line, str) else json.dumps(line, separators=(",", ":")) for line in lines]
    is_torn = bool(lines) and isinstance(lines[-1], str)
    return "\n".join(texts) + ("" if is_torn else "\n")


def _made(value: Any) -> Any:
    if isinstance(value, list):
        return [_made(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "$make" not in value:
        return {key: _made(each) for key, each in value.items()}
    return _make(value)


def _make(value: dict[str, Any]) -> Any:
    circular: dict[str, Any] = {"name": "loop"}
    circular["self"] = circular
    made: Any = 1
    match value["$make"]:
        case "text":
            return "x" * value["length"]
        case "deep":
            for _ in range(value["depth"]):
                made = {"in": made}
            return made
    return {
        "circular": circular,
        "nan": float("nan"),
        "infinity": float("inf"),
        "opaque": Opaque(),
        "date": datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
        "set": {1, 2},
        "bytes": b"hi",
        "big_integer": 2**70,
        "lone_surrogate": "\ud800",
    }[value["$make"]]


def _whole(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False).replace("¦", ""))
