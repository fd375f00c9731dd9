"""What becomes of events when processes end, fork and are killed."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from .programs import numbers, run, start
from .scripted_server import ScriptedServer

SEND_THREE = "\nfor n in range(3): hook_agent.sync.log_action({'type': 'a', 'n': n})\n"


def env(server: ScriptedServer, folder: Path) -> dict[str, str]:
    return {"SESSION_ID": "s1", "SESSION_SERVICE_URL": server.url, "CLAUDE_SESSIONS_SPOOL": str(folder / "spool")}


def test_a_script_that_ends_at_once_delivers_everything(server: ScriptedServer, tmp_path: Path) -> None:
    out, err = run(SEND_THREE, **env(server, tmp_path))
    assert numbers(server.events) == [0, 1, 2]
    assert (out, err) == ("", "")
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_script_that_dies_of_an_error_delivers_everything(server: ScriptedServer, tmp_path: Path) -> None:
    process = start(SEND_THREE + "raise SystemExit(3)", **env(server, tmp_path))
    process.communicate(timeout=30)
    assert process.returncode == 3
    assert numbers(server.events) == [0, 1, 2]


def test_what_is_told_while_the_interpreter_ends_is_delivered(server: ScriptedServer, tmp_path: Path) -> None:
    program = "import atexit\natexit.register(lambda: hook_agent.sync.log_action({'type': 'a', 'n': 7}))"
    run(program, **env(server, tmp_path))
    assert numbers(server.events) == [7]


def test_the_next_process_sends_what_a_killed_one_left(server: ScriptedServer, tmp_path: Path) -> None:
    server.refuse()
    process = start(SEND_THREE + "print('queued', flush=True); time.sleep(60)", **env(server, tmp_path))
    assert process.stdout is not None
    assert process.stdout.readline() == "queued\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    server.listen()
    run("hook_agent.sync.log_action({'type': 'a', 'n': 3})", **env(server, tmp_path))
    assert numbers(server.events) == [0, 1, 2, 3]


def test_what_several_killed_processes_left_is_sent_in_order(server: ScriptedServer, tmp_path: Path) -> None:
    server.refuse()
    for n in range(4):
        program = f"hook_agent.sync.log_action({{'type': 'a', 'n': {n}}}); print('queued', flush=True); time.sleep(60)"
        process = start(program, **env(server, tmp_path))
        assert process.stdout is not None
        assert process.stdout.readline() == "queued\n"
        process.kill()
        process.communicate()
    server.listen()
    run("hook_agent.sync.flush()", **env(server, tmp_path))
    assert numbers(server.events) == [0, 1, 2, 3]


def test_a_process_never_sends_what_a_live_one_has(server: ScriptedServer, tmp_path: Path) -> None:
    server.refuse()
    other = start(SEND_THREE + "print('queued', flush=True); sys.stdin.read()", **env(server, tmp_path))
    assert other.stdout is not None
    assert other.stdout.readline() == "queued\n"
    server.listen()
    run("hook_agent.sync.log_action({'type': 'b', 'n': 9})", **(env(server, tmp_path)))
    assert numbers(server.events, type="b") == [9]
    seen_by_then = [[event["data"]["n"] for event in request.body] for request in server.requests]
    assert [9] in seen_by_then
    other.communicate(timeout=30)
    assert numbers(server.events, type="a") == [0, 1, 2]


def test_a_process_ends_in_time_where_the_server_never_answers(server: ScriptedServer, tmp_path: Path) -> None:
    server.answer_next({"on": "POST /api/sessions/s1/events", "hang": True})
    program = "agent = HookAgent(close_timeout_ms=300)\nagent.sync.log_action({'type': 'a', 'n': 0})"
    started = time.monotonic()
    run(program, **env(server, tmp_path))
    assert time.monotonic() - started < 10
    assert server.events == []
    run("hook_agent.sync.flush()", **env(server, tmp_path))
    assert numbers(server.events) == [0]


def test_a_process_does_not_wait_for_a_server_that_is_away(server: ScriptedServer, tmp_path: Path) -> None:
    server.refuse()
    program = "agent = HookAgent(close_timeout_ms=60_000)\nagent.sync.log_action({'type': 'a', 'n': 0})"
    _, err = run(program, **env(server, tmp_path))
    assert err == ""
    server.listen()
    run("hook_agent.sync.flush()", **env(server, tmp_path))
    assert numbers(server.events) == [0]


def test_a_forked_child_sends_its_own_events_and_not_its_parents(server: ScriptedServer, tmp_path: Path) -> None:
    program = """
