"""The mailbox of the school: letters in its maildir, answers by SMTP."""

from __future__ import annotations

import asyncio
import email
import email.policy
import hashlib
import mailbox
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime, parseaddr, parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

OFFICE = "office@flyachensee.example"
SENT = "sent@flyachensee.example"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that came."""

    id: str
    """A short name of its Message-ID, fit for a goal's id."""
    message_id: str
    sender: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Where letters are fetched and answers posted."""

    mail_folder: Path
    smtp_url: str

    async def wait_for_letters(self, count: int) -> list[Letter]:
        """Wait until so many letters are in the office's box; the oldest first."""
        while len(letters := await asyncio.to_thread(self._read, OFFICE)) < count:  # noqa: ASYNC110 - a maildir tells nobody
            await asyncio.sleep(0.2)
        return [_letter(each) for each in sorted(letters, key=_age)[:count]]

    async def send_once(self, letter: Letter, text: str) -> bool:
        """Send the answer to a letter, unless it is sent; answers whether it was sent now.

        Every answer goes to a box of sent ones as well, in the same delivery: it knows of an answer even where the
        process was killed before it could write down that it had sent it.
        """
        answer = _answer(letter, text)
        if await asyncio.to_thread(self._is_sent, answer["Message-ID"]):
            return False
        await asyncio.to_thread(self._send, answer, [letter.sender, SENT])
        return True

    def _read(self, address: str) -> list[EmailMessage]:
        if not (self.mail_folder / address / "new").is_dir():
            return []
        box = mailbox.Maildir(self.mail_folder / address, create=False)
        parsed = [email.message_from_bytes(box.get_bytes(key), policy=email.policy.default) for key in box.iterkeys()]
        return [each for each in parsed if isinstance(each, EmailMessage)]

    def _is_sent(self, message_id: str) -> bool:
        return any(each["Message-ID"] == message_id for each in self._read(SENT))

    def _send(self, answer: EmailMessage, recipients: list[str]) -> None:
        place = urlsplit(self.smtp_url)
        with smtplib.SMTP(place.hostname or "localhost", place.port or 25, timeout=10) as smtp:
            smtp.send_message(answer, to_addrs=recipients)


def _letter(message: EmailMessage) -> Letter:
    body = message.get_body(("plain",))
    return Letter(
        id=hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:12],
        message_id=str(message["Message-ID"]),
        sender=parseaddr(str(message["From"]))[1],
        subject=str(message["Subject"] or ""),
        text="\n".join(str(body.get_content()).splitlines()) if body is not None else "",
    )


def _answer(letter: Letter, text: str) -> EmailMessage:
    answer = EmailMessage()
    answer["From"], answer["To"] = OFFICE, letter.sender
    answer["Date"] = localtime()
    answer["Subject"] = f"Re: {letter.subject}"
    answer["In-Reply-To"] = answer["References"] = letter.message_id
    answer["Message-ID"] = f"<answer.{letter.id}@flyachensee.example>"
    answer.set_content(text)
    return answer


def _age(message: EmailMessage) -> tuple[float, str]:
    return parsedate_to_datetime(str(message["Date"])).timestamp(), str(message["Message-ID"])
