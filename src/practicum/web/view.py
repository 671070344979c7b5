"""From what is known to what is seen: templates, and the words and numbers they share."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from practicum import kinds
from practicum.course import render
from practicum.web import assets, security

_DEFAULTS = {"draft": False, "here": "", "language": "en"}


class Halt(HTTPException):
    """Stop here and say why, in a page of our own: what happened, and what to do about it."""

    def __init__(self, status: int, heading: str, message: str, back: tuple[str, str] = ("/", "Home")) -> None:
        super().__init__(status, message)
        self.heading = heading
        self.back = back


@cache
def _templates() -> Environment:
    """The templates of the pages, and of each problem kind below `kinds/<name>/`."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("practicum.web"), PrefixLoader({"kinds": _kind_loader()})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = assets.address
    environment.filters |= {"highlighted": render.code, "highlighted_line": render.line}
    return environment


def _kind_loader() -> BaseLoader:
    """The templates in the folder of each kind, wherever its package is installed."""
    forms = {name: PackageLoader(kind.package, "") for name, kind in kinds.registered().items() if kind.has_form}
    return PrefixLoader(forms)


def part(template: str, **context: Any) -> str:
    """A piece of a page."""
    return _templates().get_template(template).render(context)


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A whole page for this visitor. Never kept by a cache: it is theirs, and a clock may run on it."""
    draft = getattr(request.app.state, "draft", False) if "app" in request.scope else False
    shared = {
        **_DEFAULTS,
        "draft": draft,
        "status": status,
        "csrf": security.visitor(request).csrf(),
        "nonce": security.nonce(),
    }
    html = part(template, **{**shared, **context})
    return HTMLResponse(html, status, {"cache-control": "no-store"})


def streams(request: Request) -> bool:
    """Whether what happens is asked for as it happens, by a script of ours."""
    return "text/event-stream" in request.headers.get("accept", "")


def see(address: str) -> Response:
    """Go and see another page: the answer to every form."""
    return RedirectResponse(address, 303, {"cache-control": "no-store"})


def minutes(count: int) -> str:
    return f"{count} minute" if count == 1 else f"{count} minutes"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 problem`, `5 problems`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def span(milliseconds: float) -> str:
    """A time as a clock shows it, full seconds rounded up: `1:30`."""
    seconds = -int(-milliseconds // 1000)
    return f"{seconds // 60}:{seconds % 60:02}"


def seconds(value: float) -> str:
    """How long something took: `0.013 s`, `4.2 s`, `3 min 20 s`."""
    if value < 0.001:
        return "under 1 ms"
    if value < 0.1:
        return f"{value:.3f} s"
    if value < 100:
        return f"{value:.1f} s"
    return f"{int(value) // 60} min {int(value) % 60} s"


def sentence(text: str) -> str:
    """Half a sentence as a whole one."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) or not text else ".")


def spans(text: str) -> Markup:
    """Plain text with its code spans; nothing else of Markdown counts."""
    pieces = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)
    )


def day(iso: str) -> str:
    """`2026-11-12` as `12 November 2026`; anything else as it is."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{when.day} {when:%B %Y}"


def date_of(milliseconds: int) -> str:
    """The UTC day of a time in milliseconds since 1970, ISO 8601."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
