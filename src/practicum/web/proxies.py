"""Which proxies are believed when they report a client's address and scheme."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from practicum.errors import InvalidSetting

LOOPBACK_PROXIES = ("127.0.0.1", "::1")
UNIX_PEER = "unix"
"""Stands for the address of who connects to a Unix socket, which has none. Permissions decide who can."""


class ProxyHeaders:
    """Middleware before everything else: takes the client from `X-Forwarded-For`, the scheme from `X-Forwarded-Proto`.

    Of several addresses, the last one that is no trusted proxy is the client's: those before it are the client's words.

    Args:
        app: The application behind it.
        trusted: Addresses and networks of proxies.
    """

    def __init__(self, app: ASGIApp, trusted: Iterable[str] = LOOPBACK_PROXIES) -> None:
        wrapped: Any = app
        self._behind: Any = ProxyHeadersMiddleware(wrapped, [*trusted, UNIX_PEER])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope.get("client"):
            scope["client"] = (UNIX_PEER, 0)
        await self._behind(scope, receive, send)


def trusted_proxies(text: str) -> tuple[str, ...]:
    """Return the addresses and networks in a list separated by commas.

    Raises:
        InvalidSetting: One is neither. `*` is refused, because with it each client could choose its address.
    """
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        try:
            ipaddress.ip_network(name)
        except ValueError:
            message = f"{name!r} is not the address or network of a proxy. Write for example 10.0.0.7 or 172.16.0.0/12."
            raise InvalidSetting("invalid-proxy", message) from None
    return names
