"""The page of the search."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum import modes
from practicum.application.search import MAX_QUERY, Hit, Piece, prepare, search
from practicum.web import rendering
from practicum.web.forms import get
from practicum.web.requests import site_of


def routes() -> list[Route]:
    return [get("/search", page)]


def page(request: Request) -> Response:
    """What has the words of the address's `q`, mode by mode; without any an empty field."""
    site, query = site_of(request), request.query_params.get("q", "").strip()[:MAX_QUERY]
    if not query:
        prepare(site)
    result = search(site, query)
    return rendering.page(
        request,
        "search.html",
        here="search",
        query=query,
        count=len(result.hits),
        partial=result.partial,
        groups=_groups(result.hits),
        limit=MAX_QUERY,
    )


def _groups(hits: tuple[Hit, ...]) -> list[dict[str, Any]]:
    """The hits by mode, in the order in which a topic offers them; topics come first."""
    order = ["", *modes.registered()]
    by_mode = sorted(hits, key=lambda hit: order.index(hit.mode))
    return [
        {
            "title": modes.get(mode).title if mode else "Topics",
            "hits": [
                {"title": _marked(hit.title), "excerpt": _marked(hit.excerpt), "topic": hit.topic, "url": hit.path}
                for hit in group
            ],
        }
        for mode, group in groupby(by_mode, key=lambda hit: hit.mode)
    ]


def _marked(pieces: tuple[Piece, ...]) -> Markup:
    return Markup("").join(Markup("<mark>{}</mark>").format(one.text) if one.matches else one.text for one in pieces)
