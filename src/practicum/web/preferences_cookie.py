"""The cookie that keeps a visitor's settings.

They are in a cookie and not in the store: every page needs them, also one that reports that the store cannot be read,
and a visitor who has set the theme has not started anything yet.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from practicum.application.preferences import Preferences
from practicum.web.root_path import root_of
from practicum.web.security import YEAR

COOKIE = "practicum-settings"


def preferences_of(request: Request) -> Preferences:
    """Return the visitor's settings, from the cookie."""
    return Preferences.from_text(request.cookies.get(_name(request), ""))


def keep(request: Request, response: Response, preferences: Preferences) -> None:
    """Set the cookie with these settings."""
    response.set_cookie(
        _name(request),
        preferences.to_text(),
        max_age=YEAR,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def _name(request: Request) -> str:
    """Its name: services below several paths of one host have one each."""
    return COOKIE + root_of(request.scope).replace("/", ".")
