"""The HTTP side: two APIs of models, health, and holds."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from . import anthropic_api, openai_api
from .conversation import Conversation, Json, from_anthropic, from_openai
from .holds import Holds
from .script import Answer, NotInScriptError, answer, reply_names

log = logging.getLogger("model_server")
Render = Callable[[Answer, Json], Response]
RenderError = Callable[[str, str], dict[str, Any]]


def create_app(scripts: list[Json]) -> Starlette:
    """Serve the scripts."""
    holds = Holds()
    known = reply_names(scripts)

    async def reply(
        request: Request, read: Callable[[Json], Conversation], render: Render, error: RenderError
    ) -> Response:
        try:
            body = json.loads(await request.body())
            given = answer(scripts, read(body))
        except NotInScriptError as problem:
            log.warning("%s", problem)
            return JSONResponse(error("invalid_request_error", str(problem)), 400)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            log.warning("A request that cannot be read: %r", problem)
            return JSONResponse(error("invalid_request_error", f"This is no request of the API: {problem!r}"), 400)
        if not await holds.wait(given.name, lambda: _gone(request)):
            log.info("%s was held, and who asked is gone", given.name)
            return Response(status_code=499)
        log.info("%s", given.name)
        return render(given, body)

    async def messages(request: Request) -> Response:
        return await reply(request, from_anthropic, _render_anthropic, anthropic_api.error)

    async def chat_completions(request: Request) -> Response:
        return await reply(request, from_openai, _render_openai, openai_api.error)

    async def list_holds(_request: Request) -> Response:
        return JSONResponse(holds.waiting())

    async def hold(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in known:
            return JSONResponse({"error": f"No script has a reply '{name}'.", "replies": sorted(known)}, 404)
        holds.hold(name)
        return Response(status_code=204)

    async def release(request: Request) -> Response:
        return Response(status_code=204 if holds.release(request.path_params["name"]) else 404)

    return Starlette(
        routes=[
            Route("/v1/messages", messages, methods=["POST"]),
            Route("/v1/messages/count_tokens", _count_tokens, methods=["POST"]),
            Route("/v1/chat/completions", chat_completions, methods=["POST"]),
            Route("/health", _health),
            Route("/holds", list_holds),
            Route("/holds/{name:path}", hold, methods=["PUT"]),
            Route("/holds/{name:path}", release, methods=["DELETE"]),
        ]
    )


async def _gone(request: Request) -> None:
    """Resolve once who asked has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _render_anthropic(given: Answer, body: Json) -> Response:
    if body.get("stream"):
        return StreamingResponse(anthropic_api.stream(given), media_type="text/event-stream")
    return JSONResponse(anthropic_api.message(given))


def _render_openai(given: Answer, body: Json) -> Response:
    if body.get("stream"):
        with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        return StreamingResponse(openai_api.stream(given, with_usage), media_type="text/event-stream")
    return JSONResponse(openai_api.completion(given))


async def _count_tokens(request: Request) -> Response:
    return JSONResponse({"input_tokens": len(await request.body()) // 4})


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})
