"""Raises an exception whose text, name and line raise themselves.

Contained: it has failed or crashed, and its failure can be shown.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World


def reported(result: Result, world: World) -> None:
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
    judge=reported,
)
