"""Returns an instance of a subclass of `date` that equals everything and claims to be a plain one.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import datetime
class Fake(datetime.date):
    __class__ = datetime.date
    __hash__ = None
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __reduce__(self): return (eval, ("expected",))
def f(x):
    return Fake(2020, 1, 1)
""",
    judge=not_passed,
    check="""
import datetime
assert f(2) == datetime.date(2020, 1, 2)
assert isinstance(f(2), datetime.date)
""",
    answer="import datetime\ndef f(x): return datetime.date(2020, 1, x)",
)
