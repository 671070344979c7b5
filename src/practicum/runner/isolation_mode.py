"""Which mode this machine gives, found out by running a small job in each, from the best down."""

from __future__ import annotations

import functools
import sys

from practicum.runner.job import IsolationMode, Job, Limits, Preload, ZygoteGone
from practicum.runner.job_monitor import Watch
from practicum.runner.zygote_client import Zygote

_PROBE = Job(code="x = 6 * 7", values={"x": "x"}, limits=Limits(seconds=10, memory=1 << 30))


@functools.cache
def choose_mode() -> tuple[IsolationMode, tuple[str, ...]]:
    """The best mode in which a job really runs here, and why each better one does not. Probed once a process."""
    reasons: list[str] = []
    for mode in (IsolationMode.FULL, IsolationMode.BARE):
        why = why_not(mode)
        if why is None:
            return mode, tuple(reasons)
        reasons.append(f"{mode.value}: {why}")
    return IsolationMode.SUBPROCESS, tuple(reasons)


@functools.cache
def why_not(mode: IsolationMode) -> str | None:
    """Why a job cannot run in `mode` here; None if it can."""
    if mode is IsolationMode.SUBPROCESS:
        return None
    if not sys.platform.startswith("linux"):
        return "it needs Linux"
    try:
        zygote = Zygote.start(mode, Preload.PYTHON, 0)
    except (OSError, ZygoteGone) as error:
        return str(error)
    try:
        session = zygote.launch(0, _PROBE.limits.disk)
        try:
            result = Watch(session, _PROBE).result()
        finally:
            session.close()
    except ZygoteGone as error:
        return str(error)
    finally:
        zygote.close()
    return None if result.ok and result.values == {"x": 42} else result.why or str(result.failure)
