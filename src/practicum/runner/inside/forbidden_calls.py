"""Notices what a job tries and the sandbox does not allow, even if the code or a library catches the exception.

Python reports such calls as audit events, and the hook here raises what the system would raise. A library may try a
call and do without it: scikit-learn starts `lscpu` to count processor cores, urllib3 opens an IPv6 socket while it is
imported. So a call counts as forbidden only

* if its exception, or one raised while handling it, reaches the job's own code, whether that code catches it or not;
* if no code of the job's own is on the stack, as in a thread of a library;
* if it is for the network and made outside an import: without the network, what comes back is no result.
"""

from __future__ import annotations

import errno
import functools
import os
import sys
from opcode import opmap
from traceback import walk_tb

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType
    from typing import Any, NoReturn

    OnForbidden = Callable[[str, str, int | None], None]

PROCESS, NETWORK, SYSTEM_CALL, MEMORY = "process", "network", "system-call", "memory"
KINDS = (PROCESS, NETWORK, SYSTEM_CALL, MEMORY)
_PROCESS_EVENTS = ("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.system", "subprocess.Popen")
_SOCKET_EVENTS = (
    *("__new__", "connect", "bind", "sendto", "sendmsg"),
    *("getaddrinfo", "getnameinfo", "gethostbyname", "gethostbyaddr"),
)
_EVENTS = {
    **dict.fromkeys(_PROCESS_EVENTS, PROCESS),
    **{f"socket.{name}": NETWORK for name in _SOCKET_EVENTS},
}
_WITHOUT_EVENT = ("nice", "setpgid", "setpriority", "setsid", "sched_setaffinity", "sched_setscheduler", "memfd_create")
"""Functions of `os` that the sandbox does not allow and Python does not report."""
_SOCKET_MODULE = "socket.py"


_watch: Watch | None = None
"""The watch over the job of this process, once it starts."""


def install() -> None:
    """Replace what the sandbox does not allow by functions that obey the watch, once for all children of a zygote."""
    sys.addaudithook(_on_event)
    import _multiprocessing  # type: ignore[import-not-found]
    import _posixsubprocess

    # multiprocessing starts its processes with this function, which Python does not report.
    vars(_posixsubprocess)["fork_exec"] = _forbid(_posixsubprocess.fork_exec, PROCESS)
    vars(_multiprocessing)["SemLock"] = _semaphore_class(_multiprocessing.SemLock)
    for name in _WITHOUT_EVENT:
        if hasattr(os, name):
            setattr(os, name, _forbid(getattr(os, name), SYSTEM_CALL))


def watch(is_own: Callable[[str], bool], on_forbidden: OnForbidden) -> None:
    """Refuse and report every forbidden call from now on: its kind, and the source and line of the job's own code.

    Args:
        is_own: Whether a file name is that of the job's own code.
        on_forbidden: Called when a call counts as forbidden, in the thread that made it.
    """
    global _watch
    _watch = Watch(is_own, on_forbidden)


def watch_memory() -> None:
    """Report every MemoryError that the limit causes in the job's own code, for code that may catch it.

    This traces the code's calls, which makes them slower.
    """
    if _watch is not None:
        sys.settrace(_watch.on_call)


def check_failure(error: BaseException) -> None:
    """Report an exception that ended the code if a system call raised it that only the sandbox would refuse."""
    if _watch is not None:
        _watch.check_failure(error)


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    """Handle an audit event of Python."""
    if event not in _EVENTS or _watch is None:
        return
    caller = sys._getframe(1)
    if event != "socket.__new__" or not _is_of_a_pair(caller):
        _watch.refuse(_EVENTS[event], caller)


def _forbid(function: Callable[..., Any], kind: str) -> Callable[..., Any]:
    """Return a function that takes the place of one that the sandbox does not allow."""

    @functools.wraps(function)
    def forbidden(*arguments: Any, **named: Any) -> Any:
        if _watch is not None:
            _watch.refuse(kind, sys._getframe(1))
        return function(*arguments, **named)

    return forbidden


