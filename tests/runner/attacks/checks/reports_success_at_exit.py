"""Registers an exit handler that reports success to the server.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import json, os
def send(letter, content):
    data = json.dumps(content).encode()
    os.write(3, letter + len(data).to_bytes(4, "big") + data)

import atexit, sys
def well():
    send(b"D", {"failed": False, "seconds": 0.1, "memory": 1000000})
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
