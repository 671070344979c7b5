"""Runs one job in the process it is called in, and tells what came of it. The process is thrown away afterwards.

Frames on the channel are one letter, four bytes of length, and the content. To the job: `J` the job; `K` the values,
sent only once the code has ended, so that the code cannot read them. From the job: `W` a spare is warm, `B` it begins,
`E` an epoch of training has ended, `R` its code has run, `V` a value, `F` what it raised, `P` a figure, `D` it is done,
`X` it could not begin.

If there is a check, it is a second job, in a process of its own: setup, check, and values of its own. The first one
says `L` (it listens) before its end, and then answers questions until it is let go with `O`. Questions and answers (`Q`
and `A`, see `talk`) go both ways. `U` from the check: it was sent what no honest process sends.
"""

from __future__ import annotations

import builtins
import faulthandler
import gc
import json
import linecache
import os
import random
import signal
import sys
import threading
import time
import traceback
import types
import warnings

from practicum.runner.inside import epochs, tensorflow_kernels
from practicum.runner.inside.answer_server import Answerer
from practicum.runner.inside.check_process import Asker, Space
from practicum.runner.inside.transfer import Unreadable
from practicum.runner.inside.value_encoding import BASES, MESSAGE, NAME, TRACEBACK, encode, short

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

GARBAGE = (200_000, 20, 50)
"""When Python looks for cycles: seldom. A run is short, and building a network makes a million objects that stay."""
FIGURES = 8
FIGURE_BYTES = 1 << 20
FIGURE_SIDE = 3_000
FIGURE_DPI = 100


class Channel:
    """Frames to and from the server."""

    def __init__(self, read: Callable[[int], bytes], write: Callable[[bytes], int]) -> None:
        self._read = read
        self._write = write
        self._lock = threading.Lock()

    @classmethod
    def of_fd(cls, fd: int) -> Channel:
        return cls(lambda size: os.read(fd, size), lambda data: os.write(fd, data))

    def receive(self) -> Any:
        """The content of the next frame, as JSON. Raises `EOFError` if the server is gone."""
        return json.loads(self.frame()[1])

    def frame(self) -> tuple[bytes, bytes]:
        """The next frame: its letter and its content. Raises `EOFError` if the server is gone."""
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


def run(channel: Channel, job: dict[str, Any], traces: int | None) -> None:
    """Run `job` to its end: files, setup, code, values, figures, answers; or its check. Never raises what it raised."""
    _lay_files(job["files"])
    if traces is not None:
        faulthandler.register(signal.SIGUSR2, file=traces, all_threads=True, chain=False)
        faulthandler.enable(traces, all_threads=False)
    epochs.tell(lambda told: channel.send(b"E", {**told, "metrics": encode(told["metrics"])}))
    is_check = job["borrow"] is not None
    space = _namespace()
    reseed(job["seed"])
    if job["expose_seed"]:
        space["seed"] = job["seed"]
    gc.enable()
    gc.set_threshold(*GARBAGE)
    # These names are bound before the job's code can reach the modules behind them.
    channel.send(b"B")
    began = time.perf_counter()
    failed = _run_check(channel, job, _asking(space)) if is_check else _run_code(channel, job, space)
    if not is_check:
        _collect_figures(channel)
    _join_threads()
    for stream in (sys.stdout, sys.stderr):
        _quietly(stream.flush)
    if job["check"] and not is_check and not failed:
        _answer(channel, space, {"seconds": time.perf_counter() - began, "memory": _peak_memory()})
    channel.send(b"D", {"failed": failed, "seconds": time.perf_counter() - began, "memory": _peak_memory()})


def _answer(channel: Channel, space: dict[str, Any], told: dict[str, Any]) -> None:
    """Say so, and answer what the check asks. What is printed meanwhile is nobody's."""
    _mute()
    channel.send(b"L", told)
    Answerer(channel.send, channel.frame, _describe, space).serve()


def _mute() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for fd in (1, 2):
        os.dup2(nowhere, fd)
    os.close(nowhere)


