"""Sends a set of numbers with colliding hashes, which takes the server minutes to build.

Contained: refused by the number of entries, before any set is built.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World


def quick(result: Result, world: World) -> None:
    assert result.stopped in ("crash", "output"), result
    assert result.seconds < 3, result.seconds


ATTACK = Attack(
    code="""
keys = [{"int": hex((2**61 - 1) * number)} for number in range(40_000)]
send(b"V", {"name": "escaped", "value": {"set": keys}, "seconds": 0})
while True:
    pass
""",
    judge=quick,
)
