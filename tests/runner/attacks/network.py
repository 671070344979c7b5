"""Speaking to anyone."""

from __future__ import annotations

from .catalogue import World, attack


@attack()
def connects_over_tcp(world: World) -> str:
    return f"import socket\nattempt(socket.create_connection, ('127.0.0.1', {world.port}), 1)"


@attack()
def opens_any_socket(world: World) -> str:
    return """
import socket
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK, socket.AF_PACKET, 38, 40):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        attempt(socket.socket, family, kind)
attempt(socket.socketpair)
"""


@attack()
def connects_to_a_unix_socket(world: World) -> str:
    return f"import socket\ns = attempt(socket.socket, socket.AF_UNIX)\nif s: s.connect({str(world.socket)!r})"


@attack()
def uses_io_uring_instead(world: World) -> str:
    return """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(256)
if libc.syscall(425, 8, buffer) >= 0:
    escaped.append("io_uring")
"""
