"""What the specialists can do: tools over the school's own service."""

from __future__ import annotations

from typing import Any

import httpx
from langchain_core.tools import BaseTool, tool

TEMPORARY = (httpx.TransportError, httpx.HTTPStatusError)
"""What is worth trying again: the service is away, or fails."""


class School:
    """The service, as one client of it. `client_id` makes what is written twice count once."""

    def __init__(self, url: str, client_id: str) -> None:
        self._client_id = client_id
        self._http = httpx.AsyncClient(base_url=url, headers={"X-Client-Id": client_id}, timeout=10)

    async def get(self, path: str, **query: str) -> Any:
        """Read something; what the school refuses is told as such. Raises httpx.HTTPError where it fails."""
        return _told(await self._http.get(path, params=query))

    async def post(self, path: str, name: str, body: dict[str, Any]) -> Any:
        """Write something once, by its name."""
        headers = {"Idempotency-Key": f"{self._client_id}:{name}"}
        return _told(await self._http.post(path, json=body, headers=headers))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()


def _told(response: httpx.Response) -> Any:
    if response.is_server_error:
        response.raise_for_status()
    return response.json()


def booking_tools(school: School) -> list[BaseTool]:
    """Make the tools of who books."""

    @tool
    async def free_slots(day: str) -> Any:
        """List the free tandem slots of a day (YYYY-MM-DD) with the seats that are left."""
        return await school.get("/slots", day=day)

    @tool
    async def book(slot: str, guests: int, name: str) -> Any:
        """Book seats in a slot under a customer's name."""
        return await school.post("/bookings", f"{slot}:{name}", {"slot": slot, "guests": guests, "name": name})

    return [free_slots, book]


def weather_tools(school: School) -> list[BaseTool]:
    """Make the tools of who watches the weather."""

    @tool
    async def forecast(day: str) -> Any:
        """Tell wind, gusts (knots) and sky at the launch on a day (YYYY-MM-DD), and whether it is flyable."""
        return await school.get("/forecast", day=day)

    return [forecast]


def care_tools(school: School) -> list[BaseTool]:
    """Make the tools of who cares for customers."""

    @tool
    async def find_voucher(code: str) -> Any:
        """Look a gift voucher up: for how many guests, and until when."""
        return await school.get(f"/vouchers/{code}")

    return [find_voucher]
