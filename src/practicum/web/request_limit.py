"""Answers requests above a number at a time with status 503: fairly between addresses."""

from __future__ import annotations

from collections import Counter

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from practicum.runner import has_room
from practicum.web.client_address import client_address
from practicum.web.error_pages import CODE_HEADER, RETRY_AFTER
from practicum.web.security import HEADERS

MESSAGE = "The service is overloaded. Nothing was stored or run. Try again in a few seconds."


class RequestLimit:
    """Middleware before everything else. An address may have as many requests in progress as there is room for others.

    Args:
        app: The application behind it.
        size: Requests in progress at a time, those whose response is a stream included.
    """

    def __init__(self, app: ASGIApp, size: int) -> None:
        self.app = app
        self.size = size
        self._active: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        address = client_address(scope)
        if not has_room(self._active[address], self._active.total(), self.size):
            await _overloaded()(scope, receive, send)
            return
        self._active[address] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._active[address] -= 1
            if not self._active[address]:
                del self._active[address]


def _overloaded() -> PlainTextResponse:
    headers = {"retry-after": str(RETRY_AFTER), "connection": "close", CODE_HEADER: "overloaded", **HEADERS}
    return PlainTextResponse(MESSAGE, 503, headers)
