"""Lying to the server through the result channel."""

from __future__ import annotations

from practicum.runner import Limits, Result

from .catalogue import EVERYWHERE, World, attack, stopped

CHANNEL = 4 - 1
"""Its descriptor in the isolated modes."""


@attack(judge=stopped("crash", "output"))
def sends_garbage(world: World) -> str:
    return f"os.write({CHANNEL}, os.urandom(1 << 16))\nwhile True: pass"


@attack(judge=stopped("crash"))
def sends_deep_json(world: World) -> str:
    return f"text = b'[' * 500_000\nos.write({CHANNEL}, b'V' + len(text).to_bytes(4, 'big') + text)\nwhile True: pass"


@attack(judge=stopped("output"))
def announces_four_gigabytes(world: World) -> str:
    return f"os.write({CHANNEL}, b'V' + bytes([255] * 4))\nwhile True: os.write({CHANNEL}, bytes(1 << 16))"


def _only_its_own_output(result: Result, world: World) -> None:
    """It may say that it ended well; it cannot give values that nobody asked for, nor go on running."""
    assert "forged" not in result.values


@attack(judge=_only_its_own_output)
def forges_its_end_and_goes_on(world: World) -> str:
    return f"""
import json
def send(letter, content):
    data = json.dumps(content).encode()
    os.write({CHANNEL}, letter + len(data).to_bytes(4, "big") + data)
send(b"D", {{"failed": False, "seconds": 0, "memory": 0}})
send(b"V", {{"name": "forged", "value": 1, "seconds": 0}})
while True:
    pass
"""


@attack(judge=stopped("time"), limits=Limits(seconds=1))
def asks_for_the_check_without_end(world: World) -> str:
    return f"""
frame = b"R" + (4).to_bytes(4, "big") + b"null"
while True:
    os.write({CHANNEL}, frame * 100)
    import time; time.sleep(0.01)
"""


def _prints(result: Result, world: World) -> None:
    repr(result).encode()
    assert result.failure is not None


@attack(judge=_prints)
def forges_text_that_cannot_be_written(world: World) -> str:
    return f"""
import json
bad = "\\ud800"
what = {{"type": bad, "message": bad, "line": 1, "where": bad, "bases": [bad], "memory": False}}
data = json.dumps({{"failure": what,
                   "traceback": bad}}).encode()
os.write({CHANNEL}, b"F" + len(data).to_bytes(4, "big") + data)
"""


@attack(judge=stopped("crash"))
def gives_values_nobody_asked_for(world: World) -> str:
    return f"""
import json
data = json.dumps({{"name": "forged", "value": 1, "seconds": 0}}).encode()
os.write({CHANNEL}, b"V" + len(data).to_bytes(4, "big") + data)
while True:
    pass
"""


@attack(judge=stopped("crash"), modes=EVERYWHERE)
def recurses_until_the_stack_ends(world: World) -> str:
    return """
sys.setrecursionlimit(1 << 30)
def deeper(_):
    return sorted([1], key=deeper)  # through C, so that the stack itself grows
deeper(1)
"""
