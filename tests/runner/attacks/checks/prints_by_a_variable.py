"""Binds the name by which the check reads what is printed, and puts the expected text there.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import builtins, sys
printed = builtins.printed = 'Hello Ada\\n'
sys.modules['__main__'].printed = printed
def f(name):
    global printed
    printed = 'Hello Ada\\n'
""",
    judge=not_passed,
    check="f('Ada')\nassert printed == 'Hello Ada\\n'",
    answer="def f(name): print('Hello', name)",
)
