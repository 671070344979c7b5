"""Leaves a thread that writes without end after the code has ended, while its check asks for what it returned.

Contained: stopped for its output; the check is not passed.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World, not_passed, stopped


def stopped_and_not_passed(result: Result, world: World) -> None:
    stopped("output")(result, world)
    not_passed(result, world)


ATTACK = Attack(
    code="""
import os, threading, time
out = os.dup(1)
def flood():
    time.sleep(0.2)
    while True:
        os.write(out, b"x" * 65536)
def answer():
    time.sleep(60)
    return 1
threading.Thread(target=flood, daemon=True).start()
""",
    check="assert answer() == 1",
    answer="""
def answer():
    return 1
""",
    judge=stopped_and_not_passed,
)
