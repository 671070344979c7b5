"""Opens raw and packet sockets, to forge and to listen to packets.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import socket
for protocol in (1, 6, 17, 255):
    attempt(socket.socket, socket.AF_INET, socket.SOCK_RAW, protocol)
attempt(socket.socket, socket.AF_PACKET, socket.SOCK_RAW, 3)
attempt(socket.socket, socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
""",
    succeeds_for="root",
)
