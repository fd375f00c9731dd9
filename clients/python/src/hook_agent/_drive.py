"""Runs calls: in an event loop, or in a thread that waits."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import httpx

from ._calls import Call, Step, Wait
from ._errors import UnreachableError
from ._http import Answer, Request, client_options, encode_json, read_answer
from ._settings import Settings

_JSON = {"content-type": "application/json"}


async def drive(call: Call, settings: Settings) -> Any:
    """Run a call in the running event loop."""
    with contextlib.closing(call):
        step = _begin(call)
        while not isinstance(step, _Returned):
            try:
                result = await _take(step, settings)
            except Exception as error:
                step = _throw(call, error)
            else:
                step = _send(call, result)
        return step.value


def drive_sync(call: Call, settings: Settings) -> Any:
    """Run a call in this thread."""
    with contextlib.closing(call):
        step = _begin(call)
        while not isinstance(step, _Returned):
            try:
                result = _take_sync(step, settings)
            except Exception as error:
                step = _throw(call, error)
            else:
                step = _send(call, result)
        return step.value


class _Returned:
    def __init__(self, value: Any) -> None:
        self.value = value


def _begin(call: Call) -> Step | _Returned:
    return _send(call, None)


def _send(call: Call, value: Any) -> Step | _Returned:
    try:
        return call.send(value)
    except StopIteration as end:
        return _Returned(end.value)


def _throw(call: Call, error: Exception) -> Step | _Returned:
    try:
        return call.throw(error)
    except StopIteration as end:
        return _Returned(end.value)


async def _take(step: Step, settings: Settings) -> Any:
    if isinstance(step, Wait):
        return await asyncio.wait_for(asyncio.wrap_future(step.future), step.seconds)
    try:
        async with httpx.AsyncClient(**client_options(settings)) as client:
            request = client.build_request(step.method, settings.url + step.path, **_body(step))
            response = await asyncio.wait_for(client.send(request), settings.request_timeout_ms / 1000)
            return read_answer(response, response.content)
    except Exception as error:
        raise _unreachable(error, settings) from error


def _take_sync(step: Step, settings: Settings) -> Any:
    if isinstance(step, Wait):
        return step.future.result(step.seconds)
    try:
        return _exchange(step, settings)
    except Exception as error:
        raise _unreachable(error, settings) from error


def _exchange(step: Request, settings: Settings) -> Answer:
    with httpx.Client(**client_options(settings)) as client:
        response = client.request(step.method, settings.url + step.path, **_body(step))
        return read_answer(response, response.content)


def _body(request: Request) -> dict[str, Any]:
    body = encode_json(request.json)
    return {} if body is None else {"content": body, "headers": _JSON}


def _unreachable(error: Exception, settings: Settings) -> UnreachableError:
    reason = f"{type(error).__name__}: {error}".removesuffix(": ")
    return UnreachableError(
        f"{settings.url} gave no answer ({reason}). See that the server runs and the address is right."
    )
