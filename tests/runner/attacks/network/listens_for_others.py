"""Listens on a port for connections.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import socket
attempt(socket.create_server, ("127.0.0.1", 0))
attempt(socket.create_server, ("0.0.0.0", 0))
""",
    succeeds_for="anyone",
)
