"""Serves the scripts, or talks to the server that does.

python -m model_server                  serve, on PORT (8080)
python -m model_server check            end with 0 where it answers
python -m model_server hold NAME        hold a reply back
python -m model_server release NAME     no longer
python -m model_server holds            how many requests wait for each held reply, as JSON
"""

from __future__ import annotations

import logging
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

import uvicorn

from .script import load_scripts
from .server import create_app

_CALLS = {
    "check": ("GET", "/health"),
    "holds": ("GET", "/holds"),
    "hold": ("PUT", "/holds/{}"),
    "release": ("DELETE", "/holds/{}"),
}


def main(argv: list[str]) -> int:
    """Run a command; answers the exit code."""
    port = int(os.environ.get("PORT", "8080"))
    if argv and argv[0] in _CALLS:
        method, path = _CALLS[argv[0]]
        return _call(method, f"http://127.0.0.1:{port}{path.format(*argv[1:])}")
    if argv:
        sys.stderr.write(__doc__ or "")
        return 2
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    scripts = load_scripts(Path(os.environ.get("MODEL_SCRIPTS") or Path(__file__).parent / "scripts"))
    uvicorn.run(create_app(scripts), host=os.environ.get("HOST", "127.0.0.1"), port=port, log_level="warning")
    return 0


def _call(method: str, url: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5) as response:  # noqa: S310 - our own address
            sys.stdout.write(response.read().decode())
            return 0
    except urllib.error.HTTPError as error:
        sys.stderr.write(f"{error.read().decode()}\n")
    except OSError as error:
        sys.stderr.write(f"{url} does not answer: {error}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
