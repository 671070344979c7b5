"""Who may ask what: visitors, forms that are really ours, hosts that are really us, and headers on every response.

A visitor is anonymous: a random token in an HttpOnly cookie. A form carries a proof of that token, masked afresh each
time, so that compressed pages give nothing away (BREACH). Nothing here keeps state, so a restart invalidates nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "practicum"
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
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Visitor:
    """A browser, known by its cookie."""

    token: str
    new: bool
    """Whether it came without one, and is given one with this response."""

    @property
    def person(self) -> str:
        """Who takes turns with whom where code is run; it says nothing of the token."""
        return hashlib.sha256(b"practicum person" + self.token.encode()).hexdigest()

    def csrf(self) -> str:
        """A proof for a form that this visitor was given the form; another text each time."""
        mask = secrets.token_bytes(32)
        masked = bytes(a ^ b for a, b in zip(mask, _secret(self.token), strict=True))
        return urlsafe_b64encode(mask + masked).decode()

    def gave(self, proof: str) -> bool:
        """Whether :meth:`csrf` of this visitor made `proof`."""
        try:
            data = urlsafe_b64decode(proof.encode())
        except ValueError:
            return False
        if len(data) != 64 or self.new:
            return False
        unmasked = bytes(a ^ b for a, b in zip(data[:32], data[32:], strict=True))
        return hmac.compare_digest(unmasked, _secret(self.token))


# OpenSSL lets other threads run during an HMAC, and waiting for one's turn again costs a hundred times the HMAC.
@lru_cache(maxsize=10_000)
def _secret(token: str) -> bytes:
    return hmac.digest(token.encode(), b"practicum form", hashlib.sha256)


def nonce() -> str:
    """A number for a form, used once: by it a form sent twice is known."""
    return secrets.token_urlsafe(12)


def visitor(request: Request) -> Visitor:
    """Who asks. The guard has seen to it that there is one."""
    known = request.scope["visitor"]
    assert isinstance(known, Visitor)
    return known


class Guard:
    """Stands before everything: refuses foreign hosts and foreign forms, and puts our headers on every response.

    `hosts` are the names under which the service may be asked for, or None for any. For use on one's own machine they
    are the loopback names: else any website could point its own name here (DNS rebinding) and read along.
    """

    def __init__(
        self, app: ASGIApp, hosts: frozenset[str] | None, refuse: Callable[[Request, int, str], Response]
    ) -> None:
        self.app = app
        self.hosts = hosts
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        guest = _visitor(headers)
        scope["visitor"] = guest

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", ())
                policy = any(name == _POLICY for name, _ in own)  # A report of the lab brings its own, as strict.
                message["headers"] = [*own, *(one for one in _HEADERS if not (policy and one[0] == _POLICY))]
                if guest.new:
                    _hand_out(MutableHeaders(raw=message["headers"]), guest, scope["scheme"] == "https")
            await send(message)

        why = self._foreign(scope["method"], scope["scheme"], headers)
        app = self.refuse(Request(scope), *why) if why else self.app
        await app(scope, receive, guarded)

    def _foreign(self, method: str, scheme: str, headers: Headers) -> tuple[int, str] | None:
        """Why this request is not answered, or None."""
        host = headers.get("host", "")
        if self.hosts is not None and _name(host) not in self.hosts:
            names = ", ".join(sorted(self.hosts))
            return (
                421,
                f"This service answers under {names} only, so that no website can reach it by a name of its own.",
            )
        if method in _SAFE:
            return None
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "This form was sent from another website, so it was not accepted."
        origin = headers.get("origin")
        if origin is not None and origin != f"{scheme}://{host}":
            return 403, "This form was sent from another address, so it was not accepted."
        return None


def _name(host: str) -> str:
    """A Host header without its port."""
    return re.sub(r":\d*$", "", host).lower()


def _visitor(headers: Headers) -> Visitor:
    token = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    if _TOKEN.fullmatch(token):
        return Visitor(token, new=False)
    return Visitor(secrets.token_urlsafe(32), new=True)


def _hand_out(headers: MutableHeaders, guest: Visitor, secure: bool) -> None:
    """Set the cookie, with pages only: what is cached for all is nobody's."""
    if headers.get("content-type", "").startswith("text/html"):
        cookie = f"{COOKIE}={guest.token}; HttpOnly; Max-Age={YEAR}; Path=/; SameSite=Lax"
        headers.append("set-cookie", cookie + ("; Secure" if secure else ""))
