"""Resolves a host name: the request itself can carry a secret.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import socket
attempt(socket.getaddrinfo, "sesame.example.org", 80)
attempt(socket.gethostbyname, "sesame.example.org")
""",
)
