"""From a call to a line: an event as it travels, as it is spooled, and as it is kept when it is refused."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

from ._errors import TooLargeError
from ._values import Json, rfc3339, to_json

EVENT_ID = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,256}")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
# No server stores these keys: the first nowhere, the others where events are folded.
_RESERVED = frozenset({"__proto__"})
_RESERVED_WHERE_FOLDED = frozenset({"__proto__", "constructor", "prototype"})
HEAD_CHARACTERS = 4096
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `line` is its JSON with the line's end."""

    type: str
    event_id: str
    timestamp: str
    line: bytes


def now() -> str:
    """The time, as a server takes it."""
    return rfc3339(datetime.datetime.now(datetime.UTC))


def plain(event_type: str, data: Any) -> Json:
    """The data as JSON holds it."""
    return to_json(data, _RESERVED if event_type in {"action", "response"} else _RESERVED_WHERE_FOLDED)


def dumps(value: Any) -> str:
    """JSON without white space."""
    return _encoder.encode(value)


def encode(text: str) -> bytes:
    """UTF-8; half a surrogate pair stays the escape that JSON has for it."""
    return text.encode("utf-8", errors="backslashreplace")


def take_place(data: dict[str, Any], fallback_id: str | None = None) -> tuple[str, str]:
    """Move `eventId` and `timestamp` from the data to where the event has them."""
    given_id, given_time = data.pop("eventId", None), data.pop("timestamp", None)
    event_id = next((each for each in (given_id, fallback_id) if is_event_id(each)), None)
    timestamp = _timestamp(given_time)
    if given_id is not None and event_id != given_id:
        data["givenEventId"] = given_id
    if given_time is not None and timestamp is None:
        data["givenTimestamp"] = given_time
    return event_id or uuid.uuid4().hex, timestamp or now()


def is_event_id(value: Any) -> bool:
    """Whether a server takes `value` as an event id."""
    return isinstance(value, str) and EVENT_ID.fullmatch(value) is not None


def _timestamp(value: Any) -> str | None:
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        try:
            datetime.datetime.fromisoformat(value)
        except ValueError:
            return None
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return rfc3339(datetime.datetime.fromtimestamp(value / 1000, datetime.UTC))
        except (ValueError, OverflowError, OSError):
            return None
    return None


def to_event(event_type: str, data: dict[str, Any], place: tuple[str, str], max_bytes: int) -> Event:
    """Write the line. `data` is redacted already.

    Raises TooLargeError where it is too long and cannot be shortened.
    """
    event_id, timestamp = place
    text = dumps(data)
    size = len(encode(text)) if len(text) * 4 > max_bytes else len(text)
    if size > max_bytes:
        text = _shortened(event_type, data, text, size, max_bytes)
    head = f'{{"type":"{event_type}","eventId":{dumps(event_id)},"timestamp":"{timestamp}","data":'
    return Event(event_type, event_id, timestamp, encode(f"{head}{text}}}\n"))


def _shortened(event_type: str, data: dict[str, Any], text: str, size: int, max_bytes: int) -> str:
    if event_type not in {"action", "response"}:
        raise TooLargeError(
            f"A {event_type} of {size} bytes is more than max_event_bytes ({max_bytes}). Send less of it."
        )
    return dumps({"type": data["type"], "truncated": {"bytes": size, "head": text[:HEAD_CHARACTERS]}})
