"""A scratch pad: a learner's own code in a fresh interpreter. Nothing of it is kept."""

from __future__ import annotations

from functools import partial

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from practicum import practice
from practicum.model import Variant
from practicum.prove.catalogue import Catalogue
from practicum.runner import Cancellation, IsolationMode, Job, Limits, OnEvent, Pool, Result
from practicum.web import forms, live, outcome, running, security, view
from practicum.web.seat import index_of, now
from practicum.web.site import Site, site
from practicum.web.sittings import seat
from practicum.web.view import Halt

CODE = 50_000
"""Characters of code that a run takes."""
FORM = 12 * CODE + 1_000
"""Bytes of a form with so much code, each character of it four bytes, each byte written as `%XX`."""
LIMITS = Limits()


def pad(request: Request) -> Response:
    """An empty pad."""
    return _page(request, _topic_url(request))


def from_problem(request: Request) -> Response:
    """The pad with the code of a problem that this learner has closed."""
    where, at = site(request), seat(request)
    index = index_of(request, at)
    url = f"{at.url}/{index + 1}"
    if not practice.as_of(at.sitting, now()).items[index].status.closed:
        raise Halt(409, "Answer first", "Its code can be tried once your answer is in.", (at.here(), "Back"))
    variant = at.entry(index, where.draft).problem.variants[at.sitting.exam.items[index].variant]
    if not is_offered(where) or not (code := code_of(variant)):
        raise Halt(404, "There is nothing to try here", "This problem has no code that runs by itself.", (url, "Back"))
    return _page(request, at.topic_url, code, back=(url, variant.title))


def code_of(variant: Variant) -> str:
    """A problem's code as it can be tried by itself; empty if it cannot."""
    code = "\n\n".join(part.strip("\n") for part in (variant.setup, variant.snippet) if part.strip())
    alone = variant.snippet and "experiments" not in code and len(code) <= CODE
    return code + "\n" if alone else ""


def is_offered(where: Site) -> bool:
    """Whether a learner's code may be run here: isolated, or else for the one person who can reach the service."""
    return where.pool is not None and (where.isolated or where.local)


async def run(request: Request, form: FormData) -> Response:
    """What the code does, as it happens or as a page. The page has the code in it still."""
    url = _topic_url(request)
    pool = site(request).pool
    code = forms.code(form)
    if pool is None or not is_offered(site(request)):
        raise Halt(403, "Nothing is run here", "The pad's page says why.", (f"{url}/scratch", "See why"))
    if fault := wrong(code):
        if view.streams(request):
            raise Halt(413 if code.strip() else 422, fault, "", (f"{url}/scratch", "Back"))
        return await in_thread(partial(_page, request, url, code, fault=fault))

    isolated = site(request).isolated
    runs: live.Runs = request.app.state.runs

    def made(result: Result) -> outcome.Outcome:
        return outcome.outcome(result, code, isolated, runs.stopping)

    def piece(result: Result) -> str:
        return view.part("outcome.html", outcome=made(result))

    def page(result: Result) -> Response:
        return _page(request, url, code, made(result))

    catalogue = site(request).catalogue(request.path_params["course"])
    work = partial(_run, pool, catalogue, code, security.visitor(request).person)
    return await live.answer(request, work, piece, page)


def _run(pool: Pool, catalogue: Catalogue, code: str, person: str, tell: OnEvent, cancel: Cancellation) -> Result:
    """The run, among the packages that the course's own code has."""
    environment = running.environment(catalogue)
    if isinstance(environment, Result):
        return environment
    return pool.run(Job(code=code, limits=LIMITS, environment=environment), tell, cancel, person)


def wrong(code: str) -> str:
    """Why it is not run, in words."""
    if not code.strip():
        return "There is nothing to run yet."
    if len(code) > CODE:
        return f"That is {len(code):,} characters; a run takes {CODE:,} at the most."
    return ""


def _topic_url(request: Request) -> str:
    catalogue, topic = site(request).topic(request.path_params["course"], request.path_params["topic"])
    return f"/{catalogue.course.slug}/{topic.slug}"


def _page(
    request: Request,
    url: str,
    code: str = "",
    came: outcome.Outcome | None = None,
    fault: str = "",
    back: tuple[str, str] | None = None,
) -> Response:
    where = site(request)
    if where.pool is None:
        raise Halt(404, "There is no scratch pad here", "The service was started without a runner.", (url, "Back"))
    course, topic = url.strip("/").split("/")
    catalogue, known = where.topic(course, topic)
    return view.page(
        request,
        "scratch.html",
        413 if len(code) > CODE else 200,
        course=catalogue.course,
        topic=known,
        topic_url=url,
        back_url=back[0] if back else url,
        back_label=back[1] if back else known.title,
        offered=is_offered(where),
        isolated=where.isolated,
        may=_may(where.pool),
        code=code,
        outcome=came,
        wrong=fault,
    )


def _may(pool: Pool) -> str:
    """What a run may use."""
    use = f"{LIMITS.seconds:g} s and {LIMITS.memory >> 30} GB of memory"
    return use if pool.mode is IsolationMode.SUBPROCESS else f"{use}, but no network"
