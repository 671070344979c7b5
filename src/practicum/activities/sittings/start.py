"""The start of a sitting: what it asks, and the choice of a clock."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from practicum.application import sittings
from practicum.application.context import TopicContext
from practicum.application.progress import neighbours
from practicum.formatting import clock_time, counted
from practicum.modes import Mode
from practicum.practice import TIME_LIMITS, TimeLimit
from practicum.web import rendering
from practicum.web.forms import short_field
from practicum.web.problem_view import heading
from practicum.web.requests import context_of


def start_page(mode: Mode, request: Request) -> Response:
    """The problems of the next set, and the clocks to choose from."""
    context = context_of(request, mode)
    entries = sittings.next_set(context)
    problems = [entry.problem for entry in entries]
    least = min(problem.attempts for problem in problems)
    attempts = "one attempt" if least == 1 else f"{least} attempts"
    total = sum(problem.seconds for problem in problems)
    return rendering.page(
        request,
        "sittings/start.html",
        mode=mode,
        course=context.catalogue.course,
        topic=context.topic,
        topic_url=context.topic_path,
        start_url=context.path,
        count=counted(len(problems), "problem").capitalize(),
        place=sittings.next_place(context),
        attempts=f"Each allows {attempts} and offers a hint.",
        problems=[{**vars(heading(entry, 0)), "time": clock_time(entry.problem.seconds * 1000)} for entry in entries],
        clocks=[_clock(limit, total) for limit in TIME_LIMITS],
        resume=_resume(context),
        around=neighbours(context),
    )


def _clock(limit: TimeLimit, total: int) -> dict[str, str]:
    names: dict[float | None, str] = {None: "Off", 1: "Normal"}
    allowed = limit.allowed_ms(total)
    return {
        "code": limit.code,
        "name": names.get(limit.factor, f"×{limit.factor:g}" if limit.factor else ""),
        "minutes": "no limit" if allowed is None else f"{round(allowed / 60_000)} min",
    }


def _resume(context: TopicContext) -> dict[str, Any] | None:
    at = sittings.resumable(context)
    if at is None:
        return None
    return {"url": at.current_path, "number": (at.sitting.current or 0) + 1, "total": at.sitting.total}


def start(mode: Mode, request: Request, form: FormData) -> Response:
    """Draw the problems and begin. A form sent twice, even at the same time, begins once."""
    context = context_of(request, mode)
    clock, nonce = short_field(form, "clock") or "1", short_field(form, "nonce")
    return rendering.redirect(sittings.start(context, clock, nonce).current_path)
