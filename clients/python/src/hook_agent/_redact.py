"""Takes secrets out of what is told, by the rules of clients/contract/redaction-rules.json."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

from ._events import dumps
from ._settings import RedactionOptions
from ._values import Json

_PLACEHOLDER = re.compile(r"\[redacted:[A-Za-z0-9_-]{1,64}\]")
_SEPARATORS = re.compile(r"[_\-. ]")
_CAPITALS = re.compile("[A-Z]")


@dataclass(frozen=True)
class _Rule:
    """A pattern that is compiled when a text first has one of its hints."""

    name: str
    source: str
    flags: int
    hints: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.source, self.flags)

    def may_match(self, text: str) -> bool:
        return not self.hints or any(hint in text for hint in self.hints)

    def apply(self, text: str) -> str:
        mark = f"[redacted:{self.name}]"
        return self.pattern.sub(rf"\g<1>{mark}" if self.pattern.groups else mark, text)


class Redactor:
    """Puts `[redacted:<rule>]` in the place of secrets; shape, numbers, booleans and keys stay."""

    def __init__(self, options: RedactionOptions | None = None) -> None:
        given = options or {}
        added = [_rule(rule["name"], rule["pattern"]) for rule in given.get("values", ())]
        self._rules = (*_built_in_rules(), *added)
        self._hints = [(hint, index) for index, rule in enumerate(self._rules) for hint in rule.hints]
        self._unhinted = {index for index, rule in enumerate(self._rules) if not rule.hints}
        self._rule_of_key = _key_matcher(given.get("keys", ()))

    def redact_record(self, record: dict[str, Any]) -> dict[str, Any]:
        """Make the record without its secrets; its keys stay."""
        redacted = self.redact(record)
        return redacted if isinstance(redacted, dict) else {}

    def redact(self, value: Json) -> Json:
        """Make the value without its secrets; what holds none is given back as it is."""
        by_key = _map(value, lambda text: text, self._rule_of_key)
        # One look at all of it spares a look at each text: no hint has a character that JSON escapes.
        text = by_key if isinstance(by_key, str) else dumps(by_key)
        found = self._unhinted.union([index for hint, index in self._hints if hint in text])
        rules = [self._rules[index] for index in sorted(found)]
        return _map(by_key, lambda each: _apply(rules, each), None) if rules else by_key


def _map(value: Json, change: Callable[[str], str], rule_of_key: Callable[[str], str | None] | None) -> Json:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_map(item, change, rule_of_key) for item in value]
    if isinstance(value, dict):
        return {key: _map_field(key, item, change, rule_of_key) for key, item in value.items()}
    return value


def _map_field(
    key: str, value: Json, change: Callable[[str], str], rule_of_key: Callable[[str], str | None] | None
) -> Json:
    if not isinstance(value, (str, list, dict)):
        return value
    rule = rule_of_key(key) if rule_of_key is not None else None
    return _map(value, change, rule_of_key) if rule is None else _redact_all(value, f"[redacted:{rule}]")


def _redact_all(value: Json, mark: str) -> Json:
    return _map(value, lambda text: text if text == "" or _PLACEHOLDER.fullmatch(text) else mark, None)


def _apply(rules: Sequence[_Rule], text: str) -> str:
    for rule in rules:
        if rule.may_match(text):
            text = rule.apply(text)
    return text


@cache
def _table() -> dict[str, Any]:
    table = json.loads(files(__package__).joinpath("redaction-rules.json").read_text(encoding="utf-8"))
    assert isinstance(table, dict)  # noqa: S101 - the package's own file
    return table


@cache
def _built_in_rules() -> tuple[_Rule, ...]:
    return tuple(
        _rule(rule["name"], rule["pattern"], rule.get("ignoreCase", False), tuple(rule.get("hints", ())))
        for rule in _table()["values"]
    )


def _rule(name: str, pattern: str, ignore_case: bool = False, hints: tuple[str, ...] = ()) -> _Rule:
    return _Rule(name, pattern, re.ASCII | (re.IGNORECASE if ignore_case else 0), hints)


def _key_matcher(further: Sequence[str]) -> Callable[[str], str | None]:
    keys = _table()["keys"]
    mine = [name for name in map(_plain_name, further) if name]

    @lru_cache(maxsize=4096)
    def rule_of(key: str) -> str | None:
        name = _plain_name(key)
        if name in keys["exact"]:
            return name
        endings = [] if name.endswith(tuple(keys["except"])) else keys["endings"]
        return next((ending for ending in (*endings, *mine) if name.endswith(ending)), None)

    return rule_of


def _plain_name(key: str) -> str:
    # Capitals of ASCII alone, so that every language has the same names.
    return _CAPITALS.sub(lambda match: match[0].lower(), _SEPARATORS.sub("", key))
