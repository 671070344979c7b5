"""The scratch pad's pages."""

from __future__ import annotations

from functools import partial

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.application import scratch
from practicum.application.context import code_is_not_run, topic_path
from practicum.application.importable_packages import importable_packages
from practicum.application.learner_jobs import MAX_CODE, code_problem
from practicum.application.limits import SHORT
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.run_report import RunReport, report_run
from practicum.application.sittings import load
from practicum.runner import IsolationMode, Pool, Result
from practicum.web import event_stream, rendering
from practicum.web.forms import MAX_CODE_SIZE, code_field, get, post
from practicum.web.requests import address_of, client_of, site_of, topic_of
from practicum.web.root_path import path_of


def routes() -> list[Route]:
    return [
        get("/s/{sitting}/{number:short}/scratch", from_problem),
        get("/{course}/{topic}/scratch", pad),
        post("/{course}/{topic}/scratch", run, MAX_CODE_SIZE),
    ]


def pad(request: Request) -> Response:
    """An empty pad."""
    return _page(request, _topic_link(request))


def from_problem(request: Request) -> Response:
    """The pad with the code of a problem that the learner has closed."""
    address = address_of(request)
    at = load(address.site, address.token, address.sitting)
    variant, code = scratch.problem_code(at, address.number)
    back = Link(at.problem_path(address.index), variant.title)
    topic = at.context.topic_link
    request.path_params.update(course=at.context.catalogue.course.slug, topic=at.context.topic.slug)
    return _page(request, topic, code, back=back, edits_key=path_of(request))


async def run(request: Request, form: FormData) -> Response:
    """The result of the code, as it happens or as a page, which still has the code."""
    topic, (catalogue, shown) = _topic_link(request), topic_of(request)
    pad_link = Link(f"{topic.path}/scratch", "Back")
    site, code = site_of(request), code_field(form)
    pool = site.pool
    if pool is None or not site.runs_code:
        raise code_is_not_run(pad_link)
    if problem := code_problem(code):
        if rendering.wants_events(request):
            reason = Reason.TOO_LARGE if code.strip() else Reason.INCOMPLETE
            raise Refused(reason, "code-not-runnable", problem, link=pad_link)
        return await in_thread(partial(_page, request, topic, code, problem=problem))

    def report(result: Result) -> RunReport:
        packages = partial(importable_packages, catalogue)
        return report_run(result, code, site.isolated, site.runs.stopping, packages)

    def present(result: Result) -> str:
        return rendering.fragment("run_report.html", report=report(result))

    def page(result: Result) -> Response:
        return _page(request, topic, code, report(result))

    work = partial(scratch.run_code, pool, catalogue, shown, code, client_of(request))
    return await event_stream.respond(request, work, present, page)


def _topic_link(request: Request) -> Link:
    catalogue, topic = topic_of(request)
    return Link(topic_path(catalogue, topic), topic.title)


def _page(
    request: Request,
    topic: Link,
    code: str = "",
    report: RunReport | None = None,
    problem: str = "",
    back: Link | None = None,
    edits_key: str = "",
) -> Response:
    site = site_of(request)
    if site.pool is None:
        message = "The service was started without a runner."
        raise Refused(Reason.NOT_FOUND, "no-runner", "There is no scratch pad here", message, topic)
    catalogue, shown = topic_of(request)
    return rendering.page(
        request,
        "scratch.html",
        413 if len(code) > MAX_CODE else 200,
        course=catalogue.course,
        topic=shown,
        topic_url=topic.path,
        edits_key=(edits_key or f"{topic.path}/scratch").lstrip("/"),
        back=back or topic,
        runs_code=site.runs_code,
        isolated=site.isolated,
        limits=_limits(site.pool),
        code=code,
        report=report,
        problem=problem,
    )


def _limits(pool: Pool) -> str:
    """What a run may use."""
    limits = f"{SHORT.seconds:g} s and {SHORT.memory >> 30} GB of memory"
    return limits if pool.mode is IsolationMode.SUBPROCESS else f"{limits}, but no network"
