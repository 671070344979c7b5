"""Runs untrusted code in warm, isolated interpreters. See `docs/runner.md`.

The public names are imported on first use: the interpreters inside the sandbox import this package too, and they see
only `practicum.runner.inside`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # not from `typing`: importing it would take a fifth of a zygote's start
if TYPE_CHECKING:
    from practicum.runner.cancellation import Cancellation
    from practicum.runner.environment import Environment
    from practicum.runner.events import Epoch, Evaluated, OnEvent, Output, Queued, RunEvent, Started, Stream
    from practicum.runner.fair_share import Client, has_room
    from practicum.runner.isolation_mode import choose_mode
    from practicum.runner.isolation_report import IsolationReport, inspect_machine
    from practicum.runner.job import FigureImage, IsolationMode, Job, Limits, Preload, Result
    from practicum.runner.kept_sessions import KeepLimits
    from practicum.runner.pool import Pool, UnsafeMode

__all__ = [
    "Cancellation",
    "Client",
    "Environment",
    "Epoch",
    "Evaluated",
    "FigureImage",
    "IsolationMode",
    "IsolationReport",
    "Job",
    "KeepLimits",
    "Limits",
    "OnEvent",
    "Output",
    "Pool",
    "Preload",
    "Queued",
    "Result",
    "RunEvent",
    "Started",
    "Stream",
    "UnsafeMode",
    "choose_mode",
    "has_room",
    "inspect_machine",
]

_MODULES = {
    "Cancellation": "cancellation",
    "Client": "fair_share",
    "has_room": "fair_share",
    "Environment": "environment",
    "KeepLimits": "kept_sessions",
    "Pool": "pool",
    "UnsafeMode": "pool",
    "IsolationReport": "isolation_report",
    "inspect_machine": "isolation_report",
    "choose_mode": "isolation_mode",
}
_MODULES |= dict.fromkeys(
    ("Started", "Epoch", "RunEvent", "Output", "Queued", "Stream", "OnEvent", "Evaluated"), "events"
)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module = importlib.import_module(f"{__name__}.{_MODULES.get(name, 'job')}")
    value: object = getattr(module, name)
    globals()[name] = value
    return value
