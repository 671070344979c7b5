"""Reports impossible times and memory: infinite, negative, endless, not numbers.

Contained: the result's seconds and memory are possible.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World, only_itself


def sane(result: Result, world: World) -> None:
    assert 0 <= result.seconds < 60, result
    assert 0 <= result.peak_memory < 1 << 50, result
    only_itself(result, world)


ATTACK = Attack(
    code="""
send(b"D", b'{"failed": false, "seconds": -1e999, "memory": 1e999}')
while True:
    pass
""",
    judge=sane,
)
