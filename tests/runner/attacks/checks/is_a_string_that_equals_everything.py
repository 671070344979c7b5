"""Returns a string of a class that redefines equality and slicing.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
class Text(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __contains__(self, other): return True
    def __getitem__(self, key): return self
    def lower(self): return self
    def split(self, *_): return ["hello", "world"]
    __hash__ = str.__hash__
def greet():
    return Text("no")
""",
    judge=not_passed,
    check="""
assert greet() == "hello world"
assert greet().split() == ["hello", "world"]
assert "hello" in greet()
""",
    answer="def greet(): return 'hello world'",
)
