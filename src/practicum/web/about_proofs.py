"""The pages that explain: what proving means, and how the site is used."""

from __future__ import annotations

from collections import Counter

from starlette.requests import Request
from starlette.responses import Response

from practicum import modes
from practicum.prove.catalogue import Catalogue
from practicum.web import rendering
from practicum.web.requests import site_of


def about_proofs(request: Request) -> Response:
    """What the verdicts mean, how to check them, and how many problems of each are served."""
    catalogues = site_of(request).catalogues.values()
    counts = [{"course": catalogue.course.title, "words": _counts(catalogue)} for catalogue in catalogues]
    return rendering.page(request, "proofs.html", here="proofs", counts=counts)


def help_page(request: Request) -> Response:
    """What the site is, what to do, and where progress is kept."""
    return rendering.page(request, "help.html", here="help", modes=list(modes.registered().values()))


def _counts(catalogue: Catalogue) -> str:
    verdicts = Counter(entry.verdict for entry in catalogue.entries.values())
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())) or "no problems"
