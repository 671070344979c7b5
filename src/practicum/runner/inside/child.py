"""Runs one job in the current process and sends its results to the server. The process is discarded afterwards.

A frame on the channel is one letter, four bytes of length, and the content.

| to the job | |
| --- | --- |
| `J` | the job |
| `K` | the expressions of its values, sent only after the code has ended, so that the code cannot read them |
| `O` | the check has ended |

| from the job | |
| --- | --- |
| `W` | the spare is warm |
| `B` | the job starts |
| `N` | the sandbox does not allow what the code tries |
| `E` | a training epoch has ended |
| `R` | the code has ended; requests `K` |
| `V` | a value |
| `F` | an exception |
| `P` | a figure |
| `L` | the code has ended; the process now answers the check |
| `D` | the job has ended |
| `U` | (from a check) the job's process has sent an invalid message |
| `X` | the job could not start |

A check is a second job in its own process, with the same setup, the check and its own values. `Q` (request) and `A`
(answer) frames, described in `rpc`, go both ways between the two processes.
"""

from __future__ import annotations

import binascii
import builtins
import faulthandler
import gc
import json
import linecache
import os
import random
import re
import signal
import sys
import tempfile
import threading
import time
import traceback
import types

from practicum.runner.inside import (
    epochs,
    forbidden_calls,
    input_shift,
    last_expression,
    progress_bars,
    tensorflow_kernel_cache,
)
from practicum.runner.inside.answer_server import AnswerServer
from practicum.runner.inside.check_process import CheckNamespace, CheckPeer
from practicum.runner.inside.message_format import ProtocolViolation
from practicum.runner.inside.output_capture import OutputCapture
from practicum.runner.inside.value_encoding import BASES, MESSAGE, NAME, TRACEBACK, encode_value, shorten

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

GARBAGE = (200_000, 20, 50)
"""Thresholds of the garbage collector, high because a run is short and building a network makes a million objects."""
ANIMATION = "An animation is shown as one image.\nDraw its frames side by side instead."
MAX_FIGURES = 20
MAX_FIGURE_BYTES = 1 << 20
MAX_FIGURE_SIDE = 3_000
FIGURE_DPI = 100

_OWN_SOURCE = re.compile(r"(setup|snippet)(?: (\d+))?")
_run = 0
"""How many jobs have run in this interpreter before. It is part of the names of sources, so that each keeps its own."""


