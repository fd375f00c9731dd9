"""Requests to the server and what their answers mean."""

from __future__ import annotations

import encodings.idna
import json
import logging
import math
import ssl
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from ._entries import Acknowledgement, Entry
from ._settings import Settings

# All that a request needs is loaded here and now: a process that is forked while another thread is about to import
# something is left with half of it.
_ = encodings.idna
httpx.Client(verify=False, trust_env=False).close()  # noqa: S501 - it sends nothing

NDJSON = "application/x-ndjson"
LONGEST_RETRY_AFTER = 3600
_AGAIN = frozenset({408, 429})
_MAYBE_ONE_EVENT = frozenset({400, 409, 413, 422})
SENDER = "hook-agent"
"""The name of the sender's threads."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `path` begins behind the server's address."""

    method: str
    path: str
    json: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said. `retry_after` is seconds."""

    status: int
    body: Any = None
    retry_after: float = 0

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    @property
    def again(self) -> bool:
        """Whether the same request can succeed later."""
        return self.status >= 500 or self.status in _AGAIN

    @property
    def maybe_one_event(self) -> bool:
        """Whether the fault can be that of a single event of a batch."""
        return self.status in _MAYBE_ONE_EVENT

    @property
    def code(self) -> str | None:
        """The problem's code, where the server gives one."""
        code = self.body.get("code") if isinstance(self.body, dict) else None
        return code if isinstance(code, str) else None

    @property
    def message(self) -> str:
        """The problem in words."""
        body = self.body if isinstance(self.body, dict) else {}
        told = body.get("error") or body.get("detail") or body.get("title")
        return told if isinstance(told, str) else f"The server answered {self.status}."

    def acknowledgements(self, entries: list[Entry]) -> list[Acknowledgement]:
        """One for each entry; without a seq where the server names none."""
        body = self.body if isinstance(self.body, dict) else {}
        if entries[0].creates:
            return [{key: body[key] for key in ("sessionId", "resumed", "seq") if key in body}]
        told = body.get("events")
        events = told if isinstance(told, list) and len(told) == len(entries) else [{}] * len(entries)
        return [_acknowledgement(entry, event) for entry, event in zip(entries, events, strict=True)]


def _acknowledgement(entry: Entry, told: Any) -> Acknowledgement:
    seq = told.get("seq") if isinstance(told, dict) else None
    return {"eventId": entry.event.event_id} | ({"seq": seq} if isinstance(seq, int) else {})


def _is_of_others(record: logging.LogRecord) -> bool:
    return record.threadName != SENDER


# httpx tells of every request: for a program that shows its log, ours would be in the way.
for _name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
    logging.getLogger(_name).addFilter(_is_of_others)


class Connection:
    """The sender's own connection. Not thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: httpx.Client | None = None

    def send(self, entries: list[Entry]) -> Answer:
        """Send a batch, or what begins the session. Raises httpx.HTTPError or another error without an answer."""
        session_id = self._settings.session_id
        if entries[0].creates:
            body = _creation(session_id, entries[0])
            return self._post("/api/sessions?ifExists=resume", "application/json", body)
        body = b"".join(entry.event.line for entry in entries)
        return self._post(f"/api/sessions/{session_id}/events", NDJSON, body)

    def request(self, request: Request) -> Answer:
        """Send another request."""
        return self._exchange(request.method, request.path, "application/json", encode_json(request.json))

    def close(self) -> None:
        """Close what is open; the next request opens it again."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _post(self, path: str, content_type: str, body: bytes) -> Answer:
        return self._exchange("POST", path, content_type, body)

    def _exchange(self, method: str, path: str, content_type: str, body: bytes | None) -> Answer:
        if self._client is None:
            self._client = httpx.Client(**client_options(self._settings))
        limit = self._settings.request_timeout_ms / 1000
        deadline = time.monotonic() + limit
        headers = {"content-type": content_type} if body is not None else {}
        url = self._settings.url + path
        with self._client.stream(method, url, content=body, headers=headers) as response:
            content = bytearray()
            for part in response.iter_bytes():
                content += part
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("The answer takes too long.")
            return read_answer(response, bytes(content))


def client_options(settings: Settings) -> dict[str, Any]:
    """Options of every httpx client. A proxy of the environment is not asked for this machine itself."""
    url = httpx.URL(settings.url)
    return {
        "timeout": settings.request_timeout_ms / 1000,
        "trust_env": url.host not in _LOOPBACK,
        "verify": _tls() if url.scheme == "https" else False,
        "headers": {"user-agent": "claude-sessions-hook-agent (python)"},
    }


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def read_answer(response: httpx.Response, content: bytes) -> Answer:
    """What the response says."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    return Answer(response.status_code, body, _retry_after(response.headers.get("retry-after")))


def encode_json(value: Any) -> bytes | None:
    """A body; None for none."""
    return None if value is None else json.dumps(value, separators=(",", ":")).encode()


def _retry_after(header: str | None) -> float:
    try:
        seconds = float(header or 0)
    except ValueError:
        return 0
    return 0 if math.isnan(seconds) else min(max(seconds, 0), LONGEST_RETRY_AFTER)


def _creation(session_id: str | None, entry: Entry) -> bytes:
    event = json.loads(entry.event.line)
    place = {"eventId": event["eventId"], "timestamp": event["timestamp"]}
    return json.dumps({"sessionId": session_id} | event["data"] | place, separators=(",", ":")).encode()
