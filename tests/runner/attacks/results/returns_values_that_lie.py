"""Returns values that claim to be numbers or text.

Contained: the result is plain data, or an opaque value.
"""

from __future__ import annotations

from practicum.model import Failure, Opaque
from practicum.runner import Result

from ..catalogue import Attack, World


def plain(result: Result, world: World) -> None:
    assert result.ok, result
    assert type(result.values["number"]) is int
    assert result.values["text"] == "x" * 1000
    assert type(result.values["fake"]) in (Opaque, Failure)


ATTACK = Attack(
    code="""
class Number(int):
    __class__ = str
    def __int__(self): raise ValueError
    def __eq__(self, other): return True
    __hash__ = int.__hash__
class Text(str):
    def __len__(self): return 3
    def encode(self, *_): return b"</script>"
class Fake:
    __class__ = property(lambda self: int)
number, text, fake = Number(5), Text("x" * 1000), Fake()
""",
    values={name: name for name in ("number", "text", "fake")},
    judge=plain,
)
