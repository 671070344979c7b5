"""Pages of badges: all of a learner's, and each with its image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.application.badges import earned_badge, earned_badges, path_of_topic, segment_count, topic_title
from practicum.application.site import Site
from practicum.formatting import iso_date, long_date
from practicum.store import BadgeRecord
from practicum.web import badge_image, rendering
from practicum.web.forms import get
from practicum.web.requests import site_of, token_of

MAX_NAME = 48
"""Characters that a name on a badge may have."""


def routes() -> list[Route]:
    return [
        get("/badges", badges),
        get("/badges/{course}/{topic}.svg", image),
        get("/badges/{course}/{topic}", badge),
    ]


def badges(request: Request) -> Response:
    """All badges of the learner."""
    site = site_of(request)
    rows = badge_rows(site, earned_badges(site, token_of(request)))
    return rendering.page(request, "badges.html", here="badges", badges=rows)


def badge(request: Request) -> Response:
    """One badge, large, to save or to show. The name on it comes with the request and is not stored."""
    site, earned, name = site_of(request), _badge(request), _name(request)
    url = _url(earned)
    date = iso_date(earned.earned)
    shown = {
        "name": earned.name,
        "topic": topic_title(site, earned),
        "topic_url": path_of_topic(site, earned),
        "iso": date,
        "date": long_date(date),
        "url": url,
        "image": f"{url}.svg" + (f"?{request.url.query}" if name else ""),
        "file": f"{earned.topic}-badge.svg",
    }
    return rendering.page(request, "badge.html", badge=shown, name=name)


def image(request: Request) -> Response:
    """The badge as an SVG file."""
    site, earned = site_of(request), _badge(request)
    date = long_date(iso_date(earned.earned))
    segments = segment_count(site, earned)
    svg = badge_image.badge_svg(earned.name, topic_title(site, earned), date, _name(request), segments)
    return Response(svg, media_type="image/svg+xml", headers={"cache-control": "private, no-cache"})


def badge_rows(site: Site, earned: Sequence[BadgeRecord]) -> list[dict[str, Any]]:
    """Return badges as a list shows them."""
    return [
        {"name": badge.name, "url": _url(badge), "small": badge_image.seal(segment_count(site, badge))}
        for badge in earned
    ]


def badge_url(course: str, topic: str) -> str:
    """Return the address of a topic's badge."""
    return f"/badges/{course}/{topic}"


def _url(badge: BadgeRecord) -> str:
    return badge_url(badge.course, badge.topic)


def _badge(request: Request) -> BadgeRecord:
    params = request.path_params
    return earned_badge(site_of(request), token_of(request), params["course"], params["topic"])


def _name(request: Request) -> str:
    return " ".join(request.query_params.get("name", "").split())[:MAX_NAME]
