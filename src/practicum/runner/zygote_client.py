"""Starts and ends zygotes, and forks children in them."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from practicum.runner import sandbox
from practicum.runner import syscall_filter as syscalls
from practicum.runner.environment import Environment
from practicum.runner.inside import zygote as _zygote  # noqa: F401 - for its bytecode: the sandbox cannot write
from practicum.runner.inside.remove_tree import remove_tree
from practicum.runner.job import IsolationMode, Preload, ZygoteGone

START_TIMEOUT = 90.0
"""Seconds in which a zygote must have imported everything, on a slow and busy machine."""
_PACKET = 1 << 16
_CHUNK = 1 << 16


class ZygoteClient:
    """A running zygote process, made by :meth:`start` and ended by :meth:`close`. `fork_child` is thread-safe."""

    def __init__(
        self,
        mode: IsolationMode,
        preload: Preload,
        hash_seed: int,
        environment: Environment | None = None,
        libraries: tuple[str, ...] = (),
    ) -> None:
        self.mode = mode
        self.preload = preload
        self.hash_seed = hash_seed
        self.environment = environment or Environment.current()
        self.libraries = libraries
        self.versions: dict[str, str] = {}
        self.threads = 0
        self.last_used = time.monotonic()
        self.closed = False
        self.running_jobs = 0
        """Number of jobs that run in it."""
        self._lock = threading.Lock()
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the zygote
        self._folder: str | None = None
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            command, variables = self._command(theirs.fileno())
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
                env=variables,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                cwd="/",
            )
        except OSError as error:
            self._control.close()
            self._stderr.close()
            self._remove_folder()
            code = "no-bubblewrap" if isinstance(error, sandbox.BubblewrapMissing) else "cannot-start"
            raise ZygoteGone(code, str(error)) from error
        finally:
            theirs.close()
        self.pid = self._process.pid
        self._pidfd = os.pidfd_open(self.pid)

    @classmethod
    def start(
        cls,
        mode: IsolationMode,
        preload: Preload,
        hash_seed: int,
        environment: Environment | None = None,
        libraries: tuple[str, ...] = (),
        on_spawn: Callable[[ZygoteClient], None] | None = None,
    ) -> ZygoteClient:
        """Start a zygote and wait until it is warm. Raises ZygoteGone.

        Args:
            libraries: Modules to import besides those of `preload`.
            on_spawn: Receives the zygote before it is warm, so that its owner can close it in the meantime.
        """
        try:
            syscalls.compile_filter()
        except (ImportError, OSError, RuntimeError) as error:
            raise ZygoteGone("no-seccomp", f"libseccomp or pyseccomp is not installed ({error})") from error
        zygote = cls(mode, preload, hash_seed, environment, libraries)
        try:
            if on_spawn:
                on_spawn(zygote)
            zygote._configure()
        except (OSError, ValueError) as error:
            stderr = "" if zygote.closed else zygote.last_stderr_lines()
            zygote.close()
            raise ZygoteGone("cannot-start", stderr or str(error)) from error
        return zygote

    def _command(self, control: int) -> tuple[list[str], dict[str, str]]:
        python = self.environment.interpreter
        if self.mode is IsolationMode.FULL:
            return sandbox.bubblewrap_command(python, self.hash_seed, control), {"PATH": os.environ.get("PATH", "")}
        self._folder = tempfile.mkdtemp(prefix="practicum-")
        os.chmod(self._folder, 0o711)  # noqa: PTH101 - jobs run as other users and must pass it
        cache = os.path.join(self._folder, "cache")  # noqa: PTH118
        os.mkdir(cache)  # noqa: PTH102
        keras = sandbox.keras_cache()
        environment = sandbox.environment_variables(self.hash_seed, cache, str(keras.parent) if keras else cache)
        return python.command("zygote", str(sandbox.PACKAGE.parent), str(control)), environment

    def _configure(self) -> None:
        full = self.mode is IsolationMode.FULL
        python = self.environment.interpreter
        visible = sandbox.VisiblePaths((), ("/dev/null",)) if full else sandbox.bare_visible_paths(python)
        root = os.geteuid() == 0
        config = {
            "mode": self.mode.value,
            "preload": self.preload.value,
            "libraries": self.libraries,
            "folders": list((python.inside_sandbox() if full else python).packages),
            "filter": syscalls.compile_filter().hex(),
            "scratch": sandbox.SCRATCH if full else self._folder,
            "read": visible.read if full else [*visible.read, os.path.join(self._folder or "", "cache")],  # noqa: PTH118
            "write": visible.write,
            "first_uid": sandbox.FIRST_UID if root and not full else None,
            "keep_search": root and not full and sandbox.needs_search(python, sandbox.FIRST_UID),
        }
        self._control.settimeout(START_TIMEOUT)
        self._control.send(json.dumps(config).encode())
        answer = self._control.recv(_PACKET)
        if not answer:
            raise OSError("the interpreter ended while it was starting")
        started = json.loads(answer)
        self.versions, self.threads = started["versions"], started["threads"]

    def last_stderr_lines(self) -> str:
        """Return the last two lines of the zygote's stderr."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        self._stderr.seek(0)
        lines = self._stderr.read()[-4_000:].decode("utf-8", "replace").strip().splitlines()
        return " ".join(lines[-2:])

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def pids(self) -> list[int]:
        """Return the started process and its descendants: in full mode bubblewrap, and the zygote itself."""
        pids = [self.pid]
        for pid in pids:
            with contextlib.suppress(OSError), Path(f"/proc/{pid}/task/{pid}/children").open() as file:
                pids += map(int, file.read().split())
        return pids

    def fork_child(self, number: int, disk: int, spare: bool = False) -> ChildSession:
        """Fork a child with `disk` bytes of scratch space. Raises ZygoteGone.

        Args:
            number: Must differ from the numbers of all living children, of this and every other zygote.
            spare: Make the child warm up before it takes its job.
        """
        session, theirs = ChildSession.open()
        request = {"number": number, "disk": disk, "spare": spare}
        try:
            with self._lock:
                socket.send_fds(self._control, [json.dumps(request).encode()], theirs)
        except OSError as error:
            session.close()
            raise ZygoteGone("died", str(error)) from error
        finally:
            for fd in theirs:
                os.close(fd)
        self.last_used = time.monotonic()
        return session

    def fileno(self) -> int:
        """Return a descriptor that becomes readable when the zygote, or bubblewrap around it, has ended."""
        return self._pidfd

    def close(self) -> None:
        """End the zygote and all its jobs. Works while another thread is starting it."""
        self.closed = True
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for its first message
        self._control.close()
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            for pid in reversed(self.pids()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()
        with self._lock:
            pidfd, self._pidfd = self._pidfd, -1
        if pidfd >= 0:
            os.close(pidfd)
        self._stderr.close()
        self._remove_folder()

    def _remove_folder(self) -> None:
        if self._folder:
            remove_tree(self._folder)


_USE = b'{"cpu"'
"""The beginning of a report of the time used; any other says how the job ended."""
Chunk = tuple[str, bytes]
"""A source (`stdout`, `stderr`, `channel`, `traces` or `report`) and the bytes read from it; empty at its end."""


@dataclasses.dataclass
class ChildSession:
    """The server's ends of one child's descriptors."""

    channel: socket.socket
    report: socket.socket
    pipes: dict[str, int]
    reads_at_once = True
    abandoned = False
    """Whether the zygote has ended without reporting how the job ended."""

    def __post_init__(self) -> None:
        self._reported = False
        self._outgoing = collections.deque[memoryview]()
        self._alarm = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._names = {fd: name for name, fd in self.pipes.items()}
        self._names |= {self.channel.fileno(): "channel", self.report.fileno(): "report", self._alarm: "alarm"}
        self._poll = select.poll()
        for fd in self._names:
            os.set_blocking(fd, False)
            self._poll.register(fd, select.POLLIN)

    @classmethod
    def open(cls) -> tuple[ChildSession, list[int]]:
        """Return a session, and the child's descriptors in the order in which the zygote expects them."""
        channel, their_channel = socket.socketpair()
        report, their_report = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        channel.setblocking(False)
        pairs = {name: os.pipe() for name in ("stdout", "stderr", "traces")}
        pipes = {name: pair[0] for name, pair in pairs.items()}
        theirs = [
            their_channel.detach(),
            pairs["stdout"][1],
            pairs["stderr"][1],
            their_report.detach(),
            pairs["traces"][1],
        ]
        return cls(channel, report, pipes), theirs

    def send(self, data: bytes) -> None:
        """Send to the job. Data that does not fit into the socket now is sent while :meth:`events` waits."""
        self._outgoing.append(memoryview(data))
        self._flush()

    def _flush(self) -> None:
        try:
            while self._outgoing:
                sent = self.channel.send(self._outgoing[0])
                if sent == len(self._outgoing[0]):
                    self._outgoing.popleft()
                else:
                    self._outgoing[0] = self._outgoing[0][sent:]
        except BlockingIOError:
            pass
        except OSError:
            self._outgoing.clear()
        if self.channel.fileno() in self._names:
            wanted = select.POLLIN | (select.POLLOUT if self._outgoing else 0)
            self._poll.modify(self.channel.fileno(), wanted)

    def events(self, timeout: float) -> Iterator[Chunk]:
        """Yield the chunks that have arrived, waiting at most `timeout` seconds for the first.

        The consumer may call this method for later chunks before it has taken all: each chunk is yielded once.
        """
        for fd, flags in self._poll.poll(timeout * 1000):
            if flags & select.POLLOUT:
                self._flush()
            if fd == self._alarm:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(fd)
            elif flags & ~select.POLLOUT and fd in self._names:
                name = self._names[fd]
                try:
                    data = self._read(fd)
                except BlockingIOError:
                    continue
                yield name, data

    def _read(self, fd: int) -> bytes:
        """Read a chunk; empty at the end. Raises BlockingIOError if it has been yielded before."""
        data = self._read_once(fd)
        if self._names[fd] == "report":
            self._reported |= bool(data) and not data.startswith(_USE)
            self.abandoned = not (data or self._reported)
        if not data:
            self._poll.unregister(fd)
            del self._names[fd]
        return data

    @staticmethod
    def _read_once(fd: int) -> bytes:
        for _ in range(2):
            try:
                return os.read(fd, _CHUNK)
            except BlockingIOError:
                raise
            except ConnectionResetError:
                continue  # the zygote has ended the child before it read a request; what it reported is still there
            except OSError:
                break
        return b""

    def wake(self) -> None:
        """Make :meth:`events` return at once. Thread-safe, while the session is open."""
        os.eventfd_write(self._alarm, 1)

    def request_traces(self) -> None:
        """Make the job's process write its current lines to `traces`."""
        self._request(b"where")

    def request_use(self) -> None:
        """Make the zygote report how much processor time and memory the job uses."""
        self._request(b"use")

    def stop(self) -> None:
        """Stop the process with all its threads, until :meth:`go_on`."""
        self._request(b"stop")

    def go_on(self) -> None:
        self._request(b"go on")

    def _request(self, word: bytes) -> None:
        with contextlib.suppress(OSError):
            self.report.send(word)

    def measure_memory(self, timeout: float = 5.0) -> int:
        """Return the bytes of memory of a stopped process; 0 if it may not be kept, as it has ended or locks files.

        Discards what it has written.
        """
        self.request_use()
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0:
            for source, data in self.events(left):
                if source == "report":
                    report = json.loads(data or b"{}")
                    return 0 if report.get("locks", True) else int(report["resident"])
        return 0

    def close(self) -> None:
        """Close every descriptor. The zygote then kills the job if it still runs."""
        self.channel.close()
        self.report.close()
        os.close(self._alarm)
        for fd in self.pipes.values():
            os.close(fd)


def read_process_memory(pid: int) -> dict[str, int]:
    """Return the resident (`Rss`) and proportional (`Pss`) bytes of a process; empty if the kernel denies them."""
    memory: dict[str, int] = {}
    with contextlib.suppress(OSError), Path(f"/proc/{pid}/smaps_rollup").open() as file:
        for line in file:
            name, _, rest = line.partition(":")
            if name in ("Rss", "Pss"):
                memory[name] = int(rest.split()[0]) << 10
    return memory
