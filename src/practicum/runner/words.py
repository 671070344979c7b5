"""Why a job was stopped, in sentences for the person whose code it was."""

from __future__ import annotations

import re
import signal

from practicum.model import Failure
from practicum.runner.protocol import Limits

_FRAME = re.compile(r'File "<(setup|snippet|check|value [^"]*)>", line (\d+)')


def bytes_(count: int) -> str:
    """A number of bytes as people say it: `512 MB`, `4 GB`."""
    for size, unit in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"


def seconds_(count: float) -> str:
    return f"{count:g} s"


def place(where: str, line: int | None) -> str:
    """`line 7`, `line 2 of the check`."""
    if line is None:
        return ""
    of = {"snippet": "", "setup": " of the setup", "check": " of the check"}.get(where, f" of {where}")
    return f"line {line}{of}"


def deepest_line(traces: str) -> str:
    """From a dump of all threads, the job's own innermost line (the last thread told is the main one)."""
    for part in reversed(re.split(r"^(?:Current thread|Thread) .*$", traces, flags=re.MULTILINE)):
        found = _FRAME.search(part)
        if found:
            return place(found[1], int(found[2]))
    return ""


def time(limits: Limits, traces: str) -> str:
    where = deepest_line(traces)
    doing = f"{where} was still running" if where else "it was still running"
    return f"Stopped after {seconds_(limits.seconds)}: {doing}."


def memory(limits: Limits, failure: Failure | None) -> str:
    where = place(failure.where, failure.line) if failure else ""
    at = f" at {where}" if where else ""
    return f"Stopped{at}: it asked for more than the {bytes_(limits.memory)} of memory that a run may use."


def output(limits: Limits) -> str:
    return f"Stopped: it wrote more than {bytes_(limits.output)}, which is all that a run may write."


def result(limits: Limits) -> str:
    return f"Stopped: its result is larger than the {bytes_(limits.output)} that a run may give."


def unreadable() -> str:
    return "The interpreter's answer could not be read: the code seems to have written into it."


def crash(code: int | None) -> str:
    """Why an interpreter ended without a word, from its exit code (negative for a signal)."""
    if code is None:
        return "The interpreter ended suddenly."
    if code >= 0:
        return f"The code ended its own interpreter (os._exit or the like), with code {code}."
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    said = {
        "SIGSEGV": "a segmentation fault: it used memory that is not its own, or called itself too deeply",
        "SIGABRT": "it aborted",
        "SIGSYS": "it killed itself",
        "SIGKILL": "it was killed",
        "SIGXCPU": "it used all the processor time a run may use",
        "SIGBUS": "a bus error: it ran out of shared memory, or read past the end of a mapped file",
    }.get(name, "a signal")
    return f"The interpreter crashed: {said} ({name})."


ZYGOTE_GONE = "The warm interpreter behind this run died. Run it again: a new one starts by itself."
CANCELLED = "Cancelled."


def refused(why: str) -> str:
    """Why it did not begin: most often a lock of the sandbox that could not be applied."""
    return f"The run was not started: {why}"


def no_tensorflow(module: str) -> str:
    return (
        f"This code needs {module}, which is not installed here. Install it with: pip install 'practicum[tensorflow]'"
    )
