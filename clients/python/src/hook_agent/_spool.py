"""The queue's mirror on disk. Every trouble with it is told once, and never reaches the caller."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from ._entries import Entry, Gap
from ._owner import current_owner
from ._spool_file import SpoolFile
from ._spool_folder import SpoolFolder

AGAIN_AFTER_SECONDS = 10
CHECK_AFTER_SECONDS = 30
TOUCH_AFTER_SECONDS = 15
TRIES = 20


class Spool:
    """The files of this agent, oldest first; the last one is written to. Its caller holds a lock."""

    def __init__(self, folder: SpoolFolder, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._tell = tell
        self._files: deque[SpoolFile] = deque()
        self._taken: deque[SpoolFile] = deque()
        self._has_taken = False
        self._failed_at = float("-inf")
        self._failed = False
        self._checked = self._touched = time.monotonic()

    @property
    def exists(self) -> bool:
        """Whether there is anything of this session on the disk."""
        try:
            return bool(self._files) or self._folder.exists()
        except OSError:
            return False

    def add(self, entry: Entry, unsent: Callable[[], Iterable[Entry]]) -> None:
        """Mirror an entry that was put into the queue; after a failure all of `unsent`, at times."""
        if self._failed and time.monotonic() - self._failed_at < AGAIN_AFTER_SECONDS:
            return
        try:
            if self._failed:
                self._write([each for each in unsent() if each.file is None])
            else:
                self._write([entry])
            self._failed = False
        except OSError as error:
            self._fail(error)

    def settle(self, first: Entry | None) -> None:
        """Take all before `first`, the first unsent entry, as done with."""
        self._delete_done(first)
        if not self._files:
            return
        file = self._files[0]
        self._ack(file, first.number - 1 if first is not None and first.file is file else file.events)

    def drop(self, first: Entry | None, gap: Gap | None) -> None:
        """Take all before `first` as done with, without a line for each: `gap` tells of those that were not sent."""
        if self._is_done(self._files[0], first) if self._files else False:
            self.note_gap(gap)
            self._delete_done(first)

    def note_gap(self, gap: Gap | None) -> None:
        """Keep in the newest file what was dropped and not told of."""
        if self._files and (gap is not None or self._files[-1].gap is not None):
            with self._trouble():
                self._files[-1].note_gap(gap)

    def keep(self, unsent: Callable[[], Iterable[Entry]]) -> None:
        """See to it that the files stay ours: touch them, and begin again where one has lost its name."""
        now = time.monotonic()
        if not self._files:
            return
        if now - self._touched > TOUCH_AFTER_SECONDS:
            self._touched = now
            with self._trouble():
                for file in self._files:
                    file.touch()
        if now - self._checked > CHECK_AFTER_SECONDS:
            self._checked = now
            if not all(file.in_place() for file in self._files):
                self._begin_again(list(unsent()))

    def take_over(self) -> Iterator[SpoolFile]:
        """Take the files that dead processes of this session left."""
        while self._taken:
            yield self._taken.popleft()
        if self.exists:
            yield from self._folder.take_over()

    def let_go(self, files: Iterable[SpoolFile] = ()) -> None:
        """Delete what is done with and leave the rest to anyone; `files` are those taken over."""
        for file in [*files, *self._taken, *self._files]:
            with contextlib.suppress(OSError):
                if file.done and file.gap is None:
                    file.delete()
                else:
                    self._folder.let_go(file)
        self._taken.clear()
        self._files.clear()
        self._folder.remove_if_empty()

    def abandon(self) -> None:
        """Close the files without touching them: in a forked process they are the parent's."""
        for file in (*self._taken, *self._files):
            with contextlib.suppress(OSError):
                file.close()
        self._taken.clear()
        self._files.clear()

    def _is_done(self, file: SpoolFile, first: Entry | None) -> bool:
        """Whether `file` can go: files hold a beginning of the queue, where its head is in none, nothing is."""
        is_written = file is self._files[-1] and not file.full
        return not is_written and (first is None or first.file is not file)

    def _delete_done(self, first: Entry | None) -> None:
        while self._files and self._is_done(self._files[0], first):
            self._delete(self._files.popleft())

    def _write(self, entries: list[Entry]) -> None:
        file = self._files[-1] if self._files else None
        if file is None or file.full or self._failed:
            file = self._create()
        number = file.append(b"".join(entry.event.line for entry in entries), len(entries))
        for offset, entry in enumerate(entries):
            entry.file, entry.number = file, number + offset

    def _create(self) -> SpoolFile:
        for tries in range(1, TRIES + 1):
            try:
                self._folder.make()
                self._take_first()
                self._files.append(self._folder.create(current_owner()))
                return self._files[-1]
            except FileNotFoundError:
                # Others remove the session's folder when they leave it empty.
                if tries == TRIES:
                    raise
        raise AssertionError("the last try answers or raises")

    def _take_first(self) -> None:
        """Take over before the first file of its own: whoever sends all of it later goes by the files' numbers."""
        if not self._has_taken:
            self._has_taken = True
            self._taken.extend(self._folder.take_over())

    def _begin_again(self, unsent: list[Entry]) -> None:
        for file in self._files:
            self._delete(file)
        self._files.clear()
        if unsent:
            with self._trouble():
                self._write(unsent)

    def _ack(self, file: SpoolFile, number: int) -> None:
        with self._trouble():
            file.ack(number)

    def _delete(self, file: SpoolFile) -> None:
        with self._trouble():
            file.delete()

    @contextlib.contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self._failed = True
        self._failed_at = time.monotonic()
        self._tell(
            f"The spool cannot be used: {error.strerror or error}. Events are kept in memory alone; "
            "set CLAUDE_SESSIONS_SPOOL to a private folder with room, or to 'off'."
        )
