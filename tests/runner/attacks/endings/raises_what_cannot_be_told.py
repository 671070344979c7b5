"""Raises an exception whose text, name and line are traps.

Contained: it has failed or crashed, and what is told of it can be shown.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World


def told(result: Result, world: World) -> None:
    assert not result.ok
    repr(result).encode()


ATTACK = Attack(
    code="""
class Error(BaseException):
    def __str__(self):
        raise Error
    __repr__ = __str__
    __traceback__ = property(lambda self: 1 / 0)
raise Error
""",
    judge=told,
)
