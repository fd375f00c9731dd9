"""An HTTP server that answers as a case says, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Seen:
    """One request; `body` is the parsed JSON, or the list of an NDJSON body's lines."""

    line: str
    headers: dict[str, str]
    body: Any
    at: float = field(default_factory=time.monotonic)


class ScriptedServer:
    """Takes `answers` first; events that none is for are acknowledged as the real server does it."""

    def __init__(self, answers: list[dict[str, Any]] | None = None) -> None:
        self.requests: list[Seen] = []
        self.unexpected: list[str] = []
        self.stored: dict[str, int] = {}
        self.events: list[dict[str, Any]] = []
        self.changed = threading.Condition()
        self._answers = [answer | {"left": answer.get("times", 1)} for answer in answers or []]
        self._released = threading.Event()
        self._connections: set[socket.socket] = set()
        self._server: ThreadingHTTPServer | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def answer_next(self, answer: dict[str, Any]) -> None:
        """Answer so, once or `times` times, before all else."""
        with self.changed:
            self._answers.insert(0, answer | {"left": answer.get("times", 1)})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def listen(self) -> None:
        if self._server is not None:
            return
        self._server = _Server(("127.0.0.1", self.port), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def refuse(self) -> None:
        """Stop listening, and break what is connected."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._released.set()
        self.refuse()

    def await_requests(self, count: int, seconds: float = 10) -> None:
        self.wait_for(lambda: len(self.requests) >= count, seconds)

    def wait_for(self, condition: Any, seconds: float = 10) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, seconds), f"{len(self.requests)} requests: {self.requests[-3:]}"

    def __enter__(self) -> ScriptedServer:
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                owner._connections.add(self.connection)

            def finish(self) -> None:
                owner._connections.discard(self.connection)
                with contextlib.suppress(OSError):
                    super().finish()

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def answer(self) -> None:
                owner._take(self)

            do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - the names that http.server asks for

        return Handler

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        content = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        line = f"{handler.command} {handler.path}"
        headers = {name.lower(): value for name, value in handler.headers.items()}
        is_lines = headers.get("content-type", "").startswith("application/x-ndjson")
        seen = Seen(line, headers, _parse(content, is_lines))
        with self.changed:
            self.requests.append(seen)
            answer = next((each for each in self._answers if each["on"] == line and each["left"] > 0), None)
            if answer is not None:
                answer["left"] -= 1
            if answer is None or answer.get("pass"):
                answer = self._acknowledge(seen) if is_lines else self._unexpected(seen)
            self.changed.notify_all()
        self._reply(handler, answer)

    def _reply(self, handler: BaseHTTPRequestHandler, answer: dict[str, Any]) -> None:
        if answer.get("hang"):
            self._released.wait()
        if answer.get("hang") or answer.get("reset"):
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
            return
        body = answer.get("body")
        content = b"" if body is None else json.dumps(body).encode()
        with contextlib.suppress(OSError):
            handler.send_response(answer["status"])
            for name, value in {"content-type": "application/json", **answer.get("headers", {})}.items():
                handler.send_header(name, value)
            handler.send_header("content-length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)

    def _acknowledge(self, seen: Seen) -> dict[str, Any]:
        for event in seen.body:
            if event["eventId"] not in self.stored:
                self.stored[event["eventId"]] = len(self.stored) + 1
                self.events.append(event)
        events = [{"seq": self.stored[event["eventId"]], "eventId": event["eventId"]} for event in seen.body]
        return {
            "status": 201,
            "body": {"success": True, "count": len(events), "seq": events[-1]["seq"], "events": events},
        }

    def _unexpected(self, seen: Seen) -> dict[str, Any]:
        self.unexpected.append(seen.line)
        return {"status": 500, "body": {"code": "internal", "error": "No answer is for that."}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no failure of a test."""


def _parse(content: bytes, is_lines: bool) -> Any:
    if is_lines:
        return [json.loads(line) for line in content.split(b"\n") if line.strip()]
    return json.loads(content) if content else None
