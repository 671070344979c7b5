"""Says that it could not begin, in megabytes of text that no page can hold.

Contained: why it ended is a sentence that can be written.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World


def short(result: Result, world: World) -> None:
    assert result.stopped == "unavailable", result
    assert len(result.why.encode()) < 20_000


ATTACK = Attack(
    code=r"""
tell(b"X", "\ud800" + " " * 1_000_000)
while True:
    pass
""",
    judge=short,
)
