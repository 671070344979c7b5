"""Makes a pair of sockets, through which descriptors could be passed.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import socket
attempt(socket.socketpair)
""",
    succeeds_for="anyone",
)
