"""Chooses the strongest isolation mode that works on this machine, by running a small job in each."""

from __future__ import annotations

import functools
import sys

from practicum.runner.job import IsolationMode, Job, Limits, Preload, ZygoteGone
from practicum.runner.job_monitor import JobMonitor
from practicum.runner.zygote_client import ZygoteClient

_PROBE = Job(code="x = 6 * 7", values={"x": "x"}, limits=Limits(seconds=10, memory=1 << 30))


@functools.cache
def choose_mode() -> tuple[IsolationMode, tuple[str, ...]]:
    """Return the strongest mode in which a job runs here, and for each stronger mode why it does not work.

    Probed once per process.
    """
    reasons: list[str] = []
    for mode in (IsolationMode.FULL, IsolationMode.BARE):
        why = why_not(mode)
        if why is None:
            return mode, tuple(reasons)
        reasons.append(f"{mode.value}: {why}")
    return IsolationMode.SUBPROCESS, tuple(reasons)


@functools.cache
def why_not(mode: IsolationMode) -> str | None:
    """Return why a job cannot run in `mode` on this machine, or None if it can."""
    if mode is IsolationMode.SUBPROCESS:
        return None
    if not sys.platform.startswith("linux"):
        return "it needs Linux"
    try:
        zygote = ZygoteClient.start(mode, Preload.PYTHON, 0)
    except (OSError, ZygoteGone) as error:
        return str(error)
    try:
        session = zygote.fork_child(0, _PROBE.limits.disk)
        try:
            result = JobMonitor(session, _PROBE).result()
        finally:
            session.close()
    except ZygoteGone as error:
        return str(error)
    finally:
        zygote.close()
    return None if result.ok and result.values == {"x": 42} else result.why or str(result.failure)
