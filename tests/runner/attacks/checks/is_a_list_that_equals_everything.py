"""Returns a list and a dictionary that return what is looked up.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
class Items(list):
    def __eq__(self, other): return True
    def __len__(self): return 3
    def __iter__(self): return iter([0, 1, 4])
    def __getitem__(self, key): return key * key
class Table(dict):
    def __eq__(self, other): return True
    def __missing__(self, key): return key * key
def squares():
    return Items([7])
def table():
    return Table()
""",
    judge=not_passed,
    check="""
assert squares() == [0, 1, 4]
assert len(squares()) == 3 and squares()[2] == 4
assert table()[2] == 4
""",
    answer="""
def squares():
    return [0, 1, 4]
def table():
    return {2: 4}
""",
)
