"""Subprocess mode: a fresh interpreter per job, without isolation. For trusted code only.

It needs only Python, so it works on every system. The job's frames travel over a socket on the loopback interface; the
child authenticates with a token that it receives on standard input.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import platformdirs

from practicum.runner import sandbox
from practicum.runner.environment import Environment
from practicum.runner.inside.processor_use import processor_use
from practicum.runner.job import Preload, ZygoteGone
from practicum.runner.zygote_client import Chunk

_CHUNK = 1 << 16
CONNECT_TIMEOUT = 20.0
"""Seconds in which the new interpreter must connect."""


class SubprocessSession:
    """One job's process. Threads read its pipes, because Windows cannot poll pipes."""

    reads_at_once = False

    def __init__(self, preload: Preload, hash_seed: int, environment: Environment | None = None) -> None:
        self._python = (environment or Environment.current()).interpreter
        self._folder = tempfile.mkdtemp(prefix="practicum-")
        self._events: queue.SimpleQueue[Chunk] = queue.SimpleQueue()
        try:
            self._process, self._channel = self._start(preload, hash_seed)
        except (OSError, ValueError) as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise ZygoteGone("cannot-start", f"a new Python could not be started: {error}") from error
        self._pump("stdout", self._process.stdout)
        self._pump("stderr", self._process.stderr)
        self._in_thread(lambda: self._pump_until_end("channel", lambda: self._channel.recv(_CHUNK)))
        self._in_thread(self._wait)

    def _start(self, preload: Preload, hash_seed: int) -> tuple[subprocess.Popen[bytes], socket.socket]:
        token = secrets.token_bytes(16)
        traces, their_traces = os.pipe() if sys.platform != "win32" else (-1, -1)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            process = subprocess.Popen(
                self._python.command("subprocess_main", str(sandbox.PACKAGE.parent)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment(hash_seed),
                cwd=self._folder,
                start_new_session=True,
                pass_fds=(their_traces,) if traces >= 0 else (),
            )
            if traces >= 0:
                os.close(their_traces)
                self._in_thread(lambda: self._pump_traces(traces))
            config = {
                "port": server.getsockname()[1],
                "token": token.hex(),
                "traces": their_traces,
                "preload": preload.value,
                "folders": list(self._python.packages),
            }
            assert process.stdin is not None
            with contextlib.suppress(OSError):
                process.stdin.write(json.dumps(config).encode())
                process.stdin.close()
            return process, self._accept(server, token, process)

    def _pump_traces(self, fd: int) -> None:
        self._pump_until_end("traces", lambda: os.read(fd, _CHUNK))
        os.close(fd)

    def _environment(self, hash_seed: int) -> dict[str, str]:
        keras = sandbox.keras_cache()
        cache = platformdirs.user_cache_dir("practicum", appauthor=False)
        try:
            os.makedirs(cache, exist_ok=True)  # noqa: PTH103
        except OSError:  # no home folder: the run builds its font cache again
            cache = self._folder
        environment = sandbox.environment_variables(hash_seed, cache, str(keras.parent) if keras else cache)
        environment |= {"HOME": self._folder, "TMPDIR": self._folder, "TEMP": self._folder, "TMP": self._folder}
        # Windows cannot start a program without it.
        return environment | {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}

    @staticmethod
    def _accept(server: socket.socket, token: bytes, process: subprocess.Popen[bytes]) -> socket.socket:
        """Wait until the child connects. Raises OSError with its last line of stderr if it does not."""
        deadline = time.monotonic() + CONNECT_TIMEOUT
        while process.poll() is None and time.monotonic() < deadline:
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            connection.settimeout(CONNECT_TIMEOUT)
            if secrets.compare_digest(connection.recv(len(token), socket.MSG_WAITALL), token):
                connection.settimeout(None)
                return connection
            connection.close()
        process.kill()
        assert process.stderr is not None
        stderr = process.stderr.read()[-2_000:].decode("utf-8", "replace").strip()
        raise OSError(stderr.splitlines()[-1] if stderr else "it did not connect")

    def _in_thread(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True).start()

    def _pump(self, name: str, pipe: Any) -> None:
        self._in_thread(lambda: self._pump_until_end(name, lambda: os.read(pipe.fileno(), _CHUNK)))

    def _pump_until_end(self, name: str, read: Callable[[], bytes]) -> None:
        data = b"more"
        while data:
            try:
                data = read()
            except (OSError, ValueError):
                data = b""
            self._events.put((name, data))

    def _wait(self) -> None:
        code = self._process.wait()
        self._events.put(("report", json.dumps({"exit": code, "memory": 0}).encode()))

    def send(self, data: bytes) -> None:
        """Send to the job from a separate thread, as the job may not be reading."""

        def deliver() -> None:
            with contextlib.suppress(OSError):
                self._channel.sendall(data)

        self._in_thread(deliver)

    def events(self, timeout: float) -> Iterator[Chunk]:
        """Yield the next chunk, waiting at most `timeout` seconds for it."""
        try:
            yield self._events.get(timeout=timeout) if timeout > 0 else self._events.get_nowait()
        except queue.Empty:
            return

    def wake(self) -> None:
        """Make :meth:`events` return at once. Thread-safe."""
        self._events.put(("wake", b"now"))

    def request_traces(self) -> None:
        """Make the job's process write its current lines to `traces`, where the system has signals."""
        if sys.platform == "win32":
            self._events.put(("traces", b""))
        else:
            self._process.send_signal(signal.SIGUSR2)

    def request_use(self) -> None:
        """Report how much processor time the job has used."""
        self._events.put(("report", json.dumps(processor_use(self._process.pid)).encode()))

    def close(self) -> None:
        """Kill the job and the processes it started, and remove its folder."""
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._channel.close()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)
