"""Runs an attack beside a victim and before a probe, and checks its effects afterwards."""

from __future__ import annotations

import contextlib
import itertools
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
from dataclasses import dataclass, replace
from pathlib import Path

import practicum
from practicum.runner import Cancellation, Client, IsolationMode, Job, KeepLimits, Limits, OnEvent, Pool, Result

from .catalogue import Attack, World, nothing_escaped

SIZE = 3
"""Slots of a pool: for the attack, the victim, and one more."""
FIRST = "first = 1"
"""A cell that has run in an interpreter before the attack."""
SESAME = "sesame"
VICTIM = Job(
    setup="import time\nopen('mine', 'w').write('x')",
    code="for _ in range(5):\n    time.sleep(0.01)\ntotal = sum(range(1000))  # only-the-victim-knows",
    values={"total": "total", "files": "__import__('os').listdir()"},
    limits=Limits(seconds=30),
)
PROBE = Job(code="x = 6 * 7", values={"x": "x"}, limits=Limits(seconds=20))


class ContinuingPool(Pool):
    """A pool in which every job continues in the kept interpreter of a person of its own."""

    _persons = itertools.count()

    def run(
        self,
        job: Job,
        on_event: OnEvent | None = None,
        cancel: Cancellation | None = None,
        client: Client = Client(),  # noqa: B008
    ) -> Result:
        if job.check:  # only cells of pages are kept, and these have none
            return super().run(job, on_event, cancel, client)
        person = Client(f"person {next(self._persons)}", "9.9.9.9")
        self.run_after(replace(job, setup="", code=FIRST, values={}), (), (), "page", client=person)
        above = FIRST, job.setup
        return self.run_after(replace(job, setup=""), above, (0, 1), "page", on_event, cancel, person)


@dataclass(frozen=True)
class PoolSetup:
    """The pool that attacks run in: a mode, with or without spares and kept interpreters."""

    mode: IsolationMode
    spares: int = 0
    """Number of children forked ahead of time; with 0, each job gets a fresh child."""
    kept: int = 0
    """Number of interpreters that are kept; with 0, no job continues in another's."""

    def __str__(self) -> str:
        if self.kept:
            return f"{self.mode} in kept interpreters"
        return f"{self.mode} from spares" if self.spares else str(self.mode)

    def open(self) -> Pool:
        """Return a new pool, which the caller closes."""
        more = {"spares": self.spares} if self.spares else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if self.kept:
                return ContinuingPool(size=SIZE, mode=self.mode, keep=KeepLimits(self.kept))
            return Pool(size=SIZE, mode=self.mode, **more)


SETUPS = (
    PoolSetup(IsolationMode.FULL),
    PoolSetup(IsolationMode.FULL, spares=4),
    PoolSetup(IsolationMode.FULL, kept=4),
    PoolSetup(IsolationMode.BARE),
    PoolSetup(IsolationMode.BARE, spares=4),
    PoolSetup(IsolationMode.BARE, kept=4),
    PoolSetup(IsolationMode.SUBPROCESS),
)
KEPT_SETUP = PoolSetup(IsolationMode.FULL, kept=4)
KEPT_FAMILIES = ("leftovers", "processes")
"""The families that the tests also run in kept interpreters. `make attacks` runs all."""
TESTED_SETUPS = (
    PoolSetup(IsolationMode.FULL, spares=4),
    PoolSetup(IsolationMode.BARE),
    PoolSetup(IsolationMode.SUBPROCESS),
)
"""The setups that the tests use: each mode, with and without spares once. `make attacks` uses all."""


@dataclass(frozen=True)
class AttackRun:
    """Results of an attack and of the jobs around it."""

    result: Result
    victim: Result
    followers: tuple[Result, ...]
    probe: Result


@contextlib.contextmanager
def world() -> Iterator[World]:
    """Create the targets: a secret, listeners, a process and a folder."""
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
        hidden, mark = (f"{prefix}-{secrets.token_hex(8)}" for prefix in ("hidden", "mark"))
        yield World(secret, port, path, abstract, canary.pid, folder, courses, hidden, mark)


def run_attack(attack: Attack, pool: Pool, world: World) -> AttackRun:
    """Run the attack beside a victim, then the later jobs (one per slot), then the probe."""
    seen: list[Result] = []
    victim = threading.Thread(target=lambda: seen.append(pool.run(VICTIM)))
    victim.start()
    result = pool.run(attack.job(world))
    victim.join()
    time.sleep(attack.wait)
    followers = tuple(pool.run(attack.following(world)) for _ in range(pool.size if attack.after else 0))
    return AttackRun(result, seen[0], followers, pool.run(PROBE))


def assert_no_harm(run: AttackRun, world: World) -> None:
    """Assert that the victim was not affected, the next job runs, and the targets are unchanged."""
    assert run.victim.ok, run.victim
    assert run.victim.values == {"total": 499500, "files": ["mine"]}, run.victim
    assert run.probe.values == {"x": 42}, run.probe
    assert list(world.folder.iterdir()) == []
    assert world.secret.read_text() == SESAME
    assert (world.secret.stat().st_mode & 0o777, world.folder.stat().st_mode & 0o777) == (0o644, 0o777)
    os.kill(world.canary, 0)
    # `kill` succeeds for a zombie process, which has no command line.
    assert not sys.platform.startswith("linux") or Path(f"/proc/{world.canary}/cmdline").read_bytes()


def assert_contained(attack: Attack, run: AttackRun, world: World) -> None:
    """Assert that the attack obtained nothing, and that later jobs find nothing of it."""
    attack.judge(run.result, world)
    for follower in run.followers:
        nothing_escaped(follower, world)
