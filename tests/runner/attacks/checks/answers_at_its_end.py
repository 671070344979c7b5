"""Leaves work for the end of the process, which tells the server that all went well.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import json, os
def tell(letter, content):
    data = json.dumps(content).encode()
    os.write(3, letter + len(data).to_bytes(4, "big") + data)

import atexit, sys
def well():
    tell(b"D", {"failed": False, "seconds": 0.1, "memory": 1000000})
    os._exit(0)
class Late:
    def __del__(self): well()
late = Late()
atexit.register(well)
sys.excepthook = sys.unraisablehook = lambda *_: well()
def f(x):
    raise SystemExit(0)
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
