"""Walks up the stack from its answer, and reads the expected value there.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code=r"""
import gc, linecache, re, sys
def f(x):
    frame = sys._getframe()
    texts = []
    while frame:
        places = {**frame.f_globals, **frame.f_locals}
        if "expected" in places:
            return places["expected"]
        texts += ["".join(linecache.getlines(frame.f_code.co_filename)), repr(frame.f_code.co_consts), repr(places)]
        frame = frame.f_back
    print(*texts)
    found = re.findall(r"expected = (\d+)", "".join(texts))
    return int(found[0]) if found else 5
""",
    judge=not_passed,
    check="""
expected = 4
assert f(2) == expected
""",
    answer="def f(x): return x * x",
)
