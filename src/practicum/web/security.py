"""Who may send what: visitors, forms from our own pages only, our own host names only, and headers on every response.

A visitor is anonymous: a random token in an HttpOnly cookie, which the service has issued. Whether a form is accepted
depends on where the browser reports that it comes from (`Sec-Fetch-Site`, else `Origin` and `Host`), as in Go's
`CrossOriginProtection`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practicum.store import StoreError
from practicum.web.root_path import own_path, root_of
from practicum.web.visitor_token import TOKEN, TokenIssuer

COOKIE = "practicum"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""Its name on HTTPS: browsers accept it only from this very host, over HTTPS."""
YEAR = 365 * 24 * 3600

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: with that, browsers send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_POLICY = b"content-security-policy"
_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NEWCOMER = 600
"""Seconds for which the holder of a new cookie counts as a newcomer."""


@dataclass(frozen=True)
class Visitor:
    """A browser, known by its cookie."""

    token: str
    new: bool
    """Whether it came without a cookie, and is given one with this response."""
    newcomer: bool = False
    """Whether its cookie was issued a short while ago."""


def cookie_name(secure: bool, root: str = "") -> str:
    """Return the name of the cookie. Services below several paths of one host have one each: its path must be `/`."""
    return (SECURE_COOKIE if secure else COOKIE) + root.replace("/", ".")


def nonce() -> str:
    """Return a number for a form, used once: it identifies a form that is sent twice."""
    return secrets.token_urlsafe(12)


def visitor(request: Request) -> Visitor:
    """Return the visitor of a request, which the guard has identified."""
    found = request.scope["visitor"]
    assert isinstance(found, Visitor)
    return found


class Guard:
    """Middleware before everything else: refuses foreign hosts and forms, and puts our headers on every response.

    Args:
        app: The application behind it.
        hosts: The names under which the service answers, or None for any. On one's own machine they are the loopback
            names: otherwise any website could point its own name at it and read along (DNS rebinding).
        refuse: Makes the response for a refused request from its status, code and message.
        tokens: Issues the tokens of cookies.
        has_history: Returns whether the store knows a token: older versions issued tokens without a signature. It is
            called in a thread, and may raise StoreError.
        open_paths: Answered under any name, because a load balancer asks by address. They show nothing of learners.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[str] | None,
        refuse: Callable[[Request, int, str, str], Response],
        tokens: TokenIssuer,
        has_history: Callable[[str], bool],
        open_paths: frozenset[str] = frozenset(),
    ) -> None:
        self.app = app
        self.tokens = tokens
        self.has_history = has_history
        self.hosts = hosts
        self.refuse = refuse
        self.open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        secure = scope["scheme"] == "https"
        cookie = cookie_name(secure, root_of(scope))
        guest = await self._visitor(headers, cookie)
        scope["visitor"] = guest
        refusal = self._refusal(scope, headers)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", ())
                has_policy = any(name == _POLICY for name, _ in own)  # A report of the lab brings its own, as strict.
                message["headers"] = [*own, *(one for one in _HEADERS if not (has_policy and one[0] == _POLICY))]
                if guest.new and not refusal:
                    _set_cookie(MutableHeaders(raw=message["headers"]), scope["method"], guest, cookie)
            await send(message)

        app = self.refuse(Request(scope), *refusal) if refusal else self.app
        await app(scope, receive, guarded)

    async def _visitor(self, headers: Headers, cookie: str) -> Visitor:
        """The visitor with the token of the cookie, if the service has issued it; else one with a new token."""
        token = cookie_parser(headers.get("cookie", "")).get(cookie, "")
        age = self.tokens.age(token)
        if age is not None:
            return Visitor(token, new=False, newcomer=age < NEWCOMER)
        if TOKEN.fullmatch(token):
            try:
                if await in_thread(self.has_history, token):
                    return Visitor(token, new=False)
            except StoreError:  # It may well have a history, so the cookie stays.
                return Visitor(token, new=False, newcomer=True)
        return Visitor(self.tokens.issue(), new=True, newcomer=True)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str, str] | None:
        """The status, code and message for a request that is not answered; None for one that is."""
        host = headers.get("host", "")
        if self.hosts is not None and host_name(host) not in self.hosts and own_path(scope) not in self.open_paths:
            names = ", ".join(sorted(self.hosts))
            message = f"This service answers under {names} only, so that no website can reach it under its own name."
            return 421, "foreign-host", message
        if scope["method"] in _SAFE or not is_cross_origin(headers):
            return None
        return 403, "cross-origin", "This form was sent from another website, so it was not accepted."


def is_cross_origin(headers: Headers) -> bool:
    """Whether a request that changes something comes from a page of another origin.

    Browsers send `Sec-Fetch-Site` over HTTPS and to loopback addresses; it cannot be forged by a page. Where it is
    missing, the host of `Origin` must be that of the request; a request with neither does not come from a page.
    """
    site = headers.get("sec-fetch-site")
    if site:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    if not origin:
        return False
    host = origin.partition("://")[2]
    return not host or host != headers.get("host")


def host_name(host: str) -> str:
    """Return the name in a Host header, without its port."""
    return re.sub(r":\d*$", "", host).lower()


def _set_cookie(headers: MutableHeaders, method: str, guest: Visitor, name: str) -> None:
    """Set the cookie, with pages and after forms only: a response that caches keep for all may not carry one.

    A refused request gets none: browsers send no cookie with a form of another website, so that a new cookie would
    replace the one that the learner has.
    """
    if headers.get("content-type", "").startswith("text/html") or method not in _SAFE:
        cookie = f"{name}={guest.token}; HttpOnly; Max-Age={YEAR}; Path=/; SameSite=Lax"
        headers.append("set-cookie", cookie + ("; Secure" if name.startswith(SECURE_COOKIE) else ""))
