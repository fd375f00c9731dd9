"""Options of the constructor, else the environment, else defaults."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

SESSION_ID = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
DEFAULT_URL = "http://localhost:9000"


class ValueRule(TypedDict):
    """A pattern whose matches are replaced by `[redacted:<name>]`; a first group is kept before it."""

    name: str
    pattern: str


class RedactionOptions(TypedDict, total=False):
    """Rules that are added to the built-in ones."""

    values: Sequence[ValueRule]
    keys: Sequence[str]


class Options(TypedDict, total=False):
    """What an agent can be told. Times are milliseconds, sizes bytes."""

    session_id: str | None
    url: str | None
    strict: bool
    spool: str | os.PathLike[str] | bool | None
    flush_interval_ms: float
    batch_size: int
    batch_bytes: int
    max_queue: int
    max_queue_bytes: int
    max_event_bytes: int
    request_timeout_ms: float
    close_timeout_ms: float
    backoff_ms: float
    backoff_max_ms: float
    heartbeat_ms: float
    redact: bool | RedactionOptions


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Options as they hold. `session_id` is None where there is none that a server would take."""

    session_id: str | None
    given_session_id: str | None
    url: str
    spool: str | None
    strict: bool = False
    flush_interval_ms: float = 20
    batch_size: int = 500
    batch_bytes: int = 1_000_000
    max_queue: int = 10_000
    max_queue_bytes: int = 16 * 1024 * 1024
    max_event_bytes: int = 1_000_000
    request_timeout_ms: float = 10_000
    close_timeout_ms: float = 5_000
    backoff_ms: float = 200
    backoff_max_ms: float = 30_000
    heartbeat_ms: float = 15_000
    redact: bool | RedactionOptions = True


def resolve(options: Options, environ: Mapping[str, str]) -> Settings:
    """Settle the options; None counts as not given."""
    given: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    session_id = given.pop("session_id", None) or environ.get("SESSION_ID") or None
    url = given.pop("url", None) or environ.get("SESSION_SERVICE_URL") or DEFAULT_URL
    spool = _spool_folder(given.pop("spool", True), environ)
    known = session_id is not None and SESSION_ID.fullmatch(session_id) is not None
    return Settings(
        session_id=session_id if known else None,
        given_session_id=session_id,
        url=url.rstrip("/"),
        spool=spool,
        **given,
    )


def check_redaction(option: bool | RedactionOptions | None) -> None:
    """Raise ValueError where a pattern is none: better heard of at the start than by a secret that is told."""
    for rule in option.get("values", ()) if isinstance(option, Mapping) else ():
        try:
            re.compile(rule["pattern"])
        except re.error as error:
            raise ValueError(f"The redaction rule {rule['name']} has a pattern that is none: {error}.") from error


def _spool_folder(option: str | os.PathLike[str] | bool, environ: Mapping[str, str]) -> str | None:
    if option is False:
        return None
    folder = environ.get("CLAUDE_SESSIONS_SPOOL", "") if option is True else os.fspath(option)
    if folder in {"off", "none"}:
        return None
    return folder or default_spool_folder()


def default_spool_folder() -> str:
    """Where the spool is unless something else is said; the same for every client of this user."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return os.path.join(tempfile.gettempdir(), f"claude-sessions-spool-{user}")