import warnings; warnings.simplefilter('ignore')  # a fork of a program with threads is warned of by Python itself
agent = HookAgent(flush_interval_ms=60_000)
agent.sync.log_action({'type': 'parent', 'n': 0})
pid = os.fork()
if pid == 0:
    agent.sync.log_action({'type': 'child', 'n': 1})
    agent.sync.flush()
    os._exit(0)
os.waitpid(pid, 0)
agent.sync.log_action({'type': 'parent', 'n': 2})
"""
    run(program, **env(server, tmp_path))
    assert numbers(server.events, type="parent") == [0, 2]
    assert numbers(server.events, type="child") == [1]
    bodies = [event for request in server.requests for event in request.body]
    assert len(bodies) == 3


def test_children_of_multiprocessing_deliver_before_they_end(server: ScriptedServer, tmp_path: Path) -> None:
    program = """
import multiprocessing, warnings; warnings.simplefilter('ignore')
def work(n):
    hook_agent.sync.log_action({'type': 'child', 'n': n})
hook_agent.sync.log_action({'type': 'parent', 'n': 0})
children = [multiprocessing.get_context('fork').Process(target=work, args=(n,)) for n in (1, 2)]
for child in children: child.start()
for child in children: child.join()
assert hook_agent.sync.flush()
"""
    run(program, **env(server, tmp_path))
    assert sorted(numbers(server.events, type="child")) == [1, 2]
    assert numbers(server.events, type="parent") == [0]


def test_a_parent_sends_what_a_child_could_not(server: ScriptedServer, tmp_path: Path) -> None:
    program = """
import warnings; warnings.simplefilter('ignore')
pid = os.fork()
if pid == 0:
    HookAgent(flush_interval_ms=60_000).sync.log_action({'type': 'child', 'n': 1})
    os._exit(0)
os.waitpid(pid, 0)
hook_agent.sync.log_action({'type': 'parent', 'n': 2})
"""
    run(program, **env(server, tmp_path))
    assert numbers(server.events) == [1, 2]


def test_is_used_in_one_event_loop_after_the_other(server: ScriptedServer, tmp_path: Path) -> None:
    program = """
async def work(n):
    await hook_agent.log_action({'type': 'a', 'n': n})
    told = await hook_agent.log_action({'type': 'a', 'n': n + 1}, wait=True)
    assert told['seq'] == n + 2, told
asyncio.run(work(0))
asyncio.run(work(2))
"""
    run(program, **env(server, tmp_path))
    assert numbers(server.events) == [0, 1, 2, 3]


def test_is_used_in_many_threads_and_loops_at_once(server: ScriptedServer, tmp_path: Path) -> None:
    program = """
import threading
async def work(t):
    for n in range(200):
        await hook_agent.log_action({'type': 'a', 'thread': t, 'n': n})
threads = [threading.Thread(target=lambda t=t: asyncio.run(work(t))) for t in range(5)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert hook_agent.sync.flush()
"""
    run(program, **env(server, tmp_path))
    for thread in range(5):
        assert numbers(server.events, thread=thread) == list(range(200))


def test_delivers_while_the_event_loop_is_blocked(server: ScriptedServer, tmp_path: Path) -> None:
    program = """
async def work():
    await hook_agent.log_action({'type': 'a', 'n': 0})
    sys.stdin.readline()  # the loop does nothing else
    print('awake', flush=True)
asyncio.run(work())
"""
    process = start(program, **env(server, tmp_path))
    server.await_requests(1)
    process.communicate("go on\n", timeout=30)
    assert numbers(server.events) == [0]


def test_a_signal_handler_may_tell_something_while_something_is_told(server: ScriptedServer, tmp_path: Path) -> None:
    program = """
import itertools, signal
agent = HookAgent(max_queue=1_000_000)
count = itertools.count()
told = []
def handler(*_):
    n = next(count)
    agent.sync.log_action({'type': 'signal', 'n': n})
    told.append(n)
    if n < 1000:
        signal.setitimer(signal.ITIMER_REAL, 0.0002)
signal.signal(signal.SIGALRM, handler)
agent.sync.log_action({'type': 'a', 'n': 0})
signal.setitimer(signal.ITIMER_REAL, 0.0002)
n = 1
while len(told) <= 1000:
    agent.sync.log_action({'type': 'a', 'n': n})
    n += 1
assert agent.sync.flush(20_000)
print(n, len(told))
"""
    out, _ = run(program, **env(server, tmp_path))
    n, signals = map(int, out.split())
    assert numbers(server.events, type="a") == list(range(n))
    assert sorted(numbers(server.events, type="signal")) == list(range(signals))
