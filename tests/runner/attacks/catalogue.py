"""What an attack is, and the world it is let loose in.

An attack is a function that gives code for the victim of its name; `@attack` puts it in `ATTACKS`. The code appends to
`escaped` whatever it got hold of: nothing may be in it when the code has ended. What has effects outside is judged by
looking outside, with `judge`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from practicum.runner import Limits, Mode, Result

ISOLATED = (Mode.FULL, Mode.BARE)
EVERYWHERE = tuple(Mode)


@dataclass(frozen=True)
class World:
    """What there is to get at, outside."""

    secret: Path
    """A file that anyone on this machine may read."""
    port: int
    """A TCP port of the loopback interface on which someone listens."""
    socket: Path
    """A unix socket that anyone may connect to."""
    canary: int
    """A process that must survive."""
    folder: Path
    """A folder that anyone may write to, and in which nothing may appear."""


Judge = Callable[[Result, World], None]


def nothing_escaped(result: Result, world: World) -> None:
    """The code ran to its end, or was stopped, without getting hold of anything."""
    assert result.values.get("escaped", []) == [], result
    assert result.failure is None, result
    if result.stopped is None:
        assert "escaped" in result.values, result


def stopped(*ways: str) -> Judge:
    """The machine ended it, in one of these ways, and says why."""

    def judge(result: Result, world: World) -> None:
        assert result.stopped in ways, result
        assert result.why

    return judge


@dataclass(frozen=True)
class Attack:
    """One way to do harm."""

    name: str
    code: Callable[[World], str]
    judge: Judge = nothing_escaped
    modes: tuple[Mode, ...] = ISOLATED
    limits: Limits = field(default_factory=lambda: Limits(seconds=5, memory=512 << 20, disk=16 << 20))


ATTACKS: list[Attack] = []

PRELUDE = """
import os, sys
escaped = []
def attempt(call, *arguments):
    # What is refused is contained.
    try:
        got = call(*arguments)
    except BaseException:
        return None
    escaped.append(repr(got)[:100])
    return got
"""


def attack(
    judge: Judge = nothing_escaped, modes: tuple[Mode, ...] = ISOLATED, limits: Limits | None = None
) -> Callable[[Callable[[World], str]], Callable[[World], str]]:
    """Enter the decorated function, which gives the attack's code, in the catalogue under its own name."""

    def enter(code: Callable[[World], str]) -> Callable[[World], str]:
        fields = {"limits": limits} if limits else {}
        name = code.__name__.replace("_", " ")
        ATTACKS.append(Attack(name, lambda world: PRELUDE + code(world), judge, modes, **fields))
        return code

    return enter
