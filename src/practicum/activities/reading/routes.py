"""The pages of a reading mode: the page, its figures, its cells, and how far it was read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.activities.reading.layout import PageLayout, figure_version
from practicum.application import pages
from practicum.application.importable_packages import importable_packages
from practicum.application.learner_jobs import code_problem
from practicum.application.pages import ModePage, mode_page
from practicum.application.progress import neighbours
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.run_report import RunReport, report_run
from practicum.formatting import long_date, sentence
from practicum.modes import Mode
from practicum.runner import Result
from practicum.web import event_stream, rendering
from practicum.web.forms import MAX_CODE_SIZE, code_field, get, post, short_field
from practicum.web.problem_view import MARKS
from practicum.web.requests import client_of, context_of

_LABELS = {"tensorflow": "TensorFlow", "keras": "Keras", "python": "Python", "numpy": "NumPy"}


def routes(mode: Mode) -> list[Route]:
    """Return the routes of a mode that holds a page."""
    path = f"/{{course}}/{{topic}}/{mode.name}"
    return [
        get(path, partial(page, mode)),
        get(f"{path}/figure-{{cell:short}}-{{number:short}}.png", partial(figure, mode)),
        post(f"{path}/reached", partial(reached, mode)),
        post(f"{path}/cell/{{number:short}}", partial(run, mode), MAX_CODE_SIZE),
    ]


def page(mode: Mode, request: Request) -> Response:
    """The page, and how far the learner has read it."""
    return _page(request, mode_page(context_of(request, mode)))


def _page(
    request: Request, shown: ModePage, ran: int = 0, code: str = "", report: RunReport | None = None, problem: str = ""
) -> Response:
    """The page; `ran`: the number of the cell that was run, with its code and its report."""
    context, entry = shown.context, shown.entry
    layout = PageLayout(shown.page, shown.finding, context.path)
    progress = pages.reading_progress(context)
    return rendering.page(
        request,
        "reading/page.html",
        mode=context.mode,
        course=context.catalogue.course,
        topic=context.topic,
        topic_url=context.topic_path,
        url=context.path,
        title=shown.page.title,
        mark=MARKS[entry.verdict],
        why=sentence(entry.why),
        content=layout.content,
        data=shown.page.data,
        sections=layout.sections,
        runs_code=context.site.runs_code,
        isolated=context.site.isolated,
        recorded=_recorded(shown),
        has_figures=layout.figure_count > 0,
        loads_figures=layout.loads_figures,
        reached=min(progress.section, len(layout.sections)),
        read=progress.read,
        ran=ran,
        code=code,
        report=report,
        problem=problem,
        names_url=f"{context.topic_path}/names.json",
        around=neighbours(context, suggest=True),
    )


def _recorded(shown: ModePage) -> Mapping[str, str]:
    """When and with which versions the page was run."""
    evidence = shown.entry.evidence
    if evidence is None:
        return {}
    versions = [f"{label} {evidence.versions[name]}" for name, label in _LABELS.items() if name in evidence.versions]
    command = f"practicum prove path/to/{shown.page.path}"
    return {"day": long_date(evidence.ran), "versions": " · ".join(versions), "command": command}


def figure(mode: Mode, request: Request) -> Response:
    """A recorded figure of a cell. Caches keep it where its address says which version it is."""
    finding = mode_page(context_of(request, mode)).finding
    cells = dict(enumerate(finding.cells if finding else (), 1))
    output = cells.get(request.path_params["cell"])
    png = dict(enumerate(output.figures if output else (), 1)).get(request.path_params["number"])
    if png is None:
        raise HTTPException(404)
    versioned = request.query_params.get("v") == figure_version(png)
    caching = "private, max-age=31536000, immutable" if versioned else "no-cache"
    return Response(png, media_type="image/png", headers={"cache-control": caching})


async def reached(mode: Mode, request: Request, form: FormData) -> Response:
    """Store how far the learner has read: sent by a script, or by the button at the end."""
    section = short_field(form, "section", 3)
    number = int(section) if section.isascii() and section.isdigit() else 0

    def record() -> ModePage:
        shown = mode_page(context_of(request, mode))
        pages.record_reading(shown, number, form.get("read") == "1")
        return shown

    shown = await in_thread(record)
    if rendering.wants_events(request) or form.get("quietly") == "1":
        return Response(status_code=204)
    return rendering.redirect(shown.context.topic_path)


async def run(mode: Mode, request: Request, form: FormData) -> Response:
    """Run one cell as the learner has edited it, after those above it: as it happens, or as a page."""
    shown = await in_thread(lambda: mode_page(context_of(request, mode)))
    context, number, code = shown.context, request.path_params["number"], code_field(form)
    cell = pages.shown_cell(shown.page, number)
    if cell is None:
        raise HTTPException(404)
    pool = context.require_pool()
    above = pages.cells_above(shown.page, cell, lambda number: _edited(form, number))
    if problem := code_problem(code, len(code) + sum(map(len, above))):
        if rendering.wants_events(request):
            reason = Reason.TOO_LARGE if code.strip() else Reason.INCOMPLETE
            raise Refused(reason, "code-not-runnable", problem, link=Link(context.path, "Back"))
        return await in_thread(partial(_page, request, shown, number, code, problem=problem))

    def report(result: Result) -> RunReport:
        packages = partial(importable_packages, context.catalogue)
        return report_run(result, code, context.site.isolated, context.site.runs.stopping, packages)

    def present(result: Result) -> str:
        return rendering.fragment("run_report.html", report=report(result))

    def page(result: Result) -> Response:
        return _page(request, shown, number, code, report(result))

    work = partial(pages.run_cell, pool, shown, code, above, client_of(request))
    return await event_stream.respond(request, work, present, page)


def _edited(form: FormData, number: int) -> str | None:
    """The learner's version of a cell, where the form has one."""
    name = f"cell-{number}"
    return code_field(form, name) if name in form else None
