"""Runs the mail server, or works with it.

python -m mail_server                    serve SMTP on PORT (8025), maildirs in MAIL_FOLDER (./mail)
python -m mail_server check              end with 0 where it answers
python -m mail_server deliver [FILE…]    send letters (*.eml; without one, the letters that come with it) to SMTP_URL
python -m mail_server list ADDRESS       the letters of an address, as JSON
"""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import json
import logging
import os
import signal
import smtplib
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.controller import UnthreadedController

from .server import Deliver

LETTERS = Path(__file__).parent / "letters"


async def serve() -> int:
    """Serve until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8025"))
    controller = UnthreadedController(Deliver(mail_folder()), hostname=host, port=port, loop=loop)
    server = await loop.create_server(controller.factory, host, port)
    async with server:
        await stopped.wait()
    return 0


def check() -> int:
    """Say hello to the server."""
    with smtp() as client:
        return 0 if client.noop()[0] == 250 else 1


def deliver(files: list[str]) -> int:
    """Send letters."""
    paths = [Path(each) for each in files] or sorted(LETTERS.glob("*.eml"))
    with smtp() as client:
        for path in paths:
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)
            client.send_message(letter)
    return 0


def list_letters(address: str) -> int:
    """Print the letters of an address, in the order in which they came."""
    box = mail_folder() / address
    files = sorted(box.glob("new/*"), key=lambda path: path.stat().st_mtime_ns)
    sys.stdout.write(f"{json.dumps([_summary(path.read_bytes()) for path in files], ensure_ascii=False)}\n")
    return 0


def _summary(content: bytes) -> dict[str, Any]:
    letter = email.message_from_bytes(content, policy=email.policy.default)
    names = ("Message-ID", "In-Reply-To", "From", "To", "Subject", "Date")
    body = letter.get_body(("plain",))
    return {name: letter[name] for name in names} | {"text": body.get_content() if body is not None else ""}


def smtp() -> smtplib.SMTP:
    """Connect to the server at SMTP_URL."""
    place = urlsplit(os.environ.get("SMTP_URL", f"smtp://localhost:{os.environ.get('PORT', '8025')}"))
    return smtplib.SMTP(place.hostname or "localhost", place.port or 25, timeout=10)


def mail_folder() -> Path:
    """Where the maildirs are."""
    return Path(os.environ.get("MAIL_FOLDER", "mail"))


def main(argv: list[str]) -> int:
    """Run a command; answers the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    with contextlib.suppress(KeyboardInterrupt):
        match argv:
            case []:
                return asyncio.run(serve())
            case ["check"]:
                return check()
            case ["deliver", *files]:
                return deliver(files)
            case ["list", address]:
                return list_letters(address)
    sys.stderr.write(__doc__ or "")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
