"""Serves the school, or asks it something.

python -m flight_school_service              serve, on PORT (8090)
python -m flight_school_service check        end with 0 where it answers
python -m flight_school_service bookings     all bookings, as JSON
python -m flight_school_service letters      all letters to customers, as JSON
"""

from __future__ import annotations

import os
import sys
import urllib.request

import uvicorn

from .server import create_app
from .store import Store

_PATHS = {"check": "/health", "bookings": "/bookings", "letters": "/letters"}


def main(argv: list[str]) -> int:
    """Run a command; answers the exit code."""
    port = int(os.environ.get("PORT", "8090"))
    if argv and argv[0] in _PATHS:
        return _ask(f"http://127.0.0.1:{port}{_PATHS[argv[0]]}")
    if argv:
        sys.stderr.write(__doc__ or "")
        return 2
    store = Store(os.environ.get("FLIGHT_SCHOOL_DB", ":memory:"))
    app = create_app(store, int(os.environ.get("WEATHER_OUTAGES", "0")))
    uvicorn.run(app, host=os.environ.get("HOST", "127.0.0.1"), port=port, log_level="warning")
    return 0


def _ask(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own address
            sys.stdout.write(f"{response.read().decode()}\n")
            return 0
    except OSError as error:
        sys.stderr.write(f"{url} does not answer: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
