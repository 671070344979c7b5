"""Pages and fragments from templates."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from practicum import kinds, modes
from practicum.application.course_watch import CourseWatch
from practicum.course import render
from practicum.formatting import file_size
from practicum.modes import Mode
from practicum.runner import FigureImage
from practicum.web import assets, security
from practicum.web.preferences_cookie import preferences_of
from practicum.web.root_path import Redirect, root_of, with_root

_DEFAULTS = {
    "draft": False,
    "watch": None,
    "here": "",
    "language": "en",
    "styles": (),
    "scripts": (),
    "mode": None,
    "around": None,
    "step_topic": "",
    "secondary": False,
}


@cache
def _templates() -> Environment:
    """The templates of this package, of kinds as `kinds/NAME/…`, and of modes and activities as `FOLDER/NAME.html`."""
    loaders = [PackageLoader("practicum.web"), PrefixLoader({"kinds": _kind_loader()}), PrefixLoader(_mode_loaders())]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {"asset": assets.address, "form_assets": assets.form_assets}
    environment.filters |= {
        "highlighted": render.code,
        "highlighted_line": render.line,
        "code_spans": code_spans,
        "file_size": file_size,
        "figure_source": figure_source,
        "png_source": png_source,
    }
    return environment


def _kind_loader() -> BaseLoader:
    """The templates in the folder of each kind, wherever its package is installed."""
    forms = {name: PackageLoader(kind.package, "") for name, kind in kinds.registered().items() if kind.has_form}
    return PrefixLoader(forms)


def _mode_loaders() -> dict[str, BaseLoader]:
    packages = dict.fromkeys(package for mode in modes.registered().values() for package in mode.packages)
    return {
        package.rpartition(".")[2]: PackageLoader(package)
        for package in packages
        if (files(package) / "templates").is_dir()
    }


def fragment(template: str, **context: Any) -> str:
    """Return a part of a page."""
    return _templates().get_template(template).render(context)


def page(request: Request, template: str, status: int = 200, mode: Mode | None = None, **context: Any) -> Response:
    """Return a whole page for this visitor, with the style and script of its mode.

    No cache may keep it: it is one learner's, and a clock may run on it.
    """
    site = getattr(request.app.state, "site", None) if "app" in request.scope else None
    preferences = preferences_of(request)
    shared = {
        **_DEFAULTS,
        "draft": bool(site and site.draft),
        **_watched(request),
        "status": status,
        "nonce": security.nonce(),
        "preferences": preferences,
        "learner_key": _learner_key(request),
        "mode": mode,
    }
    if mode is not None:
        shared["styles"] = assets.package_addresses(mode.packages, assets.STYLE)
        shared["scripts"] = assets.package_addresses(mode.packages, assets.SCRIPT)
    html = fragment(template, **{**shared, **context})
    html = assets.for_preferences(html, preferences.theme, preferences.motion)
    return HTMLResponse(with_root(html, root_of(request.scope)), status, {"cache-control": "no-store"})


def _learner_key(request: Request) -> str:
    """Return the name under which a browser keeps what this learner types. It does not reveal the token."""
    if "visitor" not in request.scope:
        return ""
    token = security.visitor(request).token
    return hashlib.sha256(f"edits {token}".encode()).hexdigest()[:16]


def _watched(request: Request) -> dict[str, Any]:
    """Return what the bar of a watched draft shows at first."""
    watch: CourseWatch | None = getattr(request.app.state, "watch", None) if "app" in request.scope else None
    if watch is None:
        return {}
    return {"watch": watch, "watch_status": Markup(fragment("draft_status.html", status=watch.status()))}


def wants_events(request: Request) -> bool:
    """Whether one of our scripts asks for events as they happen."""
    return "text/event-stream" in request.headers.get("accept", "")


def redirect(path: str) -> Response:
    """Send the browser to another page: the response to every form."""
    return Redirect(path)


def code_spans(text: str) -> Markup:
    """Return plain text with its code spans as HTML; all other Markdown stays as it is."""
    pieces = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)
    )


def figure_source(figure: FigureImage) -> str:
    """Return a data address of a figure: SVG where there is one, because it is sharp at every size."""
    if not figure.svg:
        return png_source(figure)
    return f"data:image/svg+xml;base64,{b64encode(figure.svg.encode()).decode()}"


def png_source(figure: FigureImage) -> str:
    """Return a data address of a figure as PNG."""
    return f"data:image/png;base64,{b64encode(figure.png).decode()}"
