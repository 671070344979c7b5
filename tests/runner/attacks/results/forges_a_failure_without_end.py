"""Reports a failure with megabytes of blanks, which take minutes to search.

Contained: the failure is no longer than a real one can be.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World


def short(result: Result, world: World) -> None:
    assert result.failure is not None, result
    assert len(repr(result.failure)) < 20_000
    assert len(result.traceback) < 30_000


ATTACK = Attack(
    code="""
bad = "a" + " " * 1_000_000 + "b"
what = {"type": bad, "message": bad, "line": 1, "where": bad, "running": bad, "bases": [bad] * 3, "memory": False}
send(b"F", {"failure": what, "traceback": bad})
""",
    judge=short,
)
