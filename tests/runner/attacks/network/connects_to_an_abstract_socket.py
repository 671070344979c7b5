"""Connects to an abstract unix socket, which no folder protects.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import socket
def connect():
    s = socket.socket(socket.AF_UNIX)
    s.connect(ABSTRACT)
    return s
attempt(connect)
""",
    succeeds_for="anyone",
)