class Channel:
    """Sends frames to the server and receives them."""

    def __init__(self, read: Callable[[int], bytes], write: Callable[[bytes], int]) -> None:
        self._read = read
        self._write = write
        self._lock = threading.Lock()

    @classmethod
    def of_fd(cls, fd: int) -> Channel:
        return cls(lambda size: os.read(fd, size), lambda data: os.write(fd, data))

    def receive(self) -> Any:
        """Return the content of the next frame, parsed as JSON. Raises EOFError if the server is gone."""
        return json.loads(self.frame()[1])

    def frame(self) -> tuple[bytes, bytes]:
        """Return the next frame's letter and content. Raises EOFError if the server is gone."""
        head = self._exactly(5)
        return head[:1], self._exactly(int.from_bytes(head[1:], "big"))

    def _exactly(self, size: int) -> bytes:
        parts = []
        while size:
            part = self._read(min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def send(self, letter: bytes, content: object = None) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        frame = memoryview(letter + len(data).to_bytes(4, "big") + data)
        with self._lock:  # a thread of the job may be training
            while frame:
                frame = frame[self._write(frame) :]  # type: ignore[arg-type]


def run_job(channel: Channel, job: dict[str, Any], traces: int | None, is_isolated: bool = True) -> None:
    """Run `job` (files, setup, code, values, figures, answers) or its check. Its exceptions are sent, not raised.

    If the interpreter stays, run further jobs in the same namespace, until the server closes the channel.

    Args:
        is_isolated: Whether the process is restricted, so that some calls are not allowed.
    """
    global _run
    if job["shift"]:
        input_shift.shift(**job["shift"])
    _write_files(job["files"])
    _write_data(job["data"])
    if traces is not None:
        faulthandler.register(signal.SIGUSR2, file=traces, all_threads=True, chain=False)
        faulthandler.enable(traces, all_threads=False)
    epochs.report_epochs(lambda report: channel.send(b"E", {**report, "metrics": encode_value(report["metrics"])}))
    progress_bars.mark_progress_bars()
    if job["stdin"]:
        _set_stdin(job["stdin"])
    space = _namespace()
    reseed(job["seed"])
    if job["expose_seed"]:
        space["seed"] = job["seed"]
    gc.enable()
    gc.set_threshold(*GARBAGE)
    if is_isolated:
        _watch_calls(channel)
        if any("MemoryError" in job[part] for part in ("setup", "code")):
            forbidden_calls.watch_memory()
    _carry_out(channel, job, space)
    while job["stays"]:
        job = channel.receive()
        _run = job["run"]
        _carry_out(channel, job, space)


def _carry_out(channel: Channel, job: dict[str, Any], space: dict[str, Any]) -> None:
    """Run the parts of a job in a namespace, and report its end."""
    is_check = job["borrow"] is not None
    # The names below are resolved before the job's code can change the modules they come from.
    channel.send(b"B")
    began = time.perf_counter()
    failed = _run_check(channel, job, _check_namespace(space)) if is_check else _run_code(channel, job, space)
    if not is_check:
        _collect_figures(channel)
    _join_threads()
    for stream in (sys.stdout, sys.stderr):
        _suppressing(stream.flush)
    if job["check"] and not is_check and not failed:
        _answer(channel, space, {"seconds": time.perf_counter() - began, "memory": _peak_memory()})
    if job["stays"]:
        _close_figures()
    channel.send(b"D", {"failed": failed, "seconds": time.perf_counter() - began, "memory": _peak_memory()})


def _watch_calls(channel: Channel) -> None:
    """Report from now on what the job's own code tries and the sandbox does not allow."""
    folder = os.getcwd() + os.sep

    def is_own(name: str) -> bool:
        return _is_own(name) or name.startswith(folder)

    def report(kind: str, where: str, line: int | None) -> None:
        channel.send(b"N", {"kind": kind, "where": _source(f"<{where}>"), "line": line})

    forbidden_calls.watch(is_own, report)


def _answer(channel: Channel, space: dict[str, Any], report: dict[str, Any]) -> None:
    """Report that the code has ended and answer the check's requests. Output written meanwhile goes to the check."""
    _mute()
    output = OutputCapture()
    channel.send(b"L", report)
    AnswerServer(channel.send, channel.frame, _describe, space, output.take).serve()


def _mute() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for fd in (1, 2):
        os.dup2(nowhere, fd)
    os.close(nowhere)


def _run_check(channel: Channel, job: dict[str, Any], space: CheckNamespace) -> bool:
    """Run the setup, the check and its values. Return whether setup or check raised."""
    before = set(space)
    if job["setup"] and not _execute(channel, "setup", job["setup"], space):
        return True
    peer = CheckPeer(channel.send, channel.frame, _describe)
    peer.begin(space, job["borrow"], before, job["setup"] + job["check"])
    if job["hidden_seed"] is not None:
        space["hidden_seed"] = job["hidden_seed"]
    try:
        exec(_compile("check", input_shift.rewrite(job["check"]), "exec"), space)  # noqa: S102 - as in _execute
    except ProtocolViolation as error:
        channel.send(b"U", str(error))
        return True
    except BaseException as error:
        report = _remote_report(error, peer.remote_failure(error)) or _describe(error, "check")
        if job["hides_inputs"] and not _is_raised_by_check(error, peer):
            report = {"failure": _without_inputs(error, report["failure"]), "traceback": ""}
        channel.send(b"F", {**report, "compared": peer.compared_proxies})
        return True
    if job["values"]:
        _evaluate_all(channel, space, job["hides_inputs"])
    return False


def _remote_report(error: BaseException, report: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the report of an exception raised in the job's process; at the check's line if it has no line there."""
    if report is None:
        return None
    failure = {name: report[name] for name in ("type", "message", "line", "where", "bases", "packages", "memory")}
    failure["running"] = "check"
    if failure["line"] is None:
        failure["where"], failure["line"] = _own_line(error) or ("check", None)
    return {"failure": failure, "traceback": report["traceback"]}


def _is_raised_by_check(error: BaseException, peer: CheckPeer) -> bool:
    """Return whether the exception is an assertion of the check's own, whose message its author wrote."""
    if type(error) is not AssertionError or peer.remote_failure(error) is not None:
        return False
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return frames[-1].f_code.co_filename == "<check>"


def _without_inputs(error: BaseException, failure: dict[str, Any]) -> dict[str, Any]:
    """Return a failure without what may contain the check's data: its message and its class's own name."""
    builtin = next(base for base in type(error).__mro__ if base.__module__ == "builtins")
    place = {} if failure["where"] == "snippet" else {"line": None, "where": "check"}
    return {**failure, **place, "type": builtin.__name__, "message": "", "bases": [], "packages": []}


def _run_code(channel: Channel, job: dict[str, Any], space: dict[str, Any]) -> bool:
    """Run setup and code, then the values that the server sends. Return whether setup or code raised."""
    if job["setup"] and not _execute_setup(channel, job["setup"], space, job["quiet"]):
        return True
    if job["code"] and not _execute(channel, "snippet", job["code"], space, job["echo"]):
        return True
    if job["values"]:
        _evaluate_all(channel, space)
    return False


def _evaluate_all(channel: Channel, space: dict[str, Any], hides_inputs: bool = False) -> None:
    channel.send(b"R")
    for name, expression in channel.receive()["values"].items():
        _evaluate(channel, name, expression, space, hides_inputs)


def _namespace() -> dict[str, Any]:
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = main
    sys.argv = [""]
    sys.path.insert(0, os.getcwd())
    return main.__dict__


def _check_namespace(main: dict[str, Any]) -> CheckNamespace:
    """Return a check's namespace: `__main__`'s, in which missing names are requested from the job's process."""
    space = CheckNamespace(main)
    main["__getattr__"] = space.attribute
    return space


def reset_streams() -> None:
    """Make stdout and stderr what Python makes of them in UTF-8: only stderr accepts lone surrogates."""
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        stream.reconfigure(line_buffering=True, encoding="utf-8", errors=errors)  # type: ignore[union-attr]


def _set_stdin(text: str) -> None:
    """Let `input()` and other readers of stdin find a text."""
    with tempfile.TemporaryFile(dir=os.getcwd()) as file:
        file.write(text.encode("utf-8", "surrogatepass"))
        file.seek(0)
        os.dup2(file.fileno(), 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays open


def _write_files(files: dict[str, str]) -> None:
    for name, content in files.items():
        folder = os.path.dirname(name)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(name, "w", encoding="utf-8", newline="") as file:
            file.write(input_shift.rewrite(content) if name.endswith(".py") else content)


def _write_data(files: dict[str, str]) -> None:
    """Write files (name to content in base64) that the job can read and not write."""
    for name, content in files.items():
        with os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "wb") as file:
            file.write(binascii.a2b_base64(content))


def reseed(seed: int) -> None:
    """Seed every random generator that is loaded. Runs no TensorFlow operation."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
    if "keras" in sys.modules:
        with tensorflow_kernel_cache.keep_kernels():
            sys.modules["keras"].utils.set_random_seed(seed % 2**32)


# --- code ------------------------------------------------------------------------------------------------------------


def _compile(where: str, source: str, mode: str) -> types.CodeType:
    """Compile under the file name by which tracebacks, `inspect` and AutoGraph find the source."""
    code: types.CodeType = compile(source, _file_name(where, source), mode, dont_inherit=True)
    return code


def _file_name(where: str, source: str) -> str:
    name = f"<{where} {_run}>" if _run else f"<{where}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return name


def _execute(channel: Channel, where: str, source: str, space: dict[str, Any], echo: bool = False) -> bool:
    """Run code, and with `echo` print what its last expression returns. Return whether it did not raise."""
    source = input_shift.rewrite(source)
    try:
        if echo:
            last_expression.execute(source, _file_name(where, source), space)
        else:
            exec(_compile(where, source, "exec"), space)  # noqa: S102 - this process exists to run it
    except BaseException as error:
        channel.send(b"F", _describe(error, where))
        return False
    return True


def _execute_setup(channel: Channel, source: str, space: dict[str, Any], quiet: bool) -> bool:
    """Run the setup. If `quiet`, discard its output, epochs and figures."""
    if not quiet:
        return _execute(channel, "setup", source, space)
    kept = [os.dup(fd) for fd in (1, 2)]
    _mute()
    epochs.quiet = True
    try:
        return _execute(channel, "setup", source, space)
    finally:
        epochs.quiet = False
        for stream in (sys.stdout, sys.stderr):
            _suppressing(stream.flush)
        for fd, old in zip((1, 2), kept, strict=True):
            os.dup2(old, fd)
            os.close(old)
        _close_figures()


def _evaluate(channel: Channel, name: str, expression: str, space: dict[str, Any], hides_inputs: bool) -> None:
    began = time.perf_counter()
    where = f"value {name}"
    try:
        code = _compile(where, input_shift.rewrite(expression).strip(), "eval")
        report = encode_value(eval(code, space))  # noqa: S307 - as above
    except BaseException as error:
        described = failure(error, where)
        report = {"failure": _without_inputs(error, described) if hides_inputs else described}
    channel.send(b"V", {"name": name, "value": report, "seconds": time.perf_counter() - began})


# --- exceptions ------------------------------------------------------------------------------------------------------


def _describe(error: BaseException, where: str = "") -> dict[str, Any]:
    return {"failure": failure(error, where), "traceback": _traceback(error)}


def failure(error: BaseException, where: str) -> dict[str, Any]:
    """Return an exception as plain data: class, bases, message and the innermost line of the job's own code.

    Args:
        where: The part that was running.
    """
    forbidden_calls.check_failure(error)
    found = _own_line(error)
    place, line = found if found else (where, None)
    kind = type(error)
    bases = [base for base in kind.__mro__[1:] if base not in (Exception, BaseException, object)][:BASES]
    return {
        "type": shorten(kind.__name__, NAME),
        "message": _message(error),
        "line": line,
        "where": place.removeprefix("value "),
        "running": where.removeprefix("value "),
        "bases": [shorten(base.__name__, NAME) for base in bases],
        "packages": [_package(base) for base in (kind, *bases)],
        "memory": isinstance(error, MemoryError) or kind.__name__ == "ResourceExhaustedError",
    }


def _package(kind: type) -> str:
    """Return the top-level package of a class, `csv` for one of `_csv`; nothing for builtins and the job's classes."""
    package = str(kind.__module__).partition(".")[0].lstrip("_")
    return "" if package in ("builtins", "main__") else shorten(package, NAME)


def _message(error: BaseException) -> str:
    try:
        return shorten(str(error), MESSAGE)
    except BaseException:
        return ""


def _own_line(error: BaseException) -> tuple[str, int | None] | None:
    """Return the job's own source (such as `snippet`) and the line in it at which the exception was raised."""
    if isinstance(error, SyntaxError) and error.filename and _is_own(error.filename):
        return _source(error.filename), error.lineno
    frames = traceback.walk_tb(error.__traceback__)
    own = [(frame.f_code.co_filename, line) for frame, line in frames if _is_own(frame.f_code.co_filename)]
    return (_source(own[-1][0]), own[-1][1]) if own else None


def _source(name: str) -> str:
    """Return the part of the job that a file name means: the code of earlier jobs counts as setup."""
    found = _OWN_SOURCE.fullmatch(name[1:-1])
    if found is None:
        return name[1:-1]
    return found[1] if int(found[2] or 0) == _run else "setup"


def _is_own(name: object) -> bool:
    if not isinstance(name, str):
        return False
    return name.startswith(("<setup", "<snippet", "<check", "<value "))


def _traceback(error: BaseException) -> str:
    """Return the traceback without frames of libraries and of this program."""
    try:
        report = traceback.TracebackException.from_exception(error, compact=True)
        _trim(report, os.getcwd(), 0)
        text = _with_plain_names("".join(report.format()))
    except BaseException:
        return ""
    return text if len(text) <= TRACEBACK else text[: TRACEBACK // 2] + "\n…\n" + text[-TRACEBACK // 2 :]


def _with_plain_names(text: str) -> str:
    """Return a text in which the sources have the names that they have in an interpreter of their own."""
    return re.sub(r"<(?:setup|snippet)(?: \d+)?>", lambda found: f"<{_source(found[0])}>", text) if _run else text


def _trim(report: traceback.TracebackException, folder: str, depth: int) -> None:
    own = [frame for frame in report.stack if _is_own(frame.filename) or frame.filename.startswith(folder + os.sep)]
    report.stack = traceback.StackSummary.from_list(own)
    for other in (report.__cause__, report.__context__):
        if other is not None and depth < 10:
            _trim(other, folder, depth + 1)


# --- after the code ---------------------------------------------------------------------------------------------------


def _close_figures() -> None:
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        _suppressing(lambda: pyplot.close("all"))


def _collect_figures(channel: Channel) -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    try:
        numbers = pyplot.get_fignums()
        for number in numbers[:MAX_FIGURES]:
            _send_figure(channel, number, pyplot.figure(number))
        if len(numbers) > MAX_FIGURES:
            _warn(f"Only the first {MAX_FIGURES} of {len(numbers)} figures are shown.")
        if _has_animation():
            _warn(ANIMATION)
    except BaseException as error:
        _warn(f"A figure could not be drawn: {_message(error)}")


def _has_animation() -> bool:
    """Whether the code has made an animation of matplotlib, of which only one image is shown."""
    module = sys.modules.get("matplotlib.animation")
    return module is not None and any(issubclass(type(thing), module.Animation) for thing in gc.get_objects())


def _warn(message: str) -> None:
    _suppressing(lambda: print(message, file=sys.stderr))


def _send_figure(channel: Channel, number: int, figure: Any) -> None:
    png = _render(figure, "png")
    if len(png) > MAX_FIGURE_BYTES:
        _warn(f"Figure {number} is left out: as PNG it has {len(png):,} bytes, and {MAX_FIGURE_BYTES:,} are allowed.")
    elif png:
        svg = _render(figure, "svg")
        svg = svg if len(svg) <= MAX_FIGURE_BYTES else b""
        channel.send(b"P", len(png).to_bytes(4, "big") + png + svg)


def _render(figure: Any, form: str) -> bytes:
    import io

    bounds = _bounds(figure)
    dpi = min(FIGURE_DPI, MAX_FIGURE_SIDE / max(*figure.get_size_inches(), *(bounds.size if bounds else ())))
    buffer = io.BytesIO()
    # Date and version would make two drawings of the same figure differ.
    metadata = {"Date": None, "Creator": None} if form == "svg" else None
    figure.savefig(buffer, format=form, dpi=dpi, bbox_inches=bounds, metadata=metadata)
    return buffer.getvalue()


def _bounds(figure: Any) -> Any:
    """Return the inches to draw where a label reaches beyond the figure; None where all of it is inside."""
    if not figure.axes:
        return None
    from matplotlib.transforms import Bbox

    width, height = figure.get_size_inches()
    tight = figure.get_tightbbox()
    margin = 0.05
    inside = tight.x0 >= 0 and tight.y0 >= 0 and tight.x1 <= width and tight.y1 <= height
    if inside or max(tight.size) > 10 * max(width, height):  # a label far away would shrink the rest to a point
        return None
    beyond = [[tight.x0 - margin, tight.y0 - margin], [tight.x1 + margin, tight.y1 + margin]]
    return Bbox.union([Bbox([[0, 0], [width, height]]), Bbox(beyond)])


def _join_threads() -> None:
    """Wait for the job's threads, as Python does when it exits."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            _suppressing(thread.join)


def _peak_memory() -> int:
    """Return the maximum resident memory in bytes; 0 if the system does not count it."""
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10


def _suppressing(call: Callable[[], object]) -> None:
    try:
        call()
    except BaseException:
        return
