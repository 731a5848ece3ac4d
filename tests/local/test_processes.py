"""Children: ready when they answer, told of when they die, gone when we are."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from local.errors import NotReadyError, ProcessDiedError
from local.ports import answers, free_port
from local.processes import Child, Program
from tests.support.programs import SERVE, python, wait_for

PARENT = """
import sys
from pathlib import Path
from local.processes import Child, Program
child = Child(Program(name="inner", command=sys.argv[2:], log=Path(sys.argv[1])))
print(child.pid, flush=True)
sys.stdin.read()
"""


def is_running(pid: int) -> bool:
    """Whether the process exists; one that only waits to be reaped does not count."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_ready_means_that_it_answers(tmp_path: Path) -> None:
    """A child counts as started when its port answers, and as stopped when it is gone."""
    port = free_port()
    child = Child(Program(name="server", command=python(SERVE, str(port)), log=tmp_path / "log"))
    child.wait_until(lambda: answers(port), timeout=20)
    assert child.exit_status is None
    child.stop()
    assert child.exit_status == -signal.SIGTERM
    assert not answers(port)


def test_a_death_while_starting_shows_the_end_of_the_log(tmp_path: Path) -> None:
    """Who starts a program that dies is shown what it said last, and where the rest is."""
    command = python("import sys; print('the disk is full', file=sys.stderr); sys.exit(3)")
    child = Child(Program(name="worker", command=command, log=tmp_path / "log"))
    with pytest.raises(ProcessDiedError, match=r"(?s)worker ended with 3.*the disk is full") as caught:
        child.wait_until(lambda: False, timeout=20)
    assert str(tmp_path / "log") in caught.value.hint


def test_what_never_answers_is_told(tmp_path: Path) -> None:
    """A child that lives and does not answer is an error, not an endless wait."""
    idle = python("import signal; signal.pause()")
    child = Child(Program(name="relay", command=idle, log=tmp_path / "log"))
    try:
        with pytest.raises(NotReadyError, match="relay does not answer"):
            child.wait_until(lambda: False, timeout=0.1)
    finally:
        child.kill()


def test_what_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    """Stopping ends within its time, whatever the child thinks of it."""
    stubborn = """
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    while True:
        signal.pause()
    """
    child = Child(Program(name="stubborn", command=python(stubborn), log=tmp_path / "log"))
    child.wait_until(lambda: "deaf" in child.log_since_start(), timeout=20)
    child.stop(timeout=0.2)
    assert child.exit_status == -signal.SIGKILL


def test_ctrl_c_at_the_terminal_does_not_reach_children(tmp_path: Path) -> None:
    """Children have process groups of their own: we stop them, in our order."""
    port = free_port()
    child = Child(Program(name="server", command=python(SERVE, str(port)), log=tmp_path / "log"))
    child.wait_until(lambda: answers(port), timeout=20)
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    child.kill()


def test_children_started_from_a_thread_outlive_it(tmp_path: Path) -> None:
    """The kernel's tie between child and starting thread does not end children early."""
    port = free_port()
    program = Program(name="server", command=python(SERVE, str(port)), log=tmp_path / "log")
    started: list[Child] = []
    thread = threading.Thread(target=lambda: started.append(Child(program)))
    thread.start()
    thread.join()
    started[0].wait_until(lambda: answers(port), timeout=20)
    started[0].kill()


def test_children_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """After `kill -9` of the parent nothing of its children is left to be in the way."""
    port = free_port()
    server = python(SERVE, str(port))
    parent = subprocess.Popen(
        python(PARENT, str(tmp_path / "log"), *server),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    inner = int(parent.stdout.readline())
    wait_for(lambda: answers(port))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    parent.stdin.close()
    wait_for(lambda: not is_running(inner))
    assert not answers(port)
