"""The running service: its socket, its server, what happens once it listens, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable, Generator
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from practicum.application.site import Site
from practicum.runner import stop_messages

GRACE = 3
"""Seconds that runs under way have to end by themselves when the service is stopped."""
LAST_MESSAGES = 2
"""Seconds for their pages to be told, after that."""


class CannotListen(Exception):
    """The address cannot be used; the message says why, and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to that address. Raises CannotListen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(f"{host} is no address of this machine ({error.strerror}).") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} is taken. Stop what uses it, or choose another: practicum serve --port {port + 1}"
        elif error.errno == errno.EACCES:
            message = f"Port {port} needs special rights. Choose one above 1023: practicum serve --port 8000"
        else:
            message = f"Cannot listen at {host}:{port}: {error.strerror}."
        raise CannotListen(message) from None
    listener.set_inheritable(False)
    return listener


def address(listener: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """Uvicorn, which calls `listening` once it answers, and ends quietly when it is asked to."""

    def __init__(self, app: Starlette, listening: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="on",
                ws="none",
                timeout_graceful_shutdown=GRACE + LAST_MESSAGES,
            )
        )
        self._app = app
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """No run begins any more; those under way have their time to end, then they are ended, and their pages told."""
        ending = asyncio.create_task(self._end_runs())
        await super().shutdown(sockets)
        await ending

    async def _end_runs(self) -> None:
        site: Site = self._app.state.site
        runs, pool = site.runs, site.pool
        runs.refuse()
        if pool is not None:
            pool.queue.close(stop_messages.SERVICE_STOPPING)
        await runs.drain(GRACE, lambda: self.force_exit)
        runs.cancel_all()
        await runs.drain(LAST_MESSAGES)  # Recorded runs still have to be stored.

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """As uvicorn's, but a signal that ended the service is not raised once more: the end was orderly."""

        def end(number: int, frame: FrameType | None) -> None:
            self.handle_exit(number, frame)

        before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
