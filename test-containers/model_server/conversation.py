"""What both APIs ask, in one form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that the model made; `result` is None until it is answered."""

    id: str
    tool: str
    input: Json
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One request for an answer of the model."""

    model: str
    stream: bool
    system: str
    said: tuple[str, ...]
    """What the person said, or the program in a person's place; the first is the first."""
    calls: tuple[Call, ...]
    tools: frozenset[str]
    """The names of the tools that the model may call."""

    @property
    def text(self) -> str:
        """Everything that the model was told, in one text."""
        results = [call.result for call in self.calls if call.result is not None]
        return "\n".join([self.system, *self.said, *results])


def from_anthropic(body: Json) -> Conversation:
    """Read the body of `POST /v1/messages`. Raises KeyError, TypeError where it is none."""
    blocks = [(message["role"], block) for message in body["messages"] for block in _blocks(message["content"])]
    results = {block["tool_use_id"]: _text(block.get("content")) for _, block in blocks if _is(block, "tool_result")}
    return Conversation(
        model=body["model"],
        stream=bool(body.get("stream")),
        # Instructions can also come between the messages.
        system="\n".join([_text(body.get("system")), *(block["text"] for role, block in blocks if role == "system")]),
        said=tuple(block["text"] for role, block in blocks if role == "user" and _is(block, "text")),
        calls=tuple(
            Call(block["id"], block["name"], block["input"], results.get(block["id"]))
            for _, block in blocks
            if _is(block, "tool_use")
        ),
        tools=frozenset(tool["name"] for tool in body.get("tools") or ()),
    )


def from_openai(body: Json) -> Conversation:
    """Read the body of `POST /v1/chat/completions`. Raises KeyError, TypeError, ValueError where it is none."""
    messages = body["messages"]
    results = {each["tool_call_id"]: _text(each.get("content")) for each in _by(messages, "tool")}
    calls = (call for message in _by(messages, "assistant") for call in message.get("tool_calls") or ())
    return Conversation(
        model=body["model"],
        stream=bool(body.get("stream")),
        system="\n".join(_text(message["content"]) for message in _by(messages, "system", "developer")),
        said=tuple(_text(message["content"]) for message in _by(messages, "user")),
        calls=tuple(
            Call(
                call["id"], call["function"]["name"], json.loads(call["function"]["arguments"]), results.get(call["id"])
            )
            for call in calls
        ),
        tools=frozenset(tool["function"]["name"] for tool in body.get("tools") or ()),
    )


def _by(messages: Iterable[Json], *roles: str) -> list[Json]:
    return [message for message in messages if message["role"] in roles]


def _blocks(content: Any) -> Iterable[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _is(block: Json, kind: str) -> bool:
    return bool(block["type"] == kind)


def _text(content: Any) -> str:
    """The text of a content that is a text, blocks, or nothing."""
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(block["text"] for block in content if block.get("type") == "text")
