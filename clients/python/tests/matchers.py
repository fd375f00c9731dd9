"""What the cases of clients/contract expect of a value."""

from __future__ import annotations

import re
from typing import Any

_MISSING = object()
_KINDS: dict[str, Any] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "value": lambda value: value is not None,
}


class Matcher:
    """Remembers the names that texts were given with `$as`."""

    def __init__(self) -> None:
        self._named: dict[str, str] = {}

    def check(self, expected: Any, value: Any, path: str = "") -> None:
        """Raises AssertionError that says where they differ."""
        if isinstance(expected, dict) and any(key.startswith("$") for key in expected):
            self._check_special(expected, value, path)
        elif isinstance(expected, dict):
            assert isinstance(value, dict), f"{path} is {value!r} and not an object"
            present = {key for key, each in expected.items() if each != {"$absent": True}}
            assert present == set(value), f"{path} has {sorted(value)} and not {sorted(present)}: {value!r}"
            for key in present:
                self.check(expected[key], value[key], f"{path}.{key}")
        elif isinstance(expected, list):
            assert isinstance(value, list), f"{path} is {value!r} and not an array"
            assert len(value) == len(expected), f"{path} has {len(value)} items and not {len(expected)}: {value!r}"
            for index, each in enumerate(expected):
                self.check(each, value[index], f"{path}[{index}]")
        else:
            same_kind = isinstance(expected, bool) == isinstance(value, bool)
            assert same_kind and expected == value, f"{path} is {value!r} and not {expected!r}"

    def _check_special(self, expected: dict[str, Any], value: Any, path: str) -> None:
        ((kind, argument),) = expected.items()
        match kind:
            case "$any":
                assert _KINDS[argument](value), f"{path} is {value!r} and no {argument}"
            case "$match":
                assert isinstance(value, str) and re.search(argument, value), f"{path}: {value!r} lacks {argument}"
            case "$as":
                self._check_name(argument, value, path)
            case "$partial":
                assert isinstance(value, dict), f"{path} is {value!r} and not an object"
                for key, each in argument.items():
                    if each == {"$absent": True}:
                        assert key not in value, f"{path}.{key} is there"
                    else:
                        self.check(each, value.get(key, _MISSING), f"{path}.{key}")
            case "$length":
                assert len(value) == argument, f"{path} is {len(value)} long and not {argument}"
            case "$absent":
                assert value is None, f"{path} is {value!r} and not nothing"
            case _:
                raise AssertionError(f"{path}: {kind} is no matcher")

    def _check_name(self, name: str, value: Any, path: str) -> None:
        assert isinstance(value, str), f"{path} is {value!r} and no text"
        known = self._named.setdefault(name, value)
        assert known == value, f"{path} is {value!r} and not {known!r}, as {name} was"
        same = [other for other, text in self._named.items() if text == value]
        assert same == [name], f"{path} is the same for {same}"
