"""What the school keeps, in SQLite."""

from __future__ import annotations

import sqlite3
from typing import Any

Record = dict[str, Any]

SLOTS = ("2026-11-28T09:00", "2026-11-28T11:00", "2026-11-29T10:00")
SEATS = 24

_TABLES = """
CREATE TABLE IF NOT EXISTS bookings (number INTEGER PRIMARY KEY, key TEXT UNIQUE, slot TEXT, guests INTEGER, name TEXT);
CREATE TABLE IF NOT EXISTS vouchers (code TEXT PRIMARY KEY, guests INTEGER, valid_until TEXT);
CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY, key TEXT UNIQUE, recipient TEXT, text TEXT);
INSERT OR IGNORE INTO vouchers VALUES ('WIND-2025', 2, '2026-12-31');
"""


class SlotFullError(Exception):
    """There are not enough seats left."""


class Store:
    """Bookings, vouchers and letters. A key writes a thing once, however often it is asked for."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_TABLES)

    def free_slots(self, day: str) -> list[Record]:
        """List the slots of a day that have seats left."""
        left = {slot: SEATS - self._taken(slot) for slot in SLOTS if slot.startswith(day)}
        return [{"slot": slot, "seats": seats} for slot, seats in left.items() if seats > 0]

    def book(self, key: str, slot: str, guests: int, name: str) -> Record:
        """Book seats. Raises SlotFullError."""
        if self._find("bookings", key) is None:
            if slot not in SLOTS or self._taken(slot) + guests > SEATS:
                raise SlotFullError(f"There are no {guests} seats left in {slot}.")
            values = (key, slot, guests, name)
            self._db.execute("INSERT INTO bookings (key, slot, guests, name) VALUES (?, ?, ?, ?)", values)
        return self._find("bookings", key) or {}

    def voucher(self, code: str) -> Record | None:
        """Find a voucher."""
        row = self._db.execute("SELECT * FROM vouchers WHERE code = ?", (code,)).fetchone()
        return None if row is None else dict(row)

    def write(self, key: str, recipient: str, text: str) -> Record:
        """Put a letter into the outbox."""
        values = (key, recipient, text)
        self._db.execute("INSERT OR IGNORE INTO outbox (key, recipient, text) VALUES (?, ?, ?)", values)
        return self._find("outbox", key) or {}

    def all(self, table: str) -> list[Record]:
        """List bookings or letters."""
        return [dict(row) for row in self._db.execute(f"SELECT * FROM {table} ORDER BY number")]  # noqa: S608 - ours

    def _taken(self, slot: str) -> int:
        row = self._db.execute("SELECT coalesce(sum(guests), 0) FROM bookings WHERE slot = ?", (slot,)).fetchone()
        return int(row[0])

    def _find(self, table: str, key: str) -> Record | None:
        row = self._db.execute(f"SELECT * FROM {table} WHERE key = ?", (key,)).fetchone()  # noqa: S608 - ours
        return None if row is None else dict(row)
