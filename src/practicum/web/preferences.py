"""The page of settings."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.application.preferences import CHOICES, Preferences
from practicum.web import rendering
from practicum.web.forms import get, post, short_field
from practicum.web.preferences_cookie import keep, preferences_of

_FIELDS = {
    "theme": ("Theme", "", {"system": "Same as system", "light": "Light", "dark": "Dark"}),
    "clock": (
        "Clock of a challenge",
        "The deadline stays. A hidden clock appears for the last minute.",
        {"shown": "Show the time left", "last-minute": "Hide it until the last minute"},
    ),
    "goal": (
        "Daily goal",
        "An answer, a review, a submission and a section that you read count one each.",
        {"0": "None", "5": "5", "10": "10", "20": "20", "40": "40"},
    ),
    "motion": (
        "Motion",
        "Animations are few and short. “Reduced” turns them off.",
        {"system": "Same as system", "reduced": "Reduced"},
    ),
}
"""Of each setting its label, a note, and the names of its values."""


def routes() -> list[Route]:
    return [get("/settings", settings), post("/settings", save)]


def settings(request: Request) -> Response:
    """The settings as they are."""
    current = vars(preferences_of(request))
    return rendering.page(
        request,
        "settings.html",
        here="settings",
        fields=[_field(name, current[name]) for name in CHOICES],
        saved=request.query_params.get("saved") == "1",
    )


def _field(name: str, current: str) -> dict[str, Any]:
    label, note, names = _FIELDS[name]
    values = [{"value": value, "label": names[value], "chosen": value == current} for value in CHOICES[name]]
    return {"name": name, "label": label, "note": note, "values": values}


async def save(request: Request, form: FormData) -> Response:
    """Keep what the form sets; a value that no form sends is the default."""
    response = rendering.redirect("/settings?saved=1")
    keep(request, response, Preferences.from_values({name: short_field(form, name) for name in CHOICES}))
    return response
