"""Opens a socket of every family: netlink, vsock, the kernel's ciphers, and others.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import socket
for family in range(46):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        attempt(socket.socket, family, kind)
""",
    succeeds_for="anyone",
)
