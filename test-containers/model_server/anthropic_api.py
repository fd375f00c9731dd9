"""Answers as the Anthropic Messages API gives them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from .script import Answer


def message(answer: Answer) -> dict[str, Any]:
    """Make the body of an answer."""
    texts = [{"type": "text", "text": answer.text}] if answer.text else []
    uses = [{"type": "tool_use", "id": call.id, "name": call.tool, "input": call.input} for call in answer.calls]
    return {
        "id": f"msg_{uuid.uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": [*texts, *uses],
        "stop_reason": "tool_use" if answer.calls else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": answer.input_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": answer.output_tokens,
            "service_tier": "standard",
        },
    }


def stream(answer: Answer) -> Iterator[str]:
    """Make the same answer as server-sent events."""
    whole = message(answer)
    begun = whole | {"content": [], "stop_reason": None, "usage": whole["usage"] | {"output_tokens": 1}}
    yield _event("message_start", message=begun)
    for index, block in enumerate(whole["content"]):
        yield from _block(index, block)
    end = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield _event("message_delta", delta=end, usage=whole["usage"])
    yield _event("message_stop")


def error(kind: str, text: str) -> dict[str, Any]:
    """Make the body of an error."""
    return {"type": "error", "error": {"type": kind, "message": text}}


def _block(index: int, block: dict[str, Any]) -> Iterator[str]:
    empty: dict[str, Any] = {"text": ""} if block["type"] == "text" else {"input": {}}
    yield _event("content_block_start", index=index, content_block=block | empty)
    if block["type"] == "text":
        for word in block["text"].splitlines(keepends=True):
            yield _event("content_block_delta", index=index, delta={"type": "text_delta", "text": word})
    else:
        part = json.dumps(block["input"], ensure_ascii=False)
        yield _event("content_block_delta", index=index, delta={"type": "input_json_delta", "partial_json": part})
    yield _event("content_block_stop", index=index)


def _event(kind: str, **fields: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind} | fields, ensure_ascii=False)}\n\n"
