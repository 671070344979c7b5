"""The server of the web application: its socket, its start and its orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import stat
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from practicum.application import learner_jobs
from practicum.application.site import Site
from practicum.runner import stop_messages
from practicum.web import descriptors
from practicum.web.connections import CONNECTIONS, HEADER_SECONDS, Connections, ServerConfig
from practicum.web.log_limit import OncePerMinute
from practicum.web.logs import RequestLog
from practicum.web.metrics import MetricsMiddleware
from practicum.web.proxies import LOOPBACK_PROXIES, ProxyHeaders
from practicum.web.request_limit import RequestLimit

GRACE = 3
"""Seconds in which runs in progress may end by themselves when the service stops."""
LAST_MESSAGES = 2
"""Seconds after that in which their pages receive the last messages."""


class CannotListen(Exception):
    """The address cannot be used. The message says why, and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to that address. Raises CannotListen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(
            f"{host} is not an address of this machine ({error.strerror}). Choose another with `--host`."
        ) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = (
                f"Port {port} is in use. Choose another with `--port {port + 1}`, or stop the program that uses it."
            )
        elif error.errno == errno.EACCES:
            message = f"Port {port} needs administrator rights. Choose one above 1023, such as `--port 8000`."
        else:
            message = f"Cannot listen at {host}:{port}: {error.strerror}."
        raise CannotListen(message) from None
    listener.set_inheritable(False)
    return listener


@contextlib.contextmanager
def listen_unix(path: Path) -> Generator[socket.socket, None, None]:
    """Open a Unix socket for this user and its group, and remove it at the end. Raises CannotListen.

    A socket that a killed service has left is replaced; one on which a program listens is not.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_left_socket(path)
        listener.bind(str(path))
        path.chmod(0o660)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise CannotListen(f"Cannot listen at {path}: {reason}. Choose another path with `--uds`.") from None
    try:
        yield listener
    finally:
        listener.close()
        with contextlib.suppress(OSError):
            path.unlink()


def _remove_left_socket(path: Path) -> None:
    """Remove a socket on which no program listens. Raises OSError for any other file, and for a socket in use."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise FileExistsError(errno.EEXIST, "there is a file of that name")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OSError(errno.EADDRINUSE, "another program listens there")


def address(listener: socket.socket) -> str:
    """Return the URL at which a browser on this machine finds the service; of a Unix socket, its path."""
    if listener.family == socket.AF_UNIX:
        return f"unix:{listener.getsockname()}"
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """Uvicorn that withstands floods of connections and requests, and ends runs in order when it is stopped.

    Args:
        app: The application.
        listening: Called once it accepts requests.
        connections: Maximum number of open connections; fewer where the system allows fewer open files.
        header_seconds: Time in which the headers of a request must arrive.
        proxies: Addresses and networks of proxies that report their clients' addresses; None trusts no proxy.
        drain_seconds: Time for which it goes on answering after it is stopped, without beginning runs.
        access_log: Whether responses are logged.
    """

    def __init__(
        self,
        app: Starlette,
        listening: Callable[[], None],
        connections: int = CONNECTIONS,
        header_seconds: float = HEADER_SECONDS,
        proxies: Sequence[str] | None = LOOPBACK_PROXIES,
        drain_seconds: float = 0.0,
        access_log: bool = False,
    ) -> None:
        limit = descriptors.raise_limit()
        self.connections = Connections(descriptors.max_connections(limit, connections), header_seconds)
        limited = RequestLimit(app, max(1, self.connections.size * 3 // 4))
        logged = RequestLog(MetricsMiddleware(limited, app.state.metrics), access_log)
        super().__init__(
            ServerConfig(
                logged if proxies is None else ProxyHeaders(logged, proxies),
                self.connections,
                backlog=descriptors.ACCEPTED_AT_ONCE,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # `ProxyHeaders` does this, also for Unix sockets.
                lifespan="on",
                ws="none",
                timeout_graceful_shutdown=GRACE + LAST_MESSAGES,
            )
        )
        self._app = app
        self._listening = listening
        self._drain_seconds = drain_seconds

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until it is stopped. What repeats itself is logged once a minute, so that no client fills the disk."""
        once, loggers = (
            OncePerMinute(),
            [logging.getLogger(name) for name in ("uvicorn.error", "asyncio", learner_jobs.__name__)],
        )
        for logger in loggers:
            logger.addFilter(once)
        try:
            await super().serve(sockets)
        finally:
            for logger in loggers:
                logger.removeFilter(once)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # asyncio accepts as many connections at once as may wait, and reads from none of them before: so few may. Then
        # the system is asked to let more wait.
        for listener in sockets or ():
            listener.listen(descriptors.BACKLOG)
        if self.started:
            self._listening()

    async def on_tick(self, counter: int) -> bool:
        """Drop slow clients, about once a second."""
        if counter % 10 == 0:
            self.connections.drop_overdue(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let no more runs begin, wait for those in progress, cancel the rest, and send the last messages."""
        await self._drain()
        ending = asyncio.create_task(self._end_runs())
        await super().shutdown(sockets)
        await ending

    async def _drain(self) -> None:
        """Go on answering while a load balancer notices that this service is not ready. Runs may end meanwhile."""
        self._app.state.site.runs.refuse()
        until = time.monotonic() + self._drain_seconds
        while time.monotonic() < until and not self.force_exit:
            self.connections.drop_overdue(asyncio.get_running_loop().time())
            await asyncio.sleep(0.1)

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
        """Handle signals as uvicorn does, without raising again the signal that ended the service in order."""

        def end(number: int, frame: FrameType | None) -> None:
            self.handle_exit(number, frame)

        before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
