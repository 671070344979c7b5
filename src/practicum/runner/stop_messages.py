"""Reasons why a job was stopped, not started or does not count: a code, a sentence for its author, and the line."""

from __future__ import annotations

import ast
import re
import signal

from practicum.errors import CodedError
from practicum.model import Failure
from practicum.runner.job import Job, Limits, StopReason

_FRAME = re.compile(r'File "<(setup|snippet|check|value [^"]*)>", line (\d+)')
_SOURCE = re.compile(r"<(setup|snippet)(?: (\d{1,6}))?>")
_NUMPY_REQUEST = re.compile(r"Unable to allocate (\d{1,9}(?:\.\d{0,9})?) ([KMGTPE])iB")
_TENSORFLOW_REQUEST = re.compile(r"OOM when allocating tensor with shape\[([\d,]*)\] and type (\w+)")
_NO_MEMORY = re.compile(r"std::bad_alloc|[Oo]ut of memory|[Cc]annot allocate memory|[Mm]emory allocation .*failed")
_BYTES = {"half": 2, "bfloat16": 2, "float": 4, "int32": 4, "uint32": 4, "double": 8, "int64": 8, "complex64": 8}
_FATAL = re.compile(r"^Fatal Python error: (.*)$", re.MULTILINE)
_SIGNALS = {
    "SIGSEGV": "a segmentation fault, from an invalid memory access or too deep a recursion",
    "SIGABRT": "it aborted",
    "SIGSYS": "it killed itself",
    "SIGKILL": "it was killed",
    "SIGXCPU": "it used all the processor time a run may use",
    "SIGBUS": "a bus error, from too little shared memory or a read past the end of a mapped file",
}

CANCELLED = StopReason("cancelled", "cancelled", "Cancelled.")
MACHINE_BUSY = StopReason(
    "unavailable",
    "machine-busy",
    "The machine is too busy: the run waited for a processor for most of its time, and was stopped before its time was "
    "up. Your code is not the cause.",
)
INTERPRETER_DIED = StopReason(
    "crash",
    "interpreter-died",
    "The warm interpreter behind this run died. Run the code again: a new interpreter starts automatically.",
)
INVALID_ANSWER = StopReason(
    "crash",
    "invalid-answer",
    "The interpreter's answer could not be read: the code seems to have written into it.",
)
_FORBIDDEN = {
    "process": ("sandbox-process", "starting processes", "A run may have threads, but no other process."),
    "network": ("sandbox-network", "network access", "Runs cannot download or send anything."),
    "system-call": ("sandbox-system-call", "this system call", ""),
}
"""For each kind of forbidden call: the code of the reason, what is not allowed, and advice."""

SERVICE_STOPPING = "the service is stopping. Run the code again once it is back."


def format_bytes(count: int) -> str:
    """Return a number of bytes with a unit: `512 MB`, `4 GB`."""
    for size, unit in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"


def format_place(where: str, line: int | None) -> str:
    """Return a place in the job's sources: `line 7`, `line 2 of the check`; empty without a line."""
    if line is None:
        return ""
    suffix = {"snippet": "", "": "", "setup": " of the setup", "check": " of the check"}.get(where, f" of {where}")
    return f"line {line}{suffix}"


def name_sources(traces: str, run: int) -> str:
    """Return traces in which the code of earlier runs of the same interpreter is part of the setup."""

    def name(found: re.Match[str]) -> str:
        return f"<{found[1]}>" if int(found[2] or 0) == run else "<setup>"

    return _SOURCE.sub(name, traces)


def deepest_line(traces: str) -> tuple[str, int | None]:
    """Return the job's innermost source and line in a dump of all threads, whose last thread is the main one."""
    for thread in reversed(re.split(r"^(?:Current thread|Thread) .*$", traces, flags=re.MULTILINE)):
        frame = _FRAME.search(thread)
        if frame:
            return frame[1], int(frame[2])
    return "", None


