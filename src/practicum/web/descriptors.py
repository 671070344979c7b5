"""How many files and connections the service may have open."""

from __future__ import annotations

import sys

WANTED = 1 << 16
"""Open files and connections that a service may need."""
RESERVED = 256
"""Of them for everything but connections of clients: runs, the database, the courses' files."""
ACCEPTED_AT_ONCE = 32
"""Connections that the event loop accepts before it reads what the last ones have sent."""
BACKLOG = 2048
"""Connections that may wait in the system to be accepted."""


def raise_limit() -> int:
    """Raise the limit of open files as far as the system allows, up to `WANTED`, and return it."""
    if sys.platform == "win32":
        return WANTED
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return WANTED if soft == resource.RLIM_INFINITY else soft


def max_connections(limit: int, wanted: int) -> int:
    """Return how many connections may be open: `wanted`, or fewer where the limit of open files is low."""
    return max(1, min(wanted, limit - RESERVED - ACCEPTED_AT_ONCE))
