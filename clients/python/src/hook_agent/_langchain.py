"""What LangChain's objects say, in the shape of src/core/activity.ts. Reads by attribute: any version will do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ._events import dumps
from ._values import to_json

Record = dict[str, Any]
LONGEST_JSON = 20_000
HEAD = 2_000


def clip(value: Any) -> Any:
    """The value as JSON; of one that is long, only how it begins."""
    plain = _compact(to_json(_messages(value)))
    text = dumps(plain)
    if len(text) <= LONGEST_JSON:
        return plain
    return {"truncated": {"bytes": len(text.encode("utf-8", "replace")), "head": text[:HEAD]}}


def _messages(value: Any, depth: int = 0) -> Any:
    """Messages as what was said by whom, wherever they are in a state."""
    if is_message(value):
        return message(value)
    if depth > 4:
        return value
    if isinstance(value, Mapping):
        return {key: _messages(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_messages(item, depth + 1) for item in value]
    return value


def _compact(value: Any) -> Any:
    return value if value != {} else None


def is_message(value: Any) -> bool:
    """Whether it is one of LangChain's messages."""
    return hasattr(value, "content") and isinstance(getattr(value, "type", None), str)


def message(value: Any) -> Record:
    """One message: role, content, and what else matters."""
    known = {"role": value.type, "content": value.content}
    for name in ("id", "name", "tool_calls", "tool_call_id", "status"):
        more = getattr(value, name, None)
        if more:
            known[name] = more
    return known


def text_of(content: Any) -> str:
    """The text of a message's content, which can be made of blocks."""
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    texts = [block if isinstance(block, str) else block.get("text", "") for block in blocks if _is_text(block)]
    return "".join(texts)


def _is_text(block: Any) -> bool:
    return isinstance(block, str) or (isinstance(block, Mapping) and isinstance(block.get("text", ""), str))


def prompt_of(inputs: Any) -> str:
    """What a person asked, as far as the inputs of a graph or chain tell; "" where they do not."""
    if isinstance(inputs, str):
        return inputs
    messages: Any = inputs.get("messages") if isinstance(inputs, Mapping) else inputs
    last: Any = messages[-1] if isinstance(messages, (list, tuple)) and messages else messages
    if is_message(last):
        return text_of(last.content) if last.type == "human" else ""
    if isinstance(last, Mapping) and last.get("role", last.get("type")) in {"user", "human"}:
        return text_of(last.get("content"))
    if isinstance(last, tuple) and len(last) == 2 and last[0] in {"user", "human"}:
        return text_of(last[1])
    return last if isinstance(last, str) and isinstance(inputs, Mapping) else ""


def name_of(serialized: Any, fallback: str, given: Any = None) -> str:
    """What a run is called."""
    if isinstance(given, str) and given:
        return given
    if isinstance(serialized, Mapping):
        names = serialized.get("id")
        name = serialized.get("name") or (names[-1] if isinstance(names, list) and names else None)
        if isinstance(name, str):
            return name
    return fallback


def error_of(error: BaseException) -> Record:
    """An error as an activity has it."""
    return {"message": str(error) or type(error).__name__, "type": type(error).__name__}


def status_of(error: BaseException) -> str:
    """`error`, or what an exception means that LangGraph steers by."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if "GraphInterrupt" in names or isinstance(error, (asyncio.CancelledError, KeyboardInterrupt)):
        return "interrupted"
    return "ok" if "GraphBubbleUp" in names else "error"


def interrupts_of(error: BaseException) -> list[tuple[str | None, Any]]:
    """What a graph waits for: id and value of each interrupt."""
    if status_of(error) != "interrupted" or not error.args:
        return []
    found = error.args[0] if isinstance(error.args[0], (list, tuple)) else [error.args[0]]
    return [(getattr(each, "id", None), each.value) for each in found if hasattr(each, "value")]


def model_call_of(response: Any, started: Record) -> tuple[Record, Any]:
    """What an answer says of the call: fields of a ModelCall, and the message (None of a plain completion)."""
    generations = getattr(response, "generations", None) or [[]]
    first = generations[0][0] if generations[0] else None
    answer = getattr(first, "message", None)
    output = getattr(response, "llm_output", None) or {}
    said = getattr(answer, "response_metadata", None) or {}
    info = getattr(first, "generation_info", None) or {}
    model = said.get("model_name") or said.get("model") or output.get("model_name") or started["model"]
    call = {
        "model": model,
        "provider": said.get("model_provider") or started.get("provider"),
        "tokens": _tokens(getattr(answer, "usage_metadata", None), output.get("token_usage") or output.get("usage")),
        "stopReason": said.get("stop_reason") or said.get("finish_reason") or info.get("finish_reason"),
    }
    identity = getattr(answer, "id", None)
    if isinstance(identity, str) and not identity.startswith(("lc_run-", "run-")):
        call["callId"] = identity
    return {key: value for key, value in call.items() if value is not None}, answer


def model_of(serialized: Any, parameters: Mapping[str, Any], metadata: Mapping[str, Any] | None) -> Record:
    """Model and provider, as known before the call."""
    told = metadata or {}
    model = told.get("ls_model_name") or parameters.get("model") or parameters.get("model_name")
    return {"model": model or name_of(serialized, "unknown"), "provider": told.get("ls_provider")}


def _tokens(usage: Any, older: Any) -> Record | None:
    """Counts of tokens; `input` without what was read from or written to a cache."""
    if isinstance(usage, Mapping):
        read = usage.get("input_token_details") or {}
        reasoning = (usage.get("output_token_details") or {}).get("reasoning")
        hour, minutes = read.get("ephemeral_1h_input_tokens") or 0, read.get("ephemeral_5m_input_tokens") or 0
        written = max(read.get("cache_creation") or 0, hour + minutes)
        cached = read.get("cache_read") or 0
        tokens = {
            "input": max(0, (usage.get("input_tokens") or 0) - cached - written),
            "output": usage.get("output_tokens") or 0,
            "cacheRead": cached or None,
            "cacheWrite5m": written - hour or None,
            "cacheWrite1h": hour or None,
            "reasoning": reasoning or None,
        }
        return {key: value for key, value in tokens.items() if value is not None}
    if isinstance(older, Mapping):
        read_tokens = older.get("prompt_tokens", older.get("input_tokens"))
        written_tokens = older.get("completion_tokens", older.get("output_tokens"))
        if read_tokens is not None or written_tokens is not None:
            return {"input": read_tokens or 0, "output": written_tokens or 0}
    return None
