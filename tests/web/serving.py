"""The service as a separate process or a thread, and clients that use it over the network."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Self

import httpx2
from starlette.applications import Starlette

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from practicum.web.server import Server, address, listen
from tests.pools import own_queue
from tests.web.making import COURSE, hidden


class Service:
    """`practicum serve` as a separate process. `max_open`: its soft and hard limits of open files."""

    def __init__(
        self,
        data: Path,
        *arguments: str,
        courses: Sequence[Path] = (COURSE,),
        port: int = 0,
        settings: Mapping[str, str] = MappingProxyType({}),
        max_open: tuple[int, int] | None = None,
    ) -> None:
        limit = f"ulimit -Sn {max_open[0]}; ulimit -Hn {max_open[1]}; " if max_open else ""
        command = ["sh", "-c", limit + 'exec "$@"', "sh", sys.executable, "-m", "practicum", "serve"]
        command += map(str, courses)
        command += ["--no-open", "--data", str(data), "--port", str(port), *arguments]
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **settings},
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        found = re.search(r"(http://|unix:)\S+", self.line)
        assert found, self.line + self.end()[1]
        self.url = found[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[str, str]:
        """Send a signal, wait for the end, and return the rest of standard output and standard error."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        return self.process.communicate(timeout=120)


def browser(url: str) -> httpx2.Client:
    """An HTTP client that keeps cookies and follows no redirects."""
    return httpx2.Client(base_url=url, timeout=60)


def begin(http: httpx2.Client, topic: str = "/python-basics/lists", clock: str = "off") -> str:
    """Start the challenge and return the sitting's address."""
    html = http.get(f"{topic}/challenge").text
    fields = {name: hidden(html, name) for name in ("nonce",)}
    return str(http.post(f"{topic}/challenge", data={**fields, "clock": clock}).headers["location"]).removesuffix("/1")


def free_port() -> int:
    """A free port, below those that the system gives to the connections of other tests."""
    while True:
        port = random.SystemRandom().randrange(10_000, 30_000)
        with socket.socket() as found, contextlib.suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port


class Inside:
    """The service in a thread of the test process, so that tests can inspect its state."""

    def __init__(self, app: Starlette) -> None:
        listener = listen("127.0.0.1", 0)
        self.url = address(listener)
        listening = threading.Event()
        self.server = _Server(app, listening.set)
        self._thread = threading.Thread(target=self.server.run, args=([listener],))
        self._thread.start()
        assert listening.wait(60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Stop it as SIGTERM does."""
        self.server.should_exit = True
        self._thread.join(60)


@contextmanager
def served(courses: Sequence[Catalogue], pool: Pool, data: Path, *, draft: bool = False) -> Iterator[Inside]:
    """What `practicum serve` serves on this machine, in a thread, with the warm interpreters of a pool."""
    with own_queue(pool) as runner, Store.open(data) as store:
        site = Site(courses, store, runner, draft, local=True, lab=data / "lab")
        with Inside(create_app(site)) as inside:
            yield inside


class _Server(Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:  # type: ignore[override]
        """Signals are the main thread's."""
        yield


class Cable:
    """A proxy in front of a service; after `cut` its connections are broken and new ones refused, until `mend`."""

    def __init__(self, url: str) -> None:
        self._to = int(url.rpartition(":")[2])
        self._ends: list[socket.socket] = []
        self._cut = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._listener.close()

    def cut(self) -> None:
        self._cut = True
        ends, self._ends = self._ends, []
        for one in ends:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def mend(self) -> None:
        self._cut = False

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                if self._cut:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._to))
                self._ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
