"""The HTTP side."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .store import SlotFullError, Store

_FORECASTS = {
    "2026-11-28": {"wind_knots": 8, "gusts_knots": 12, "direction": "SW", "sky": "sunny", "flyable": True},
    "2026-11-29": {"wind_knots": 22, "gusts_knots": 35, "direction": "NW", "sky": "front", "flyable": False},
}


def create_app(store: Store, outages: int) -> Starlette:
    """Serve the school. The first `outages` forecasts that each client (X-Client-Id) asks for fail with a 503."""
    failed: dict[str, int] = {}

    async def forecast(request: Request) -> Response:
        client = request.headers.get("x-client-id", "")
        if failed.get(client, 0) < outages:
            failed[client] = failed.get(client, 0) + 1
            return JSONResponse({"error": "The weather station does not answer. Try again."}, 503)
        day = request.query_params.get("day", "")
        found = _FORECASTS.get(day)
        return JSONResponse({"day": day, **found}) if found else _error(404, f"There is no forecast for '{day}'.")

    async def slots(request: Request) -> Response:
        return JSONResponse(store.free_slots(request.query_params.get("day", "")))

    async def bookings(request: Request) -> Response:
        if request.method == "GET":
            return JSONResponse(store.all("bookings"))
        wanted = await request.json()
        try:
            booked = store.book(_key(request), wanted["slot"], int(wanted["guests"]), wanted["name"])
        except SlotFullError as error:
            return _error(409, str(error))
        return JSONResponse(booked, 201)

    async def voucher(request: Request) -> Response:
        found = store.voucher(request.path_params["code"])
        return JSONResponse(found) if found else _error(404, "There is no such voucher.")

    async def letters(request: Request) -> Response:
        if request.method == "GET":
            return JSONResponse(store.all("outbox"))
        letter = await request.json()
        return JSONResponse(store.write(_key(request), letter["recipient"], letter["text"]), 201)

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/forecast", forecast),
            Route("/slots", slots),
            Route("/bookings", bookings, methods=["GET", "POST"]),
            Route("/vouchers/{code}", voucher),
            Route("/letters", letters, methods=["GET", "POST"]),
            Route("/health", health),
        ]
    )


def _key(request: Request) -> str:
    return request.headers["idempotency-key"]


def _error(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status)
