"""What is kept on disk, and what is done where the disk or its owner is in the way."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hook_agent import HookAgent
from hook_agent._owner import Owner, current_owner, is_alive, space
from hook_agent._spool_file import FULL_BYTES, SpoolFile
from hook_agent._spool_folder import SpoolError, SpoolFolder

from .programs import numbers, run
from .scripted_server import ScriptedServer

MakeAgent = Callable[..., HookAgent]


def files(folder: Path) -> list[Path]:
    return sorted((folder / "s1").glob("*.jsonl"))


def spooled(path: Path) -> list[int]:
    values = [json.loads(line) for line in path.read_text().splitlines()]
    return [value["data"]["n"] for value in values if "data" in value]


def test_an_event_is_on_disk_before_the_call_returns(
    server: ScriptedServer, make_agent: MakeAgent, tmp_path: Path
) -> None:
    server.refuse()
    make_agent().sync.log_action({"type": "a", "n": 1})
    (path,) = files(tmp_path / "spool")
    assert spooled(path) == [1]


def test_folders_and_files_are_private_whatever_the_umask(
    server: ScriptedServer, make_agent: MakeAgent, tmp_path: Path
) -> None:
    server.refuse()
    before = os.umask(0)
    try:
        agent = make_agent()
        agent.sync.log_action({"type": "a"})
        agent.sync.log_action({"no": "type"})
    finally:
        os.umask(before)
    folder = tmp_path / "spool"
    for path in (folder, folder / "s1"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    found = list((folder / "s1").iterdir())
    assert len(found) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}


def refused(folder: Path) -> str:
    with pytest.raises(SpoolError) as error:
        SpoolFolder(str(folder), "s1").make()
    return str(error.value)


def test_refuses_a_folder_that_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "spool").symlink_to(tmp_path / "elsewhere")
    assert "not a folder of its own" in refused(tmp_path / "spool")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_refuses_a_session_folder_that_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "spool").mkdir(mode=0o700)
    (tmp_path / "spool" / "s1").symlink_to(tmp_path / "elsewhere")
    assert "not a folder of its own" in refused(tmp_path / "spool")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_refuses_a_folder_of_another_user(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir(mode=0o700)
    os.chown(tmp_path / "spool", 12345, 12345)
    assert "belongs to another user" in refused(tmp_path / "spool")


def test_refuses_a_folder_that_all_share_and_leaves_its_mode(tmp_path: Path) -> None:
    shared = tmp_path / "spool"
    shared.mkdir()
    shared.chmod(0o1777)
    assert "others can write" in refused(shared)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777


def test_closes_a_folder_of_its_own_that_others_could_write_to(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool").chmod(0o777)
    SpoolFolder(str(tmp_path / "spool"), "s1").make()
    assert stat.S_IMODE((tmp_path / "spool").stat().st_mode) == 0o700


def test_goes_on_in_memory_where_the_disk_is_full(server: ScriptedServer, tmp_path: Path) -> None:
    program = """
import resource
agent = HookAgent(flush_interval_ms=60_000)
agent.sync.log_action({'type': 'a', 'n': 0})
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
for n in range(1, 20): agent.sync.log_action({'type': 'a', 'n': n, 'text': 'x' * 100})
"""
    settings = {"SESSION_ID": "s1", "SESSION_SERVICE_URL": server.url, "CLAUDE_SESSIONS_SPOOL": str(tmp_path / "spool")}
    _, err = run(program, **settings)
    assert numbers(server.events) == list(range(20))
    assert len(err.splitlines()) == 1
    assert "spool cannot be used" in err
    assert "memory" in err


def test_a_file_that_could_not_be_written_to_its_end_is_cut_back(tmp_path: Path) -> None:
    path = tmp_path / "1-1-000001.jsonl"
    program = f"""
