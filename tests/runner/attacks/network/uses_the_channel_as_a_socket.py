"""Uses its channel to the server as a socket: passes descriptors, connects elsewhere.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import socket
channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, os.dup(CHANNEL))
attempt(socket.send_fds, channel, [b"B"], [0])
attempt(socket.recv_fds, channel, 10, 4, socket.MSG_DONTWAIT)
attempt(channel.connect, SOCKET)
attempt(channel.getsockopt, socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
attempt(channel.setsockopt, socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
attempt(channel.shutdown, socket.SHUT_RDWR)
attempt(channel.accept)
""",
)
