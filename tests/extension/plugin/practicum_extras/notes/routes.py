"""The mode's page and its form."""

from functools import partial

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.application.pages import mode_page
from practicum.model import Prose
from practicum.modes import Mode
from practicum.web import rendering
from practicum.web.forms import blocking, get, post
from practicum.web.problem_view import html
from practicum.web.requests import context_of
from practicum_extras.notes.progress import REVIEWED, is_reviewed


def routes(mode: Mode) -> list[Route]:
    path = f"/{{course}}/{{topic}}/{mode.name}"
    return [get(path, partial(page, mode)), post(f"{path}/reviewed", blocking(partial(review, mode)))]


def page(mode: Mode, request: Request) -> Response:
    context = context_of(request, mode)
    notes = mode_page(context).page
    prose = [html(block.text) for block in notes.blocks if isinstance(block, Prose)]
    return rendering.page(
        request,
        "notes/notes.html",
        mode=mode,
        topic=context.topic,
        topic_url=context.topic_path,
        url=context.path,
        title=notes.title,
        prose=prose,
        reviewed=is_reviewed(context),
    )


def review(mode: Mode, request: Request, form: FormData) -> Response:
    context = context_of(request, mode)
    context.record(context.step(REVIEWED, {}))
    return rendering.redirect(context.topic_path)
