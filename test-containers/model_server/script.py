"""Scripts: what the model answers, by what a conversation has reached.

A script is a JSON file for one application. It has `roles`; a conversation belongs to the first whose conditions hold
(`system`: a part of the system prompt, `tools`: a tool that is offered, or "none"). A role has `replies`, in the order
of the story; the answer is the last one whose conditions hold, so it depends on the conversation and on nothing else:

    said     a part of what the person said
    after    tool calls that have their result: "Bash", or "Bash: npm test" where its input has that in it
    result   a part of the newest result

A reply has `say` (text), `call` (tool calls), or both, and `usage` unless the script's holds. `{name}` in it is what
the script's `captures` (regular expressions with one group) find last in the conversation.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .conversation import Call, Conversation, Json

_PLACE = re.compile(r"\{([a-z_]+)\}")


class NotInScriptError(Exception):
    """No script says what to answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says."""

    name: str
    """Which reply it is: application/role/reply."""
    model: str
    text: str
    calls: tuple[Call, ...]
    input_tokens: int
    output_tokens: int


def load_scripts(folder: Path) -> list[Json]:
    """Read all scripts of a folder."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]


def answer(scripts: list[Json], conversation: Conversation) -> Answer:
    """Answer a conversation. Raises NotInScriptError."""
    for script in scripts:
        for role_name, role in script["roles"].items():
            if not _is_of_role(role, conversation):
                continue
            name = f"{script['application']}/{role_name}"
            reached = [reply for reply in role["replies"] if _has_reached(reply, conversation)]
            if not reached:
                raise NotInScriptError(f"The script {name} has no reply to: {_summary(conversation)}")
            return _answer(name, script, reached[-1], conversation)
    raise NotInScriptError(f"No script has a role for: {_summary(conversation)}")


def reply_names(scripts: list[Json]) -> set[str]:
    """The names of all replies."""
    return {
        f"{script['application']}/{role_name}/{reply['name']}"
        for script in scripts
        for role_name, role in script["roles"].items()
        for reply in role["replies"]
    }


def _is_of_role(role: Json, conversation: Conversation) -> bool:
    tool = role.get("tools")
    offered = tool is None or (not conversation.tools if tool == "none" else tool in conversation.tools)
    return offered and role.get("system", "") in conversation.system


def _has_reached(reply: Json, conversation: Conversation) -> bool:
    answered = [call for call in conversation.calls if call.result is not None]
    newest = answered[-1].result or "" if answered else ""
    return (
        any(reply.get("said", "") in each for each in conversation.said)
        and all(any(_is_call(wanted, call) for call in answered) for wanted in reply.get("after", ()))
        and reply.get("result", "") in newest
    )


def _is_call(wanted: str, call: Call) -> bool:
    tool, _, part = wanted.partition(": ")
    return call.tool == tool and part in json.dumps(call.input, ensure_ascii=False)


def _answer(role: str, script: Json, reply: Json, conversation: Conversation) -> Answer:
    usage = script["usage"] | reply.get("usage", {})
    captured = _captured(script.get("captures", {}), conversation.text)
    calls = [(call["tool"], _filled(call["input"], captured)) for call in reply.get("call", ())]
    unknown = {tool for tool, _ in calls} - conversation.tools
    if unknown:
        offered = sorted(conversation.tools)
        raise NotInScriptError(f"The script {role} calls {sorted(unknown)}, and what the request offers is {offered}.")
    return Answer(
        name=f"{role}/{reply['name']}",
        model=conversation.model,
        text=_filled(reply.get("say", ""), captured),
        calls=tuple(Call(f"toolu_{uuid.uuid4().hex[:24]}", tool, given) for tool, given in calls),
        input_tokens=usage["input"],
        output_tokens=usage["output"],
    )


def _captured(patterns: Mapping[str, str], text: str) -> dict[str, str]:
    found = {name: re.findall(pattern, text) for name, pattern in patterns.items()}
    return {name: matches[-1] for name, matches in found.items() if matches}


def _filled(value: Any, captured: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _PLACE.sub(lambda found: _capture(captured, found[1]), value)
    if isinstance(value, dict):
        return {key: _filled(item, captured) for key, item in value.items()}
    return [_filled(item, captured) for item in value] if isinstance(value, list) else value


def _capture(captured: Mapping[str, str], name: str) -> str:
    if name not in captured:
        raise NotInScriptError(f"The conversation does not tell what '{name}' is.")
    return captured[name]


def _summary(conversation: Conversation) -> str:
    told = {
        "system": conversation.system[:300],
        "said": [text[:200] for text in conversation.said],
        "calls": [
            f"{call.tool} {json.dumps(call.input)[:100]} -> {(call.result or '?')[:200]}" for call in conversation.calls
        ],
        "tools": sorted(conversation.tools),
    }
    return json.dumps(told, ensure_ascii=False)
