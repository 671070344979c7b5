"""The open connections: how long a client may take to send a request, and which one goes when there are too many.

A client that sends slowly holds a descriptor each time, but does not hold up the others: a request has to arrive in
time, and a new connection replaces the oldest of the address with the most that wait for a request.
"""

from __future__ import annotations

import enum
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from practicum.web.client_address import network

HEADER_SECONDS = 10.0
"""Default time in which the headers of a request must arrive, counted from the response before."""
HEADER_BYTES = 64 << 10
"""Size of the headers of a request, beyond which the connection is dropped."""
BODY_BYTES_PER_SECOND = 1000
"""How fast the body of a request must arrive after as many seconds as the headers may take."""
STALLED_SECONDS = 60.0
"""Time in which a client must receive something of its response while more is waiting."""
CONNECTIONS = 4096
"""Default maximum number of open connections."""


class Phase(enum.Enum):
    """What a connection waits for."""

    REQUEST = enum.auto()
    BODY = enum.auto()
    RESPONSE = enum.auto()


class Connections:
    """The open connections of a server, which have a maximum number.

    Args:
        size: That number.
        header_seconds: Time in which the headers of a request must arrive.
    """

    def __init__(self, size: int = CONNECTIONS, header_seconds: float = HEADER_SECONDS) -> None:
        self.size = size
        self.header_seconds = header_seconds
        self._open: dict[Connection, None] = {}
        self._waiting: dict[str, dict[Connection, None]] = {}
        """For each address, its connections that wait for a request, the oldest first."""

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection) -> None:
        """Add a connection. Above the maximum, drop the oldest of the address with the most that wait for a request."""
        self._open[connection] = None
        self.update(connection)
        if len(self._open) > self.size:
            most = max(self._waiting.values(), key=len)
            next(iter(most)).drop()

    def update(self, connection: Connection) -> None:
        """Note whether a connection waits for a request."""
        if connection.phase is Phase.REQUEST and connection in self._open:
            self._waiting.setdefault(connection.address, {})[connection] = None
        elif connection in (waiting := self._waiting.get(connection.address, {})):
            del waiting[connection]
            if not waiting:
                del self._waiting[connection.address]

    def discard(self, connection: Connection) -> None:
        """Remove a connection."""
        self._open.pop(connection, None)
        self.update(connection)

    def drop_overdue(self, now: float) -> None:
        """Drop the connections whose client takes too long at `now`, in the seconds of the event loop."""
        for connection in [connection for connection in self._open if connection.is_overdue(now)]:
            connection.drop()


class ServerConfig(uvicorn.Config):
    """Uvicorn's settings, with the connections of the server."""

    def __init__(self, app: Any, connections: Connections, **settings: Any) -> None:
        super().__init__(app, http=Connection, **settings)
        self.connections = connections


class Connection(HttpToolsProtocol):
    """A connection that knows since when it waits for what."""

    def __init__(self, config: ServerConfig, *rest: Any, **named: Any) -> None:
        super().__init__(config, *rest, **named)
        self.address = ""
        self._all = config.connections
        self._since = self.loop.time()
        """The beginning of its phase."""
        self._received = 0
        """Bytes received in its phase."""
        self._stalled: float | None = None
        """Since when the client has received nothing while more is waiting."""

    @property
    def phase(self) -> Phase:
        if self.cycle is None or self.cycle.response_complete:
            return Phase.REQUEST
        return Phase.BODY if self.cycle.more_body else Phase.RESPONSE

    def is_overdue(self, now: float) -> bool:
        """Return whether the client takes too long."""
        if self._stalled is not None and now - self._stalled > STALLED_SECONDS:
            return True
        if self.phase is Phase.BODY and self.flow.read_paused:  # We do not read, so it cannot send.
            self._since = now
        allowed = {
            Phase.REQUEST: self._all.header_seconds,
            Phase.BODY: self._all.header_seconds + self._received / BODY_BYTES_PER_SECOND,
            Phase.RESPONSE: float("inf"),
        }
        return now - self._since > allowed[self.phase]

    def drop(self) -> None:
        """Close it without a response."""
        self._all.discard(self)
        self.transport.abort()

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.address = network(self.client[0]) if self.client else ""
        self._all.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._all.discard(self)

    def data_received(self, data: bytes) -> None:
        before = self.phase
        super().data_received(data)
        if before is Phase.REQUEST and self.phase is not before:
            self._begin_phase()
        self._received += len(data)
        if self.phase is Phase.REQUEST and self._received > HEADER_BYTES:
            self.drop()

    def on_response_complete(self) -> None:
        super().on_response_complete()  # Another request may have arrived already, and begin at once.
        self._begin_phase()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stalled = None

    def _begin_phase(self) -> None:
        self._since = self.loop.time()
        self._received = 0
        self._all.update(self)
