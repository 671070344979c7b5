"""What learners read when their progress cannot be read or stored, without paths, URLs or the database's own words."""

from __future__ import annotations

from practicum.store import StoreError

_BUSY = "The database is busy."
_CAUSES = {
    "disk-full": "The server's disk is full.",
    "not-writable": "The server cannot write to its disk or its database.",
    "unreachable": "The database cannot be reached at the moment.",
    "file-replaced": "The database was deleted or replaced while the service was running.",
    "locked": _BUSY,
    "busy": _BUSY,
    "timeout": _BUSY,
    "too-many-connections": _BUSY,
    "closing": "The service is stopping.",
}
_UNKNOWN = "The database reported an error."
_ADVICE = "Try again in a minute. If it happens again, tell the operator: what the service printed has the cause."


def public_message(error: StoreError) -> str:
    """Return the cause in general terms, and what to do."""
    return f"{_CAUSES.get(error.code, _UNKNOWN)} {_ADVICE}"
