"""Traces the check and jumps over its lines.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import sys
def trace(frame, event, argument):
    if frame.f_code.co_name == "<module>":
        frame.f_trace_opcodes = True
        for name in frame.f_globals:
            if name == "expected":
                frame.f_globals[name] = 5
        for line in (5, 4, 3):
            try:
                frame.f_lineno = line
                break
            except ValueError:
                pass
    return trace
def f(x):
    frame = sys._getframe(1)
    while frame:
        frame.f_trace = trace
        frame = frame.f_back
    sys.settrace(trace)
    return 5
sys.settrace(trace)
""",
    judge=not_passed,
    check="""
expected = 4
assert f(2) == expected
done = True
""",
    answer="def f(x): return x * x",
)
