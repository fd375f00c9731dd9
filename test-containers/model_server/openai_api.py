"""Answers as the OpenAI chat completions API gives them."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

from .script import Answer


def completion(answer: Answer) -> dict[str, Any]:
    """Make the body of an answer."""
    said: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None}
    if answer.calls:
        said["tool_calls"] = _tool_calls(answer)
    choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": _reason(answer)}
    return _head(answer, "chat.completion") | {"choices": [choice], "usage": _usage(answer)}


def stream(answer: Answer, with_usage: bool) -> Iterator[str]:
    """Make the same answer as server-sent events."""
    head = _head(answer, "chat.completion.chunk") | ({"usage": None} if with_usage else {})
    yield _chunk(head, {"role": "assistant", "content": ""})
    for line in answer.text.splitlines(keepends=True):
        yield _chunk(head, {"content": line})
    for index, call in enumerate(_tool_calls(answer)):
        yield _chunk(head, {"tool_calls": [{"index": index} | call]})
    yield _chunk(head, {}, _reason(answer))
    if with_usage:
        yield f"data: {json.dumps(head | {'choices': [], 'usage': _usage(answer)})}\n\n"
    yield "data: [DONE]\n\n"


def error(kind: str, text: str) -> dict[str, Any]:
    """Make the body of an error."""
    return {"error": {"message": text, "type": kind, "param": None, "code": None}}


def _tool_calls(answer: Answer) -> list[dict[str, Any]]:
    return [
        {"id": call.id, "type": "function", "function": {"name": call.tool, "arguments": json.dumps(call.input)}}
        for call in answer.calls
    ]


def _reason(answer: Answer) -> str:
    return "tool_calls" if answer.calls else "stop"


def _head(answer: Answer, kind: str) -> dict[str, Any]:
    identity = f"chatcmpl-{uuid.uuid4().hex[:24]}"
    return {"id": identity, "object": kind, "created": int(time.time()), "model": answer.model}


def _usage(answer: Answer) -> dict[str, int]:
    return {
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
    }


def _chunk(head: dict[str, Any], delta: dict[str, Any], reason: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return f"data: {json.dumps(head | {'choices': [choice]}, ensure_ascii=False)}\n\n"
