"""Every attack, in every mode that is there to stop it.

Beside a victim that must not notice, before a probe that must run.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from practicum.runner import Job, Limits, Mode, Result

from ..conftest import pool_in
from . import bombs, network, processes, results, secrets
from .catalogue import ATTACKS, Attack, World

VICTIM = Job(
    setup="import time\nopen('mine', 'w').write('x')",
    code="for _ in range(20):\n    time.sleep(0.01)\ntotal = sum(range(1000))",
    values={"total": "total", "files": "__import__('os').listdir()"},
    limits=Limits(seconds=30),
)
PROBE = Job(code="x = 6 * 7", values={"x": "x"}, limits=Limits(seconds=20))
CASES = [pytest.param(attack, mode, id=f"{mode}: {attack.name}") for attack in ATTACKS for mode in attack.modes]
FILES = (bombs, network, processes, results, secrets)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Something to steal, someone to talk to, someone to kill."""
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="world-")))
        home.chmod(0o755)
        secret, folder, path = home / "secret.txt", home / "open", home / "socket"
        secret.write_text("sesame")
        secret.chmod(0o644)
        folder.mkdir()
        folder.chmod(0o777)
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        unix.bind(str(path))
        unix.listen()
        path.chmod(0o777)
        canary = stack.enter_context(subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(1000)"]))
        stack.callback(canary.kill)
        yield World(secret, server.getsockname()[1], path, canary.pid, folder)


@pytest.mark.parametrize(("attack", "mode"), CASES)
def test_is_contained(attack: Attack, mode: Mode, world: World) -> None:
    """The attack gets nothing and harms no one, neither while it runs nor after."""
    pool = pool_in(mode)
    seen: list[Result] = []
    victim = threading.Thread(target=lambda: seen.append(pool.run(VICTIM)))
    victim.start()
    values = {"escaped": "escaped", "written": "globals().get('written', 0)"}

    result = pool.run(Job(code=attack.code(world), values=values, limits=attack.limits))
    victim.join()
    probe = pool.run(PROBE)

    attack.judge(result, world)
    assert seen[0].ok, seen[0]
    assert seen[0].values == {"total": 499500, "files": ["mine"]}
    assert probe.values == {"x": 42}, probe


def test_the_attacks_can_succeed(world: World) -> None:
    """Without isolation the same code does get hold of things: what is contained is not merely broken."""
    pool = pool_in(Mode.SUBPROCESS)
    tame = {
        "reads a file of someone else",
        "connects over tcp",
        "opens any socket",
        "becomes someone",
        "reads system secrets",
    }
    attacks = [attack for attack in ATTACKS if attack.name in tame]

    found = {attack.name: pool.run(Job(code=attack.code(world), values={"escaped": "escaped"})) for attack in attacks}

    assert len(found) == len(tame)
    assert all(result.values["escaped"] for result in found.values()), found
