"""Why a job was stopped, in sentences for the person whose code it was."""

from __future__ import annotations

import ast
import re
import signal

from practicum.model import Failure
from practicum.runner.job import Job, Limits

_FRAME = re.compile(r'File "<(setup|snippet|check|value [^"]*)>", line (\d+)')
_NUMPY_ASKED = re.compile(r"Unable to allocate (\d{1,9}(?:\.\d{0,9})?) ([KMGTPE])iB")
_TENSORFLOW_ASKED = re.compile(r"OOM when allocating tensor with shape\[([\d,]*)\] and type (\w+)")
_NO_MEMORY = re.compile(r"std::bad_alloc|[Oo]ut of memory|[Cc]annot allocate memory|[Mm]emory allocation .*failed")
_BYTES = {"half": 2, "bfloat16": 2, "float": 4, "int32": 4, "uint32": 4, "double": 8, "int64": 8, "complex64": 8}


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
    found = _own_frame(traces)
    return place(*found) if found else ""


def _own_frame(traces: str) -> tuple[str, int] | None:
    for part in reversed(re.split(r"^(?:Current thread|Thread) .*$", traces, flags=re.MULTILINE)):
        found = _FRAME.search(part)
        if found:
            return found[1], int(found[2])
    return None


def time(job: Job, traces: str) -> str:
    where = deepest_line(traces)
    return f"Stopped after {seconds_(job.limits.seconds)}: {_doing(job, traces, where)}."


def _doing(job: Job, traces: str, where: str) -> str:
    found = _own_frame(traces)
    loop = loop_around(job.code, found[1]) if found and found[0] == "snippet" else None
    if loop is None:
        return f"{where or 'it'} was still running"
    return f"the loop at line {loop} was still running"


def loop_around(code: str, line: int) -> int | None:
    """The line at which the innermost loop begins that `line` of `code` is in."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    loops = [node for node in nodes if isinstance(node, ast.While | ast.For | ast.AsyncFor)]
    around = [loop.lineno for loop in loops if loop.lineno <= line <= (loop.end_lineno or loop.lineno)]
    return max(around, default=None)


def memory(limits: Limits, failure: Failure | None, where: str = "") -> str:
    """It ran out of memory, as an exception says, or at the place `where` if it could not raise one."""
    if failure:
        where = place(failure.where, failure.line)
    asked = asked_for(failure.message) if failure else None
    at = f" at {where}" if where else ""
    if asked and asked > limits.memory:
        return f"Stopped{at}: it asked for {bytes_(asked)} of memory; a run may use {bytes_(limits.memory)}."
    return f"Stopped{at}: it asked for more than the {bytes_(limits.memory)} of memory that a run may use."


def asked_for(message: str) -> int | None:
    """How many bytes NumPy or TensorFlow says that it could not get."""
    if found := _NUMPY_ASKED.search(message):
        return int(float(found[1]) * 1024 ** (1 + "KMGTPE".index(found[2])))
    if found := _TENSORFLOW_ASKED.search(message):
        count = _BYTES.get(found[2], 1)
        for length in filter(None, found[1].split(",")):
            count = min(count * int(length[:18]), 1 << 80)  # more would be no number of bytes, but a forger's
        return count
    return None


def complains_of_memory(stderr: str) -> bool:
    """Whether a library in C said, before it ended the process, that it got no memory."""
    return _NO_MEMORY.search(stderr) is not None


def output(limits: Limits) -> str:
    return f"Stopped: it wrote more than {bytes_(limits.output)}, which is all that a run may write."


def result(limits: Limits) -> str:
    return f"Stopped: its result is larger than the {bytes_(limits.output)} that a run may give."


def unreadable() -> str:
    return "The interpreter's answer could not be read: the code seems to have written into it."


_FATAL = re.compile(r"^Fatal Python error: (.*)$", re.MULTILINE)


def crash(code: int | None, traces: str = "") -> str:
    """Why an interpreter ended without a word: from its exit code (negative for a signal), and what Python said."""
    if code is None:
        return "The interpreter ended suddenly."
    if code >= 0:
        return f"The code ended its own interpreter (os._exit or the like), with code {code}."
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    if (fatal := _FATAL.search(traces)) and fatal[1] == "Aborted":
        name = "SIGABRT"  # in a process namespace of its own it ends as a segmentation fault
    said = {
        "SIGSEGV": "a segmentation fault: it used memory that is not its own, or called itself too deeply",
        "SIGABRT": "it aborted",
        "SIGSYS": "it killed itself",
        "SIGKILL": "it was killed",
        "SIGXCPU": "it used all the processor time a run may use",
        "SIGBUS": "a bus error: it ran out of shared memory, or read past the end of a mapped file",
    }.get(name, "a signal")
    where = deepest_line(traces)
    return f"The interpreter crashed{f' at {where}' if where else ''}: {said} ({name})."


ZYGOTE_GONE = "The warm interpreter behind this run died. Run it again: a new one starts by itself."
CANCELLED = "Cancelled."
STOPPING = "the service is stopping. Run it again when it is back."


def refused(why: str) -> str:
    """Why it did not begin: most often a lock of the sandbox that could not be applied."""
    return f"The run was not started: {why}"


def no_tensorflow(module: str, is_own: bool = True) -> str:
    """Of the server's own packages, or of a course's environment."""
    if not is_own:
        return (
            f"This code needs {module}, which is not in its environment. Name it in course.toml, `[environment]`, "
            "and build that with: practicum env build"
        )
    return (
        f"This code needs {module}, which is not installed here. Install it with: pip install 'practicum[tensorflow]'"
    )
