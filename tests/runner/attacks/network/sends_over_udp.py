"""Sends a datagram over UDP.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import socket
def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        return s.sendto(b"sesame", ("127.0.0.1", PORT))
attempt(send)
""",
    succeeds_for="anyone",
)
