"""Any value as JSON can hold it. Never raises, never changes what it is given, never consumes an iterator."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import json
import math
import pathlib
import uuid
from collections.abc import Callable, Mapping, Set
from typing import Any

Json = None | bool | int | float | str | list[Any] | dict[str, Any]

MAX_DEPTH = 32
MAX_SAFE_INTEGER = 2**53
_AS_TEXT = (str, uuid.UUID, pathlib.PurePath, decimal.Decimal, datetime.timedelta)
_PLAIN: frozenset[type] = frozenset({str, bool, type(None)})


def to_json(value: Any, renamed: frozenset[str] = frozenset()) -> Json:
    """Make `value` what JSON can hold; keys in `renamed`, which no server stores, get a `_` in front."""
    return _Converter(renamed).convert(value, 1)


class _Converter:
    def __init__(self, renamed: frozenset[str]) -> None:
        self._renamed = renamed
        self._parents: set[int] = set()

    def convert(self, value: Any, depth: int) -> Json:
        kind = type(value)
        if kind in _PLAIN:
            return value  # type: ignore[no-any-return]
        try:
            if isinstance(value, enum.Enum):
                return self.convert(value.value, depth)
            return _number(value) if isinstance(value, (int, float)) else self._compound(value, depth)
        except Exception:
            return f"[{kind.__name__}]"

    def _compound(self, value: Any, depth: int) -> Json:
        make = self._maker(value)
        if make is None:
            return _scalar(value)
        if id(value) in self._parents:
            return "[circular]"
        if depth > MAX_DEPTH:
            return "[too deep]"
        self._parents.add(id(value))
        try:
            return make(value, depth)
        finally:
            self._parents.discard(id(value))

    def _maker(self, value: Any) -> Callable[[Any, int], Json] | None:
        """How to take `value` apart; None where it is one piece."""
        if isinstance(value, Mapping):
            return self._mapping
        if isinstance(value, (list, tuple, Set)):
            return self._items
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._dataclass
        if callable(getattr(type(value), "model_dump", None)):
            return self._model
        return None

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> Json:
        result: dict[str, Any] = {}
        # A copy of the items: another thread may change the mapping meanwhile.
        for key, item in list(value.items()):
            name = self._key(key)
            result[name] = self.convert(item, depth + 1)
        return result

    def _key(self, key: Any) -> str:
        converted = key if type(key) is str else self.convert(key, 1)
        name = converted if isinstance(converted, str) else json.dumps(converted, ensure_ascii=False)
        return f"_{name}" if name in self._renamed else name

    def _items(self, value: Any, depth: int) -> Json:
        return [self.convert(item, depth + 1) for item in list(value)]

    def _dataclass(self, value: Any, depth: int) -> Json:
        fields = dataclasses.fields(value)
        return {field.name: self.convert(getattr(value, field.name, None), depth + 1) for field in fields}

    def _model(self, value: Any, depth: int) -> Json:
        return self.convert(value.model_dump(), depth)


def _number(value: float) -> float | str | None:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    value = int(value)
    if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
        return value
    try:
        return str(value)
    except ValueError:  # more digits than the interpreter is willing to write
        return hex(value)


def _scalar(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return rfc3339(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    if isinstance(value, _AS_TEXT):
        return str.__str__(value) if isinstance(value, str) else str(value)
    return f"[{type(value).__name__}]"


def rfc3339(moment: datetime.datetime) -> str:
    """The moment in UTC, to the millisecond or as exactly as it is known; a naive one is local time."""
    exact = moment.astimezone(datetime.UTC)
    text = exact.isoformat(timespec="milliseconds" if exact.microsecond % 1000 == 0 else "microseconds")
    return text.replace("+00:00", "Z")
