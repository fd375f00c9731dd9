"""Servers and agents that are killed at random: what was accepted is stored, once, in order."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from pathlib import Path

from .conftest import RealServer
from .programs import run, start

WRITERS = 8
EVENTS = 1250
STEP = 50
SERVER_DEATHS = 6
SESSIONS = ("storm-0", "storm-1")

# Notes each event once the call has returned; goes on when it is told to.
WRITER = """
name, life, first, last, step, notes = sys.argv[1], *map(int, sys.argv[2:6]), sys.argv[6]
out = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
for n in range(first, last):
    hook_agent.sync.log_action({'type': 'tick', 'writer': name, 'life': life, 'n': n})
    os.write(out, f'{life} {n}\\n'.encode())
    if n % step == 0:
        print(n, flush=True)
        sys.stdin.readline()
"""


class Storm:
    """A server that dies now and then, and the writers that do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.random = random.Random(7)
        self.server = RealServer(folder / "storage")
        self.port = int(self.server.url.rsplit(":", 1)[1])
        self.deaths = 0
        self.lock = threading.Lock()

    def strike(self) -> bool:
        """Kill the server at times; answers whether the writer dies too."""
        with self.lock:
            if self.random.random() < SERVER_DEATHS * STEP / (WRITERS * EVENTS):
                self.server.kill()
                self.deaths += 1
                self.server = RealServer(self.folder / "storage", self.port)
            return self.random.random() < 0.1

    def write(self, writer: int) -> None:
        """Get a writer to its end, however often it is killed."""
        first = life = 0
        notes = self.folder / f"writer-{writer}"
        while first < EVENTS:
            if self._live(writer, life, first, notes):
                return
            first = int(notes.read_text().splitlines()[-1].split()[1]) + 1
            life += 1

    def env(self, writer: int) -> dict[str, str]:
        return {
            "SESSION_ID": SESSIONS[writer % len(SESSIONS)],
            "SESSION_SERVICE_URL": f"http://127.0.0.1:{self.port}",
            "CLAUDE_SESSIONS_SPOOL": str(self.folder / "spool"),
        }

    def _live(self, writer: int, life: int, first: int, notes: Path) -> bool:
        arguments = [f"w{writer}", *map(str, (life, first, EVENTS, STEP)), str(notes)]
        process = start(f"sys.argv = ['', *{arguments!r}]\n{WRITER}", **self.env(writer))
        assert process.stdout is not None
        assert process.stdin is not None
        for _ in process.stdout:
            if self.strike():
                process.kill()
                _, err = process.communicate()
                assert "spool" not in err, err
                return False
            process.stdin.write("\n")
            process.stdin.flush()
        _, err = process.communicate()
        assert process.returncode == 0, err
        return True


def test_what_was_accepted_is_stored_once_and_in_order(tmp_path: Path) -> None:
    storm = Storm(tmp_path)
    try:
        threads = [threading.Thread(target=storm.write, args=(writer,)) for writer in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for session in SESSIONS:
            run("assert hook_agent.sync.flush(60_000)", **(storm.env(0) | {"SESSION_ID": session}))
        stored = [storm.server.events(session) for session in SESSIONS]
    finally:
        storm.server.stop()

    assert storm.deaths > 0
    ticks: dict[tuple[str, int], list[int]] = defaultdict(list)
    for events in stored:
        for event in events:
            if event["data"].get("type") == "tick":
                ticks[event["data"]["writer"], event["data"]["life"]].append(event["data"]["n"])
    lives = 0
    for writer in range(WRITERS):
        accepted: dict[int, list[int]] = defaultdict(list)
        for line in (tmp_path / f"writer-{writer}").read_text().splitlines():
            life, n = map(int, line.split())
            accepted[life].append(n)
        lives += len(accepted)
        for life, expected in accepted.items():
            found = ticks[f"w{writer}", life]
            # A writer that was killed may have been accepted once more than it could note.
            assert found in (expected, [*expected, expected[-1] + 1])
    assert lives > WRITERS
    assert sum(map(len, ticks.values())) >= WRITERS * EVENTS
    assert list((tmp_path / "spool").rglob("*.jsonl")) == []
