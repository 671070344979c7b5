"""Uses a pair of sockets to connect elsewhere, send to an address, pass descriptors or send out-of-band data.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import socket
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    for address in (SOCKET, ABSTRACT):
        left, right = socket.socketpair(socket.AF_UNIX, kind)
        attempt(left.connect, address)
        attempt(left.sendto, b"sesame", address)
        attempt(left.sendmsg, [b"sesame"], [], 0, address)
        attempt(left.bind, MARK)
        attempt(left.listen)
        attempt(socket.send_fds, left, [b"B"], [0])
        attempt(left.send, b"x", socket.MSG_OOB)
        kernel("connect", 42, left.fileno(), b"\\1\\0" + address.encode(), 2 + len(address))
        kernel("sendto", 44, left.fileno(), b"sesame", 6, 0, b"\\1\\0" + address.encode(), 2 + len(address))
        kernel("sendto out of band", 44, left.fileno(), b"x", 1, socket.MSG_OOB, 0, 0)
        kernel("recvfrom out of band", 45, right.fileno(), b"12345678", 1, socket.MSG_OOB | socket.MSG_DONTWAIT, 0, 0)
for family in range(46):
    if family != socket.AF_UNIX:
        attempt(socket.socketpair, family)
""",
    succeeds_for="anyone",
)
