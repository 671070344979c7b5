"""Connects to a server on this machine over TCP.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import socket
attempt(socket.create_connection, ("127.0.0.1", PORT), 1)
""",
    succeeds_for="anyone",
)
