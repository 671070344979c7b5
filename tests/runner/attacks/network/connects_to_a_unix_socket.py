"""Connects to a unix socket that all users may use.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import socket
def connect():
    s = socket.socket(socket.AF_UNIX)
    s.connect(SOCKET)
    return s
attempt(connect)
""",
    succeeds_for="anyone",
)
