"""Logs for programs and people: JSON lines or plain text, each with its time, its level and the id of its request.

No address, cookie, learner's id or path with an id is logged.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practicum.web.metrics import method_of, route_of

REQUEST_HEADER = "x-request-id"
"""The response header with the id of the request, for a proxy's log and for reports of faults."""
_access = logging.getLogger("practicum.access")
_request: ContextVar[str] = ContextVar("request", default="")
"""The id of the request that is being answered; also in the threads that work for it."""


def configure(form: str = "text", level: str = "warning") -> None:
    """Log to standard error what has at least this level, as `text` or `json`; the access log at every level."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else PlainText())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    _access.setLevel(logging.INFO)


class JsonLines(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_request_fields(record),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


class PlainText(logging.Formatter):
    """One line, and a traceback after it."""

    def format(self, record: logging.LogRecord) -> str:
        message = " ".join(record.getMessage().splitlines())  # No message can look like another one.
        fields = "".join(f" {name}={value}" for name, value in _request_fields(record).items())
        line = f"{_time(record)} {record.levelname} {record.name}: {message}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _request_fields(record: logging.LogRecord) -> dict[str, Any]:
    """What is known about the request: its id, and of the access log the response."""
    id = _request.get()
    return {**({"request": id} if id else {}), **getattr(record, "response", {})}


class RequestLog:
    """Middleware before everything else: gives each request an id, and logs its response.

    Args:
        app: The application behind it.
        access_log: Whether responses are logged.
    """

    def __init__(self, app: ASGIApp, access_log: bool = False) -> None:
        self.app = app
        self.access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        id = secrets.token_hex(8)
        _request.set(id)  # It stays: the server logs a fault in this task afterwards.
        began, response = time.perf_counter(), {"status": 0, "bytes": 0}

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                response["status"] = message["status"]
                message["headers"] = list(message.get("headers", ()))
                MutableHeaders(raw=message["headers"]).append(REQUEST_HEADER, id)
            else:
                response["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, counted)
        finally:
            if self.access_log:
                seconds = round(time.perf_counter() - began, 4)
                fields = {"method": method_of(scope), "route": route_of(scope), **response, "seconds": seconds}
                _access.info("response", extra={"response": fields})