import resource
from hook_agent._spool_file import SpoolFile
file = SpoolFile.create({str(path)!r}, 's1')
file.append(b'{{"type":"action","eventId":"1","data":{{}}}}\\n', 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
try:
    file.append(b'x' * 500, 1)
except OSError as error:
    print('failed')
"""
    out, _ = run(program)
    assert out == "failed\n"
    assert [json.loads(line).get("eventId") for line in path.read_text().splitlines()] == [None, "1"]


def test_begins_again_where_the_temp_folder_was_cleaned(
    server: ScriptedServer, make_agent: MakeAgent, tmp_path: Path
) -> None:
    server.refuse()
    agent = make_agent()
    agent.sync.log_action({"type": "a", "n": 1})
    shutil.rmtree(tmp_path / "spool")
    assert agent._core is not None
    assert agent._core._spool is not None
    agent._core._spool._checked = float("-inf")
    agent._core._queue.keep_spool()
    (path,) = files(tmp_path / "spool")
    assert spooled(path) == [1]
    server.listen()
    assert agent.sync.flush()
    assert numbers(server.events) == [1]


def test_a_full_file_is_followed_by_another_and_goes_when_it_is_done_with(
    server: ScriptedServer, make_agent: MakeAgent, tmp_path: Path
) -> None:
    server.refuse()
    agent = make_agent()
    text = "x" * 500_000
    for n in range(12):
        agent.sync.log_action({"type": "a", "n": n, "text": text})
    first, second = files(tmp_path / "spool")
    assert first.stat().st_size >= FULL_BYTES
    assert spooled(first) + spooled(second) == list(range(12))
    server.listen()
    assert agent.sync.flush()
    assert numbers(server.events) == list(range(12))
    assert files(tmp_path / "spool") == [second]
    agent.sync.close()
    assert not (tmp_path / "spool" / "s1").exists()


def test_a_file_that_is_written_to_for_long_is_cut_back(make_agent: MakeAgent, tmp_path: Path) -> None:
    agent = make_agent()
    for n in range(3):
        agent.sync.log_action({"type": "a", "n": n, "text": "x" * 70_000}, wait=True)
    (path,) = files(tmp_path / "spool")
    assert path.stat().st_size < 1000


def test_takes_over_where_the_pid_came_again(tmp_path: Path) -> None:
    folder = SpoolFolder(str(tmp_path / "spool"), "s1")
    folder.make()
    me = current_owner()
    earlier = Owner(me.pid, me.start - 1)
    file = folder.create(earlier)
    file.append(b'{"type":"action","eventId":"1","timestamp":"","data":{"n":1}}\n', 1)
    file.close()
    (taken,) = folder.take_over()
    assert [line.value["eventId"] for line in taken.read()] == ["1"]
    assert os.path.basename(taken.path).startswith(f"{me.pid}-{me.start}-")
    taken.close()


def test_one_of_two_takes_a_file_over(tmp_path: Path) -> None:
    folder = SpoolFolder(str(tmp_path / "spool"), "s1")
    folder.make()
    folder.create(Owner(0, 0)).close()
    first, second = folder.take_over(), SpoolFolder(str(tmp_path / "spool"), "s1").take_over()
    taken = [*first, *second]
    assert len(taken) == 1
    assert len(list((tmp_path / "spool" / "s1").iterdir())) == 1
    taken[0].close()


def test_knows_who_lives() -> None:
    me = current_owner()
    assert is_alive(me, space(), 1000)
    assert not is_alive(Owner(me.pid, me.start + 1), space(), 0)
    assert not is_alive(Owner(0, 0), space(), 0)
    assert not is_alive(Owner(2**22 + 1, 5), space(), 0)
    assert is_alive(Owner(1, 5), "another space", 59)
    assert not is_alive(Owner(1, 5), "another space", 61)


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="the system does not tell of the dead")
def test_a_killed_process_that_nobody_has_reaped_is_dead() -> None:
    child = subprocess.Popen(["sleep", "60"])
    try:
        start = int(Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[19])
        assert is_alive(Owner(child.pid, start), space(), 0)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not is_alive(Owner(child.pid, start), space(), 0)
    finally:
        child.wait()


def test_reads_a_file_that_was_cut_off_and_scribbled_in(tmp_path: Path) -> None:
    path = tmp_path / "0-0-000001.jsonl"
    lines = [
        b'{"type":"action","eventId":"1","timestamp":"t","data":{}}',
        b"not json",
        b"\xff\xfe",
        b'{"note":"mine"}',
        b"[1]",
        b'{"type":"action","eventId":"2","timestamp":"t","data":{}}',
        b'{"ack":1}',
        b'{"type":"action","eventId":"3","timest',
    ]
    path.write_bytes(b"\n".join(lines))
    file = SpoolFile.open(str(path))
    assert [(line.number, line.value["eventId"]) for line in file.read()] == [(2, "2")]
    file.close()


def test_lets_go_of_what_it_took_over_and_had_no_time_to_read(
    server: ScriptedServer, make_agent: MakeAgent, tmp_path: Path
) -> None:
    folder = SpoolFolder(str(tmp_path / "spool"), "s1")
    folder.make()
    for n in range(3):
        file = folder.create(Owner(0, 0))
        file.append(b'{"type":"action","eventId":"%d","timestamp":"","data":{"n":%d}}\n' % (n, n), 1)
        file.close()
    server.refuse()
    first = make_agent(batch_size=1, close_timeout_ms=100)
    assert not first.sync.flush()
    first.sync.close()
    server.listen()
    assert make_agent().sync.flush()
    assert numbers(server.events) == [0, 1, 2]
