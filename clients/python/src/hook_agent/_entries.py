"""What waits to be sent."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ._events import Event, dumps, encode, now

if TYPE_CHECKING:
    from ._spool_file import SpoolFile

Acknowledgement = dict[str, Any]


def running_future() -> Future[Any]:
    """Make a future that whoever waits cannot cancel: what it stands for goes on."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future


@dataclass(slots=True, eq=False)
class Entry:
    """One event in the queue, and where in the spool it is: the `number`th event of `file`."""

    event: Event
    waiter: Future[Acknowledgement | None] | None = None
    file: SpoolFile | None = None
    number: int = 0
    queued: float = field(default_factory=time.monotonic)
    gap: Gap | None = None
    inherited: bool = False
    dropped: bool = False

    @property
    def size(self) -> int:
        """Bytes that it takes in the queue and in the spool."""
        return len(self.event.line)

    @property
    def creates(self) -> bool:
        """Whether it begins the session; such a one travels alone."""
        return self.event.type == "session_created"


@dataclass(slots=True)
class Gap:
    """Events that were dropped and not yet told of; the times are of the first and the last of them."""

    count: int
    first: str
    last: str

    def to_json(self) -> dict[str, Any]:
        """As the spool has it."""
        return {"count": self.count, "from": self.first, "to": self.last}


def widen(gap: Gap | None, event: Event) -> Gap:
    """Count one more dropped event."""
    if gap is None:
        return Gap(1, event.timestamp, event.timestamp)
    return Gap(gap.count + 1, gap.first, event.timestamp)


def join(first: Gap | None, second: Gap | None) -> Gap | None:
    """Make one of two that stand side by side."""
    if first is None or second is None:
        return first or second
    return Gap(first.count + second.count, first.first, second.last)


def read_gap(value: Any) -> Gap | None:
    """Read what `to_json` wrote; None for anything else."""
    if not isinstance(value, dict) or not isinstance(value.get("count"), int):
        return None
    return Gap(value["count"], str(value.get("from", "")), str(value.get("to", "")))


def gap_entry(gap: Gap) -> Entry:
    """Make the event that tells of a gap, to be sent where the events are missing."""
    event_id, timestamp = uuid.uuid4().hex, now()
    data = {"type": "events_dropped", "reason": "queue_full"} | gap.to_json()
    head = f'{{"type":"action","eventId":"{event_id}","timestamp":"{timestamp}","data":'
    return Entry(Event("action", event_id, timestamp, encode(f"{head}{dumps(data)}}}\n")), gap=gap)
