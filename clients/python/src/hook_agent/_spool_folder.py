"""A session's folder in the spool: private, safe to write to, and full of names. See clients/contract/SPOOL.md."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from ._owner import Owner, current_owner, is_alive
from ._spool_file import SpoolFile, read_head

_FILE_NAME = re.compile(r"(\d+)-(\d+)-(\d{6,})\.jsonl")
NOBODY = Owner(0, 0)

# The numbers that this process has taken, by folder: agents and threads share them.
_numbers: dict[tuple[str, Owner], int] = {}
_numbers_lock = threading.RLock()


class SpoolError(OSError):
    """The spool cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Found:
    """A file of the spool, by its name."""

    name: str
    owner: Owner
    number: int
    changed: float


class SpoolFolder:
    """`<spool>/<session id>`. Methods raise OSError, the first use a SpoolError that says what is wrong."""

    def __init__(self, root: str, session_id: str) -> None:
        self.session_id = session_id
        self.path = os.path.join(root, session_id)
        self._root = root

    def make(self) -> None:
        """Make the folders where they are missing; refuse those that others could write to."""
        for folder in (self._root, self.path):
            try:
                os.makedirs(os.path.dirname(folder), exist_ok=True)
                with contextlib.suppress(FileExistsError):
                    os.mkdir(folder, 0o700)
                    os.chmod(folder, 0o700)
                _check_private(folder)
            except (SpoolError, FileNotFoundError):
                raise
            except OSError as error:
                raise SpoolError(f"{folder} cannot be written to ({error.strerror})") from error

    def exists(self) -> bool:
        """Whether somebody has spooled for this session, in a folder that is safe to use."""
        try:
            for folder in (self._root, self.path):
                os.lstat(folder)
                _check_private(folder)
        except FileNotFoundError:
            return False
        return True

    def create(self, owner: Owner | None = None) -> SpoolFile:
        """Begin a file of this process."""
        for path in self._free_names(owner or current_owner()):
            try:
                return SpoolFile.create(path, self.session_id)
            except FileExistsError:
                continue
        raise AssertionError("names do not end")

    def take_over(self) -> Iterator[SpoolFile]:
        """Take the files of the dead, oldest owner first. One that another took, or that goes away, is passed over."""
        for found in self._dead():
            path = os.path.join(self.path, found.name)
            with contextlib.suppress(OSError):
                mine = self._rename(path, current_owner())
                file = SpoolFile.open(mine)
                file.touch()
                yield file

    def let_go(self, file: SpoolFile) -> None:
        """Leave a file to anyone, also to this very process."""
        file.close()
        file.path = self._rename(file.path, NOBODY)

    def remove_if_empty(self) -> None:
        """Remove the session's folder where nothing is left in it."""
        with contextlib.suppress(OSError):
            os.rmdir(self.path)

    def _rename(self, path: str, owner: Owner) -> str:
        mine = self._reserve(owner)
        try:
            os.rename(path, mine)
        except OSError:
            os.unlink(mine)
            raise
        return mine

    def _reserve(self, owner: Owner) -> str:
        for path in self._free_names(owner):
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            except FileExistsError:
                continue
            return path
        raise AssertionError("names do not end")

    def _free_names(self, owner: Owner) -> Iterator[str]:
        while True:
            with _numbers_lock:
                number = _numbers[self.path, owner] = _numbers.get((self.path, owner), 0) + 1
            yield os.path.join(self.path, f"{owner.pid}-{owner.start}-{number:06}.jsonl")

    def _dead(self) -> list[Found]:
        owners: dict[Owner, list[Found]] = {}
        for found in self._files():
            owners.setdefault(found.owner, []).append(found)
        me = current_owner()
        dead = [files for owner, files in owners.items() if owner != me]
        dead.sort(key=lambda files: max(file.changed for file in files))
        ordered = [file for files in dead for file in sorted(files, key=lambda file: file.number)]
        return [file for file in ordered if self._is_dead(file)]

    def _files(self) -> Iterator[Found]:
        with contextlib.suppress(FileNotFoundError), os.scandir(self.path) as entries:
            for entry in entries:
                match = _FILE_NAME.fullmatch(entry.name)
                if match is None or not entry.is_file(follow_symlinks=False):
                    continue
                pid, start, number = map(int, match.groups())
                with contextlib.suppress(OSError):
                    changed = entry.stat(follow_symlinks=False).st_mtime
                    yield Found(entry.name, Owner(pid, start), number, changed)

    def _is_dead(self, found: Found) -> bool:
        try:
            head = read_head(os.path.join(self.path, found.name))
        except OSError:
            return False
        if head and (head.get("spool") != 1 or head.get("session") != self.session_id):
            return False
        return not is_alive(found.owner, head.get("space"), time.time() - found.changed)


def after_fork() -> None:
    """Forget a lock that another thread may have held when this process was forked."""
    global _numbers_lock  # noqa: PLW0603 - the lock is the module's
    _numbers_lock = threading.RLock()


def _check_private(folder: str) -> None:
    found = os.lstat(folder)
    if stat.S_ISLNK(found.st_mode) or not stat.S_ISDIR(found.st_mode):
        raise SpoolError(f"{folder} is not a folder of its own")
    if found.st_uid != os.geteuid():
        raise SpoolError(f"{folder} belongs to another user")
    if not found.st_mode & 0o022:
        return
    # A sticky folder, such as /tmp, is shared on purpose: it is not ours to close.
    if found.st_mode & stat.S_ISVTX:
        raise SpoolError(f"others can write to {folder}")
    os.chmod(folder, 0o700)
