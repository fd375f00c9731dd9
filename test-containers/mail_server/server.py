"""SMTP in, maildirs out."""

from __future__ import annotations

import logging
import mailbox
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

log = logging.getLogger("mail_server")


class Deliver:
    """A handler of aiosmtpd: a letter that it says 250 to is on disk, for every recipient."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take recipients whose name can be a folder's."""
        if not is_address(address):
            return "550 5.1.3 There is no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Put the letter into the maildirs."""
        content = envelope.content or b""
        letter = content if isinstance(content, bytes) else content.encode()
        for address in dict.fromkeys(each.lower() for each in envelope.rcpt_tos):
            maildir(self._folder, address).add(letter)
            log.info("%s -> %s", envelope.mail_from, address)
        return "250 2.0.0 Delivered"


def is_address(address: str) -> bool:
    """Whether an address has a maildir."""
    local, _, domain = address.partition("@")
    return bool(local and domain) and not local.startswith(".") and not set(address) & {"/", "\\", "\0"}


def maildir(folder: Path, address: str) -> mailbox.Maildir:
    """Open the maildir of an address; it is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    return mailbox.Maildir(folder / address.lower(), create=True)
