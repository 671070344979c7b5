"""Reports that it could not start, with megabytes of text.

Contained: the reason is a sentence that can be encoded.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World


def short(result: Result, world: World) -> None:
    assert result.stopped == "unavailable", result
    assert len(result.why.encode()) < 20_000


ATTACK = Attack(
    code=r"""
send(b"X", "\ud800" + " " * 1_000_000)
while True:
    pass
""",
    judge=short,
)
