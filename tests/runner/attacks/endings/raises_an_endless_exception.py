"""Raises an exception of gigabytes: text, chain of causes, traceback.

Contained: the reported failure is short.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World


def short(result: Result, world: World) -> None:
    assert not result.ok
    assert len(repr(result)) < 100_000, len(repr(result))


ATTACK = Attack(
    code="""
def deeper(depth):
    try:
        if depth:
            deeper(depth - 1)
        raise ValueError("x" * (1 << 20))
    except ValueError as error:
        raise TypeError("y" * (1 << 20)) from error
deeper(60)
""",
    judge=short,
)
