"""What an attack is, what it finds to attack, and how one sees that it was contained.

An attack is a file in a family's folder: its docstring says what it tries and when it counts as contained, its `ATTACK`
holds the code. Before the code runs the prelude: the names of what there is to attack, and a few helpers. The code
appends to `escaped` whatever it gets hold of; nothing may be in it at the end. Whatever the attack, what is outside
must be as it was: see :mod:`tests.runner.attacks.trial`.
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
"""For most attacks. The disk is the default: who changes it is never served by a spare."""
HURRIED = Limits(seconds=0.5, memory=512 << 20)
"""For an attack that ends only when its time is over."""
SMALL_DISK = Limits(seconds=5, memory=512 << 20, disk=16 << 20)
"""For an attack on the disk."""
KERAS = Limits(seconds=30)
"""For an attack that works with Keras."""


@dataclass(frozen=True)
class World:
    """What there is to get at, outside."""

    secret: Path
    """A file that anyone on this machine may read."""
    port: int
    """A port of the loopback interface on which someone listens, over TCP and over UDP."""
    socket: Path
    """A unix socket that anyone may connect to."""
    abstract: str
    """The name of an abstract unix socket."""
    canary: int
    """A process that must survive."""
    folder: Path
    """A folder that anyone may write to, and in which nothing may appear."""
    courses: Path
    """The courses, with their keys."""
    hidden: str
    """A text that stands in every hidden check, and that no job may say."""
    mark: str
    """A name that nothing else has, for what an attack leaves."""


Judge = Callable[[Result, World], None]
"""Raises `AssertionError` where the attack was not contained."""


def nothing_escaped(result: Result, world: World) -> None:
    """The code ran to its end without getting hold of anything."""
    assert result.failure is None, result
    assert result.stopped is None, result
    assert result.values == {"escaped": []}, result


def nothing_escaped_alive(result: Result, world: World) -> None:
    """It got hold of nothing, and may have been ended for trying."""
    if result.stopped != "crash":
        nothing_escaped(result, world)


def stopped(*ways: str) -> Judge:
    """The machine ended it, in one of these ways, and says why."""

    def judge(result: Result, world: World) -> None:
        assert result.stopped in ways, result
        assert result.why, result

    return judge


def failed(kind: str) -> Judge:
    """The code ended with this exception, as any code may."""

    def judge(result: Result, world: World) -> None:
        assert result.failure is not None, result
        assert result.failure.type == kind, result

    return judge


def only_itself(result: Result, world: World) -> None:
    """It may spoil its own output, no more: no value that nobody asked for, nothing that cannot be written."""
    assert set(result.values) <= {"escaped"}, result
    repr(result).encode()


def not_passed(result: Result, world: World) -> None:
    """The check was not passed, and the check's text is in nothing that the learner gets to see."""
    assert not result.ok, result
    told = (result.stdout, result.stderr, result.traceback, result.why, repr(dict(result.values)), str(result.failure))
    assert not [text for text in told if world.hidden in text], result


def scores_nothing(result: Result, world: World) -> None:
    """The score that the check asks for is what was earned: none, or nothing at all."""
    assert result.values.get("score", 0.0) == 0.0, result
    assert not result.ok or set(result.values) == {"score"}, result


@dataclass(frozen=True, eq=False)
class Attack:
    """One way to do harm. The last three fields are filled in from the file's place and docstring."""

    code: str
    judge: Judge = nothing_escaped
    modes: tuple[IsolationMode, ...] = ISOLATED
    limits: Limits = QUICK
    check: str = ""
    """A hidden check. The code gives a wrong answer, or none, and tries to pass it anyway."""
    answer: str = ""
    """Code that passes the same check honestly: what fails is the attack, not the check."""
    score: str = ""
    """An expression that is asked of the check once it has passed: the code tries to better it."""
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Asked for besides `escaped`."""
    after: str = ""
    """The code of the jobs that follow it: they append to `escaped` what the attack has left them."""
    wait: float = 0.0
    """Seconds to wait after its end, before looking at what it has done."""
    succeeds_for: Literal["nobody", "anyone", "root"] = "nobody"
    """Who gets hold of something with this code where nothing isolates. `nobody`: it was not tried, or is harmful."""
    known: Mapping[IsolationMode, str] = field(default_factory=dict)
    """The modes that are known not to contain it, and why."""
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
        """The job that looks for what was left."""
        return Job(setup=prelude(world), code=self.after, values={"escaped": "escaped"}, limits=QUICK)


def prelude(world: World) -> str:
    """What an attack's code may use."""
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
    """What is refused is contained."""
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
    """A system call by its number on x86-64."""
    import ctypes
    outcome = ctypes.CDLL(None, use_errno=True).syscall(number, *arguments)
    if outcome >= 0:
        escaped.append(name)
    return outcome

def tell(letter, content):
    """A frame to the server, as the runner itself sends them."""
    import json
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    os.write(CHANNEL, letter + len(data).to_bytes(4, "big") + data)
'''


@functools.cache
def attacks() -> tuple[Attack, ...]:
    """All of them, found by walking the folders."""
    return tuple(_load(path) for path in sorted(HERE.glob("*/*.py")) if path.stem != "__init__")


def _load(path: Path) -> Attack:
    family, name = path.parent.name, path.stem
    module = importlib.import_module(f"{__package__}.{family}.{name}")
    attack: Attack = module.ATTACK
    tries = (module.__doc__ or "").strip().splitlines()[0]
    return dataclasses.replace(attack, family=family, name=name, tries=tries)
