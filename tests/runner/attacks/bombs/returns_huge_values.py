"""Returns values that are too large to send.

Contained: each is reported by its type and the beginning of its text, without delay.
"""

from __future__ import annotations

from practicum.model import Opaque
from practicum.runner import Result

from ..catalogue import Attack, World

NAMES = ("text", "number", "items", "nested", "circle")


def only_opaque(result: Result, world: World) -> None:
    assert result.ok, result
    assert all(isinstance(result.values[name], Opaque) for name in NAMES), result
    assert len(repr(result)) < 20_000


ATTACK = Attack(
    code="""
text = "x" * (100 << 20)
number = 1 << 50_000_000
items = list(range(3_000_000))
nested = []
for _ in range(100_000):
    nested = [nested]
circle = []
circle.append(circle)
""",
    values={name: name for name in ("text", "number", "items", "nested", "circle")},
    judge=only_opaque,
)
