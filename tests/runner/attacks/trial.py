"""Lets an attack loose beside a victim, has a probe follow it, and looks at the world afterwards."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import practicum
from practicum.runner import IsolationMode, Job, Limits, Pool, Result

from .catalogue import Attack, World, nothing_escaped

SIZE = 3
"""Slots of a pool: the attack's, its victim's, and one more."""
SESAME = "sesame"
VICTIM = Job(
    setup="import time\nopen('mine', 'w').write('x')",
    code="for _ in range(5):\n    time.sleep(0.01)\ntotal = sum(range(1000))  # only-the-victim-knows",
    values={"total": "total", "files": "__import__('os').listdir()"},
    limits=Limits(seconds=30),
)
PROBE = Job(code="x = 6 * 7", values={"x": "x"}, limits=Limits(seconds=20))


@dataclass(frozen=True)
class Ground:
    """Where attacks are let loose: a mode, and from where its jobs' processes come."""

    mode: IsolationMode
    spares: int = 0
    """Children forked ahead of time; none: each job gets a fresh fork."""

    def __str__(self) -> str:
        return f"{self.mode} from spares" if self.spares else str(self.mode)

    def open(self) -> Pool:
        """A new pool. The caller closes it."""
        more = {"spares": self.spares} if self.spares else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Pool(size=SIZE, mode=self.mode, **more)


GROUNDS = (
    Ground(IsolationMode.FULL),
    Ground(IsolationMode.FULL, spares=4),
    Ground(IsolationMode.BARE),
    Ground(IsolationMode.BARE, spares=4),
    Ground(IsolationMode.SUBPROCESS),
)
TESTED = (Ground(IsolationMode.FULL, spares=4), Ground(IsolationMode.BARE), Ground(IsolationMode.SUBPROCESS))
"""Of these, where the tests let them loose: each mode, and each way to get a process. `make attacks` does all."""


@dataclass(frozen=True)
class Seen:
    """What came of an attack, and of those around it."""

    result: Result
    victim: Result
    followers: tuple[Result, ...]
    probe: Result


@contextlib.contextmanager
def world() -> Iterator[World]:
    """Something to steal, someone to talk to, someone to kill."""
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="world-")))
        home.chmod(0o755)
        secret, folder, path = home / "secret.txt", home / "open", home / "socket"
        secret.write_text(SESAME)
        secret.chmod(0o644)
        folder.mkdir()
        folder.chmod(0o777)
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = server.getsockname()[1]
        datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        datagrams.bind(("127.0.0.1", port))
        abstract = "\0" + home.name
        for address in (str(path), abstract):
            unix = stack.enter_context(socket.socket(socket.AF_UNIX))
            unix.bind(address)
            unix.listen()
        path.chmod(0o777)
        canary = stack.enter_context(subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(1000)"]))
        stack.callback(canary.kill)
        courses = Path(practicum.__file__).parents[2] / "courses"
        hidden, mark = (f"{what}-{secrets.token_hex(8)}" for what in ("hidden", "mark"))
        yield World(secret, port, path, abstract, canary.pid, folder, courses, hidden, mark)


def let_loose(attack: Attack, pool: Pool, world: World) -> Seen:
    """Run the attack while a victim runs, then those that follow it (one a slot), then the probe."""
    seen: list[Result] = []
    victim = threading.Thread(target=lambda: seen.append(pool.run(VICTIM)))
    victim.start()
    result = pool.run(attack.job(world))
    victim.join()
    time.sleep(attack.wait)
    followers = tuple(pool.run(attack.following(world)) for _ in range(pool.size if attack.after else 0))
    return Seen(result, seen[0], followers, pool.run(PROBE))


def nobody_was_harmed(seen: Seen, world: World) -> None:
    """The victim noticed nothing, the next job runs, and what is outside is as it was. Raises `AssertionError`."""
    assert seen.victim.ok, seen.victim
    assert seen.victim.values == {"total": 499500, "files": ["mine"]}, seen.victim
    assert seen.probe.values == {"x": 42}, seen.probe
    assert list(world.folder.iterdir()) == []
    assert world.secret.read_text() == SESAME
    assert (world.secret.stat().st_mode & 0o777, world.folder.stat().st_mode & 0o777) == (0o644, 0o777)
    os.kill(world.canary, 0)
    # `kill` succeeds for the dead whom nobody has waited for; these have no command line.
    assert not sys.platform.startswith("linux") or Path(f"/proc/{world.canary}/cmdline").read_bytes()


def was_contained(attack: Attack, seen: Seen, world: World) -> None:
    """The attack got nothing, and those that follow find nothing of it. Raises `AssertionError`."""
    attack.judge(seen.result, world)
    for follower in seen.followers:
        nothing_escaped(follower, world)