def _semaphore_class(base: Any) -> type:
    """Return a class of semaphores between processes, whose files bare mode does not allow."""

    def create(kind: type, *arguments: Any, **named: Any) -> Any:
        try:
            return base.__new__(kind, *arguments, **named)
        except OSError:
            if _watch is not None:
                _watch.refuse(PROCESS, sys._getframe(1))
            raise

    return type(base.__name__, (base,), {"__new__": create, "__slots__": (), "__module__": base.__module__})


class Watch:
    """The calls of one job that the sandbox does not allow."""

    def __init__(self, is_own: Callable[[str], bool], on_forbidden: OnForbidden) -> None:
        self._is_own = is_own
        self._on_forbidden = on_forbidden

    def check_failure(self, error: BaseException) -> None:
        """Report an exception if a system call raised it that only the sandbox would refuse."""
        if isinstance(error, OSError) and error.errno == errno.ENOSYS and not _is_raised_in_python(error.__traceback__):
            places = [place for place in walk_tb(error.__traceback__) if self._is_own(place[0].f_code.co_filename)]
            for frame, line in places[-1:]:
                self._on_forbidden(SYSTEM_CALL, _source(frame), line)

    def on_call(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Trace the exceptions of the job's own functions."""
        if not self._is_own(frame.f_code.co_filename):
            return None
        frame.f_trace_lines = False
        return self.on_own_event

    def on_own_event(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Report an exception that reaches the job's own code if the memory limit causes it."""
        if event == "exception" and isinstance(argument[1], MemoryError) and not _is_raised_in_python(argument[2]):
            self._on_forbidden(MEMORY, _source(frame), frame.f_lineno)
        return self.on_own_event

    def refuse(self, kind: str, frame: FrameType | None) -> NoReturn:
        """Raise PermissionError, and report the call if it counts as one of the job's own code."""
        is_import = False
        while frame is not None and not self._is_own(frame.f_code.co_filename):
            is_import = is_import or frame.f_code.co_filename.startswith("<frozen importlib")
            frame = frame.f_back
        error = PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        if frame is None:
            self._on_forbidden(kind, "", None)
        elif (kind == NETWORK and not is_import) or not self._await_exception(kind, frame, error):
            self._on_forbidden(kind, _source(frame), frame.f_lineno)
        raise error

    def _await_exception(self, kind: str, frame: FrameType, error: BaseException) -> bool:
        """Report the call once `error`, or an exception raised while handling it, reaches `frame`.

        Returns:
            False if that cannot be noticed, because the code traces itself.
        """
        awaited = getattr(frame.f_trace, "errors", None)
        if awaited is not None:
            awaited.append(error)
            return True
        if sys.gettrace() is not None:
            return False
        errors = [error]
        line = frame.f_lineno

        def on_next(frame: FrameType, event: str, argument: Any) -> None:
            sys.settrace(None)
            frame.f_trace = None
            if event == "exception" and any(error is cause for error in errors for cause in _chain(argument[1])):
                self._on_forbidden(kind, _source(frame), line)

        on_next.errors = errors  # type: ignore[attr-defined]
        frame.f_trace = on_next
        sys.settrace(_trace_no_call)
        return True


def _trace_no_call(frame: FrameType, event: str, argument: Any) -> None:
    """Trace nothing but the frames that are traced already."""


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return an exception and those that were being handled when it was raised."""
    seen: list[BaseException] = []
    left = [error]
    while left:
        error = left.pop()
        if error is not None and not any(error is other for other in seen):
            seen.append(error)
            left += [error.__cause__, error.__context__]
    return seen


def _is_raised_in_python(trace: TracebackType | None) -> bool:
    """Return whether a `raise` statement raised an exception, and not a function of C or the interpreter."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_code[trace.tb_lasti] == opmap["RAISE_VARARGS"]


def _source(frame: FrameType) -> str:
    """Return the source of the job that a frame runs, such as `snippet`; empty for a file."""
    name = frame.f_code.co_filename
    return name[1:-1].removeprefix("value ") if name.startswith("<") else ""


def _is_of_a_pair(frame: FrameType) -> bool:
    """Return whether a socket object is being made for a descriptor, which only a pair of sockets can have."""
    is_socket = frame.f_code.co_name == "__init__" and frame.f_code.co_filename.endswith(_SOCKET_MODULE)
    return is_socket and frame.f_locals.get("fileno") is not None