def loop_around(code: str, line: int) -> int | None:
    """Return the first line of the innermost loop that contains `line`, or None."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    loops = [node for node in nodes if isinstance(node, ast.While | ast.For | ast.AsyncFor)]
    around = [loop.lineno for loop in loops if loop.lineno <= line <= (loop.end_lineno or loop.lineno)]
    return max(around, default=None)


def time_exceeded(job: Job, traces: str, elapsed: float) -> StopReason:
    """The job ran into its time limit. The line is that of the innermost loop of the code, if there is one.

    Args:
        elapsed: Seconds since its start. More than the limit if it waited for a processor.
    """
    where, line = deepest_line(traces)
    loop = loop_around(job.code, line) if line is not None and where == "snippet" else None
    subject = f"the loop at line {loop}" if loop is not None else format_place(where, line) or "it"
    waited = elapsed - job.limits.seconds
    not_counted = f" (and {waited:.0f} s in which the machine was busy with other runs)" if waited > 1 else ""
    message = f"Stopped after {job.limits.seconds:g} s{not_counted}: {subject} was still running."
    return StopReason("time", "time-limit", message, where, loop if loop is not None else line)


def memory_exceeded(limits: Limits, failure: Failure | None, traces: str = "") -> StopReason:
    """The job ran out of memory, as its exception says; or as `traces` show, if it could not raise one."""
    where, line = (failure.where, failure.line) if failure else deepest_line(traces)
    requested = requested_bytes(failure.message) if failure else None
    place = format_place(where, line)
    at = f" at {place}" if place else ""
    limit = format_bytes(limits.memory)
    if requested and requested > limits.memory:
        message = f"Stopped{at}: it asked for {format_bytes(requested)} of memory; a run may use {limit}."
    else:
        message = f"Stopped{at}: it asked for more than the {limit} of memory that a run may use."
    return StopReason("memory", "memory-limit", message, where, line)


def requested_bytes(message: str) -> int | None:
    """Return how many bytes NumPy or TensorFlow failed to allocate, from the message of its exception."""
    if found := _NUMPY_REQUEST.search(message):
        return int(float(found[1]) * 1024 ** (1 + "KMGTPE".index(found[2])))
    if found := _TENSORFLOW_REQUEST.search(message):
        count = _BYTES.get(found[2], 1)
        for length in filter(None, found[1].split(",")):
            count = min(count * int(length[:18]), 1 << 80)  # a larger number is forged
        return count
    return None


def reports_no_memory(stderr: str) -> bool:
    """Return whether a C library wrote, before it ended the process, that it got no memory."""
    return _NO_MEMORY.search(stderr) is not None


def output_exceeded(limits: Limits) -> StopReason:
    """The job wrote more than it may."""
    message = f"Stopped: it wrote more than the {format_bytes(limits.output)} that a run may write."
    return StopReason("output", "output-limit", message)


def result_too_large(limits: Limits) -> StopReason:
    """The job's values and figures are larger than a result may be."""
    message = f"Stopped: its result is larger than the {format_bytes(limits.output)} that a run may return."
    return StopReason("output", "result-limit", message)


def crashed(exit_code: int | None, traces: str = "") -> StopReason:
    """The interpreter ended without a report.

    Args:
        exit_code: Negative for a signal; None if unknown.
        traces: What Python's fault handler wrote.
    """
    if exit_code is None:
        return StopReason("crash", "ended", "The interpreter ended suddenly.")
    if exit_code >= 0:
        message = f"The code ended its own interpreter (os._exit or the like), with code {exit_code}."
        return StopReason("crash", "exited", message)
    name = signal.Signals(-exit_code).name if -exit_code in set(signal.Signals) else f"signal {-exit_code}"
    if (fatal := _FATAL.search(traces)) and fatal[1] == "Aborted":
        name = "SIGABRT"  # in a process namespace of its own it ends as a segmentation fault
    where, line = deepest_line(traces)
    place = format_place(where, line)
    cause = _SIGNALS.get(name, "a signal")
    message = f"The interpreter crashed{f' at {place}' if place else ''}: {cause} ({name})."
    return StopReason("crash", name.lower().replace(" ", "-"), message, where, line)


def forbidden(kind: str, where: str, line: int | None) -> StopReason:
    """The job tried what the sandbox does not allow.

    Args:
        kind: One of `practicum.runner.inside.forbidden_calls.KINDS`.
        where: The source that `line` is in.
        line: The line of the job's own code that tried it; None if unknown.
    """
    code, what, advice = _FORBIDDEN[kind]
    place = format_place(where, line)
    message = f"the sandbox does not allow {what}{f' ({place})' if place else ''}. {advice}".rstrip()
    return StopReason("forbidden", code, message[0].upper() + message[1:], where, line)


def not_started(cause: str, code: str = "not-started") -> StopReason:
    """The job did not start: most often because a lock of the sandbox could not be applied."""
    return StopReason("unavailable", code, f"The run was not started: {cause}")


def refused(error: CodedError) -> StopReason:
    """The job did not start, for the reason that `error` gives."""
    return not_started(error.message, error.code)


def package_missing(package: str, is_own: bool = True) -> StopReason:
    """The job imports a package that is not installed: on the server (`is_own`), or in a course's environment."""
    if is_own:
        message = (
            f"This code needs {package}, which is not installed. Install it with: pip install 'practicum[tensorflow]'"
        )
    else:
        message = (
            f"This code needs {package}, which is not in its environment. Add it to `[environment]` in course.toml, "
            "and build the environment with: practicum env build"
        )
    return StopReason("unavailable", "package-missing", message)