def _run_check(channel: Channel, job: dict[str, Any], space: Space) -> bool:
    """The setup anew; the check, which asks the job's process for what it needs; values that are asked of the check.

    True if setup or check raised.
    """
    before = set(space)
    if job["setup"] and not _execute(channel, "setup", job["setup"], space):
        return True
    asker = Asker(channel.send, channel.frame, _describe)
    asker.begin(space, job["borrow"], before)
    try:
        exec(_compile("check", job["check"], "exec"), space)  # noqa: S102 - as in _execute
    except Unreadable as error:
        channel.send(b"U", str(error))
        return True
    except BaseException as error:
        channel.send(b"F", _told(error, asker.told(error)) or _describe(error, "check"))
        return True
    if job["values"]:
        _evaluate_all(channel, space)
    return False


def _told(error: BaseException, told: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the job's process told of `error`, if it was raised there; at the line of the check, if at none there."""
    if told is None:
        return None
    failure_told = {name: told[name] for name in ("type", "message", "line", "where", "bases", "memory")}
    if failure_told["line"] is None:
        failure_told["where"], failure_told["line"] = _own_line(error) or ("check", None)
    return {"failure": failure_told, "traceback": told["traceback"]}


def _run_code(channel: Channel, job: dict[str, Any], space: dict[str, Any]) -> bool:
    """Setup, code, then (once the server has sent them) the values. True if setup or code raised."""
    if job["setup"] and not _execute_setup(channel, job["setup"], space, job["quiet"]):
        return True
    if job["code"] and not _execute(channel, "snippet", job["code"], space):
        return True
    if job["values"]:
        _evaluate_all(channel, space)
    return False


def _evaluate_all(channel: Channel, space: dict[str, Any]) -> None:
    channel.send(b"R")
    for name, expression in channel.receive()["values"].items():
        _evaluate(channel, name, expression, space)


def _namespace() -> dict[str, Any]:
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = main
    sys.argv = [""]
    sys.path.insert(0, os.getcwd())
    warnings.filterwarnings("ignore", message=".*FigureCanvasAgg is non-interactive")
    return main.__dict__


def _asking(main: dict[str, Any]) -> Space:
    """A check's namespace: that of `__main__`, but names that are not there may be asked for."""
    space = Space(main)
    main["__getattr__"] = space.attribute
    return space


def _lay_files(files: dict[str, str]) -> None:
    for name, content in files.items():
        folder = os.path.dirname(name)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(name, "w", encoding="utf-8", newline="") as file:
            file.write(content)


def reseed(seed: int) -> None:
    """Every source of chance that is loaded begins again from `seed`. No TensorFlow operation is run for it."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
    if "keras" in sys.modules:
        with tensorflow_kernels.kept():
            sys.modules["keras"].utils.set_random_seed(seed % 2**32)


# --- code ------------------------------------------------------------------------------------------------------------


def _compile(where: str, source: str, mode: str) -> types.CodeType:
    """Compiled under the name that tracebacks, `inspect` and AutoGraph find its lines by."""
    name = f"<{where}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    code: types.CodeType = compile(source, name, mode, dont_inherit=True)
    return code


def _execute(channel: Channel, where: str, source: str, space: dict[str, Any]) -> bool:
    try:
        exec(_compile(where, source, "exec"), space)  # noqa: S102 - running it is what this process is for
    except BaseException as error:
        channel.send(b"F", _describe(error, where))
        return False
    return True


def _execute_setup(channel: Channel, source: str, space: dict[str, Any], quiet: bool) -> bool:
    """The setup; if quiet, what it prints, trains and draws is nobody's."""
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
            _quietly(stream.flush)
        for fd, old in zip((1, 2), kept, strict=True):
            os.dup2(old, fd)
            os.close(old)
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            _quietly(lambda: pyplot.close("all"))


def _evaluate(channel: Channel, name: str, expression: str, space: dict[str, Any]) -> None:
    began = time.perf_counter()
    where = f"value {name}"
    try:
        code = _compile(where, expression.strip(), "eval")
        told = encode(eval(code, space))  # noqa: S307 - as above
    except BaseException as error:
        told = {"failure": failure(error, where)}
    channel.send(b"V", {"name": name, "value": told, "seconds": time.perf_counter() - began})


# --- exceptions ------------------------------------------------------------------------------------------------------


def _describe(error: BaseException, where: str = "") -> dict[str, Any]:
    return {"failure": failure(error, where), "traceback": _traceback(error)}


def failure(error: BaseException, where: str) -> dict[str, Any]:
    """The exception as plain data: its class and bases, its message, and the innermost line of the job's own code."""
    found = _own_line(error)
    place, line = found if found else (where, None)
    kind = type(error)
    bases = [base.__name__ for base in kind.__mro__[1:] if base not in (Exception, BaseException, object)]
    return {
        "type": short(kind.__name__, NAME),
        "message": _message(error),
        "line": line,
        "where": place.removeprefix("value "),
        "bases": [short(base, NAME) for base in bases[:BASES]],
        "memory": isinstance(error, MemoryError) or kind.__name__ == "ResourceExhaustedError",
    }


def _message(error: BaseException) -> str:
    try:
        return short(str(error), MESSAGE)
    except BaseException:
        return ""


def _own_line(error: BaseException) -> tuple[str, int | None] | None:
    """Where in the job's own sources it happened: the place (`snippet`) and the line there."""
    if isinstance(error, SyntaxError) and error.filename and _is_own(error.filename):
        return error.filename[1:-1], error.lineno
    frames = traceback.walk_tb(error.__traceback__)
    own = [(frame.f_code.co_filename, line) for frame, line in frames if _is_own(frame.f_code.co_filename)]
    return (own[-1][0][1:-1], own[-1][1]) if own else None


def _is_own(name: object) -> bool:
    if not isinstance(name, str):
        return False
    return name in ("<setup>", "<snippet>", "<check>") or name.startswith("<value ")


def _traceback(error: BaseException) -> str:
    """The traceback, without the frames of libraries and of this program."""
    try:
        told = traceback.TracebackException.from_exception(error, compact=True)
        _trim(told, os.getcwd(), 0)
        text = "".join(told.format())
    except BaseException:
        return ""
    return text if len(text) <= TRACEBACK else text[: TRACEBACK // 2] + "\n…\n" + text[-TRACEBACK // 2 :]


def _trim(told: traceback.TracebackException, folder: str, depth: int) -> None:
    own = [frame for frame in told.stack if _is_own(frame.filename) or frame.filename.startswith(folder + os.sep)]
    told.stack = traceback.StackSummary.from_list(own)
    for other in (told.__cause__, told.__context__):
        if other is not None and depth < 10:
            _trim(other, folder, depth + 1)


# --- the end ---------------------------------------------------------------------------------------------------------


def _collect_figures(channel: Channel) -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    try:
        for number in pyplot.get_fignums()[:FIGURES]:
            figure = pyplot.figure(number)
            png = _drawn(figure, "png")
            if png and len(png) <= FIGURE_BYTES:
                svg = _drawn(figure, "svg")
                svg = svg if len(svg) <= FIGURE_BYTES else b""
                channel.send(b"P", len(png).to_bytes(4, "big") + png + svg)
    except BaseException as error:
        _complain(f"A figure could not be drawn: {_message(error)}")


def _complain(what: str) -> None:
    _quietly(lambda: print(what, file=sys.stderr))


def _drawn(figure: Any, form: str) -> bytes:
    import io

    dpi = min(FIGURE_DPI, FIGURE_SIDE / max(figure.get_size_inches()))
    buffer = io.BytesIO()
    # The day and the program's version would make two drawings of the same thing differ.
    figure.savefig(buffer, format=form, dpi=dpi, metadata={"Date": None, "Creator": None} if form == "svg" else None)
    return buffer.getvalue()


def _join_threads() -> None:
    """Wait for the job's own threads, as Python does at its end."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            _quietly(thread.join)


def _peak_memory() -> int:
    """Bytes resident at the most; 0 where the system does not count them."""
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10


def _quietly(call: Callable[[], object]) -> None:
    try:
        call()
    except BaseException:
        return
