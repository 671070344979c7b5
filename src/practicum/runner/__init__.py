"""Runs code that nobody trusts, warm and isolated. See `docs/runner.md`.

The names are loaded when they are used: the interpreters inside the sandbox import this package too, and see only
`practicum.runner.inside`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # not from `typing`, which would be a fifth of a zygote's start
if TYPE_CHECKING:
    from practicum.runner.cancellation import Cancel
    from practicum.runner.environment import Environment
    from practicum.runner.events import Began, Epoch, Event, Output, Queued, Stream, Tell, Value
    from practicum.runner.isolation_mode import choose_mode
    from practicum.runner.isolation_report import Report, doctor
    from practicum.runner.job import Figure, Job, Limits, Mode, Preload, Result
    from practicum.runner.pool import Pool, UnsafeMode

__all__ = [
    "Began",
    "Cancel",
    "Environment",
    "Epoch",
    "Event",
    "Figure",
    "Job",
    "Limits",
    "Mode",
    "Output",
    "Pool",
    "Preload",
    "Queued",
    "Report",
    "Result",
    "Stream",
    "Tell",
    "UnsafeMode",
    "Value",
    "choose_mode",
    "doctor",
]

_HOMES = {
    "Cancel": "cancellation",
    "Environment": "environment",
    "Pool": "pool",
    "UnsafeMode": "pool",
    "Report": "isolation_report",
    "doctor": "isolation_report",
    "choose_mode": "isolation_mode",
}
_HOMES |= dict.fromkeys(("Began", "Epoch", "Event", "Output", "Queued", "Stream", "Tell", "Value"), "events")


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    home = importlib.import_module(f"{__name__}.{_HOMES.get(name, 'job')}")
    found: object = getattr(home, name)
    globals()[name] = found
    return found
