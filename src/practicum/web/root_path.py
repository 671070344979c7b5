"""The path below which a proxy shows the service, such as `/practice`.

All addresses in practicum are written without it: in templates, in rendered courses, in redirects. It is added where
they leave the service, and taken away where they come back, so that no template and no plugin needs to know of it.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from practicum.errors import InvalidSetting

_ROOT = re.compile(r"(?:/[A-Za-z0-9_~-]+)*")
_TAG = re.compile(r"""<[a-z](?:[^>"']++|"[^"]*+"|'[^']*+')*+>""", re.I)
_ADDRESS = re.compile(
    r'(?<=\s)((?:href|src|action|formaction|data-url|data-code|data-names)="|content="\d+; url=)(?=/(?!/))'
)


class RootPath:
    """Middleware before everything else: completes the path of a request, whether or not the proxy has shortened it.

    Args:
        app: The application behind it.
        root: The path, such as `/practice`; empty for none.
    """

    def __init__(self, app: ASGIApp, root: str = "") -> None:
        self.app = app
        self.root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.root:
            path = scope["path"]
            if path == self.root:
                path += "/"
            elif not path.startswith(f"{self.root}/"):
                path = self.root + path
            scope.update(root_path=self.root, path=path)  # In place: others read the route from it afterwards.
        await self.app(scope, receive, send)


class Redirect(RedirectResponse):
    """Sends the browser to another page of the service."""

    def __init__(self, path: str) -> None:
        super().__init__(path, 303, {"cache-control": "no-store"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.headers["location"] = root_of(scope) + self.headers["location"]
        await super().__call__(scope, receive, send)


def valid_root_path(text: str) -> str:
    """Return a path such as `/practice`, without a slash at its end; empty for none.

    Raises:
        InvalidSetting: It is not such a path.
    """
    path = text.rstrip("/")
    if not _ROOT.fullmatch(path):
        message = f"{text!r} is not a path for --root-path. Write it like /practice, with letters, digits, -, _ and ~."
        raise InvalidSetting("invalid-root-path", message)
    return path


def root_of(scope: Scope) -> str:
    """Return the path below which a request's service is; empty for none."""
    root: str = scope.get("root_path", "")
    return root


def path_of(request: Request) -> str:
    """Return the path of a request as practicum writes it."""
    return own_path(request.scope)


def own_path(scope: Scope) -> str:
    """Return the path in a scope as practicum writes it."""
    path: str = scope["path"]
    return path.removeprefix(root_of(scope))


def with_root(html: str, root: str) -> str:
    """Return HTML with `root` before each address of the service in its tags."""
    return _TAG.sub(lambda tag: _ADDRESS.sub(rf"\g<1>{root}", tag[0]), html) if root else html
