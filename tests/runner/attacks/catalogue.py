"""Attacks: their code, their targets, and the judges that decide whether they were contained.

An attack is a file in a family's folder. Its docstring describes what it tries and when it counts as contained, and its
`ATTACK` contains the code. A prelude runs before the code: it binds the names of the targets and a few helpers. The
code appends everything it obtains to `escaped`, which must be empty at the end. In addition, everything outside must be
unchanged: see :mod:`tests.runner.attacks.trial`.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from practicum.model import NOTHING
from practicum.runner import IsolationMode, Job, Limits, Result

HERE = Path(__file__).parent
ISOLATED = (IsolationMode.FULL, IsolationMode.BARE)
EVERYWHERE = tuple(IsolationMode)
QUICK = Limits(seconds=5, memory=512 << 20)
"""For most attacks. The disk limit is the default, as spares run no jobs with another one."""
HURRIED = Limits(seconds=0.5, memory=512 << 20)
"""For attacks that end only when their time runs out."""
SMALL_DISK = Limits(seconds=5, memory=512 << 20, disk=16 << 20)
"""For attacks on the disk."""
KERAS = Limits(seconds=30)
"""For attacks that use Keras."""


@dataclass(frozen=True)
class World:
    """The targets outside the sandbox."""

    secret: Path
    """A file that all users of this machine may read."""
    port: int
    """A port of the loopback interface with listeners for TCP and UDP."""
    socket: Path
    """A unix socket that all users may connect to."""
    abstract: str
    """The name of an abstract unix socket."""
    canary: int
    """A process that must survive."""
    folder: Path
    """A folder that all users may write to, and that must stay empty."""
    courses: Path
    """The folder of courses, with their keys."""
    hidden: str
    """A text in every hidden check, which no job may print."""
    mark: str
    """A unique name for files that an attack leaves."""


Judge = Callable[[Result, World], None]
"""Raises AssertionError if the attack was not contained."""


def nothing_escaped(result: Result, world: World) -> None:
    """The code ran to its end and obtained nothing."""
    assert result.failure is None, result
    assert result.stopped in (None, "forbidden"), result
    assert result.values == {"escaped": []}, result


def nothing_escaped_alive(result: Result, world: World) -> None:
    """The code obtained nothing, and may have been ended for trying."""
    if result.stopped != "crash":
        nothing_escaped(result, world)


def stopped(*ways: str) -> Judge:
    """The runner stopped it for one of these reasons, and its result has a message."""

    def judge(result: Result, world: World) -> None:
        assert result.stopped in ways, result
        assert result.why, result

    return judge


def failed(kind: str) -> Judge:
    """The code raised this exception."""

    def judge(result: Result, world: World) -> None:
        assert result.failure is not None, result
        assert result.failure.type == kind, result

    return judge


def only_itself(result: Result, world: World) -> None:
    """It may only spoil its own output: the result has no unrequested value and can be encoded."""
    assert set(result.values) <= {"escaped"}, result
    repr(result).encode()


def not_passed(result: Result, world: World) -> None:
    """The check was not passed, and its source is in nothing that a learner can see."""
    assert not result.ok, result
    visible = (
        result.stdout,
        result.stderr,
        result.traceback,
        result.why,
        repr(dict(result.values)),
        str(result.failure),
    )
    assert not [text for text in visible if world.hidden in text], result


def scores_nothing(result: Result, world: World) -> None:
    """The check's score is 0, or there is none."""
    assert result.values.get("score", 0.0) == 0.0, result
    assert not result.ok or set(result.values) == {"score"}, result


@dataclass(frozen=True, eq=False)
class Attack:
    """One attack. `family`, `name` and `tries` are set from the file's path and docstring."""

    code: str
    judge: Judge = nothing_escaped
    modes: tuple[IsolationMode, ...] = ISOLATED
    limits: Limits = QUICK
    check: str = ""
    """A hidden check, which the code tries to pass with a wrong answer or none."""
    answer: str = ""
    """Code that passes the same check honestly, which shows that the check works."""
    score: str = ""
    """An expression evaluated by the check after it has passed, which the code tries to raise."""
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Values requested in addition to `escaped`."""
    after: str = ""
    """The code of later jobs, which append to `escaped` what the attack has left."""
    wait: float = 0.0
    """Seconds to wait after its end before its effects are checked."""
    succeeds_for: Literal["not tried", "anyone", "root"] = "not tried"
    """The user for whom this code obtains something without isolation. `not tried`: it would do harm."""
    known: Mapping[IsolationMode, str] = field(default_factory=dict)
    """The modes that are known not to contain it, with the reason."""
    family: str = ""
    name: str = ""
    tries: str = ""

    def __str__(self) -> str:
        return f"{self.family}/{self.name}"

    def job(self, world: World) -> Job:
        if self.check:
            check = f"hidden = {world.hidden!r}\n{self.check}"
            score = {"score": self.score} if self.score else {}
            return Job(code=self.code, check=check, check_values=score, limits=self.limits)
        values = {"escaped": "escaped", **self.values}
        return Job(setup=prelude(world), code=self.code, values=values, limits=self.limits)

    def following(self, world: World) -> Job:
        """Return the job that looks for what was left."""
        return Job(setup=prelude(world), code=self.after, values={"escaped": "escaped"}, limits=QUICK)


def prelude(world: World) -> str:
    """Return the setup code that defines the targets and helpers."""
    given = {
        "SECRET": str(world.secret),
        "PORT": world.port,
        "SOCKET": str(world.socket),
        "ABSTRACT": world.abstract,
        "CANARY": world.canary,
        "FOLDER": str(world.folder),
        "COURSES": str(world.courses),
        "MARK": world.mark,
    }
    return "".join(f"{name} = {value!r}\n" for name, value in given.items()) + _HELPERS


_HELPERS = '''
import os, sys
CHANNEL = 3
escaped = []

def attempt(call, *arguments):
    """Call it, and record its result unless it raises."""
    try:
        got = call(*arguments)
    except BaseException:
        return None
    escaped.append(repr(got)[:100])
    return got

def read(path):
    with open(path, "rb") as file:
        return file.read(100)

def kernel(name, number, *arguments):
    """Make a system call by its number on x86-64."""
    import ctypes
    outcome = ctypes.CDLL(None, use_errno=True).syscall(number, *arguments)
    if outcome >= 0:
        escaped.append(name)
    return outcome

def send(letter, content):
    """Send a frame to the server, as the runner does."""
    import json
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    os.write(CHANNEL, letter + len(data).to_bytes(4, "big") + data)
'''


@functools.cache
def attacks() -> tuple[Attack, ...]:
    """Return all attacks, found in the folders of the families."""
    return tuple(_load(path) for path in sorted(HERE.glob("*/*.py")) if path.stem != "__init__")


def _load(path: Path) -> Attack:
    family, name = path.parent.name, path.stem
    module = importlib.import_module(f"{__package__}.{family}.{name}")
    attack: Attack = module.ATTACK
    tries = (module.__doc__ or "").strip().splitlines()[0]
    return dataclasses.replace(attack, family=family, name=name, tries=tries)
