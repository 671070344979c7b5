"""The pages of projects: the list, each project with the learner's runs, and one earlier run."""

from __future__ import annotations

from functools import partial
from typing import Any

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.activities.projects import custom_dataset, run_table
from practicum.activities.projects.view import describe_result, reference_scores
from practicum.application import projects
from practicum.application.learner_jobs import MAX_CODE, code_problem
from practicum.application.limits import LONG
from practicum.application.progress import neighbours
from practicum.application.projects import Submission, TopicProject, find_project
from practicum.application.refusals import Link, Reason, Refused
from practicum.course.render import code as highlighted
from practicum.formatting import counted
from practicum.modes import Mode
from practicum.runner import Result
from practicum.store import RunRecord
from practicum.web import event_stream, rendering
from practicum.web.forms import MAX_CODE_SIZE, code_field, get, post
from practicum.web.problem_view import MARKS, html
from practicum.web.requests import client_of, context_of


def routes(mode: Mode) -> list[Route]:
    """Return the routes of a mode whose problems are projects."""
    path = f"/{{course}}/{{topic}}/{mode.name}"
    return [
        get(path, partial(index, mode)),
        *custom_dataset.routes(mode),
        get(f"{path}/{{slug}}", partial(page, mode)),
        post(f"{path}/{{slug}}", partial(run, mode), MAX_CODE_SIZE),
        post(f"{path}/{{slug}}/submit", partial(submit, mode), MAX_CODE_SIZE),
        post(f"{path}/{{slug}}/reference", partial(show_reference, mode)),
        get(f"{path}/{{slug}}/run/{{run}}", partial(earlier_run, mode)),
    ]


def _project(mode: Mode, request: Request) -> TopicProject:
    return find_project(context_of(request, mode), request.path_params["slug"])


# --- pages


def index(mode: Mode, request: Request) -> Response:
    """The projects of a topic, the learner's progress with each, and the way to their own images."""
    context = context_of(request, mode)
    rows = [
        {
            "url": project.path,
            "title": project.variant.title,
            "mark": MARKS[project.entry.verdict],
            "level": project.entry.problem.level,
            "goal": f"{project.goal.metric} {project.goal.bound_text}",
            "note": _progress(project),
        }
        for project in projects.listed_projects(context)
    ]
    return rendering.page(
        request,
        "projects/list.html",
        mode=mode,
        course=context.catalogue.course,
        topic=context.topic,
        topic_url=context.topic_path,
        url=context.path,
        projects=rows,
        around=neighbours(context, suggest=True),
    )


def _progress(project: TopicProject) -> str:
    if projects.goal_met(project):
        return "goal met"
    count = projects.run_count(project)
    return counted(count, "run") if count else ""


def page(mode: Mode, request: Request) -> Response:
    """The project, with the code of the last run, or of the one that is to be used again."""
    project = _project(mode, request)
    source = request.query_params.get("from")
    record = projects.recorded_run(project, source) if source is not None else None
    return _page(request, project, record.code if record else None, given=record is not None)


def _page(
    request: Request, project: TopicProject, code: str | None = None, problem: str = "", given: bool = False
) -> Response:
    """The project. `given`: the learner has asked for this code, so their latest edits do not replace it."""
    context, variant = project.context, project.variant
    site, records = context.site, projects.recorded_runs(project)
    met = projects.goal_met(project)
    in_progress = next((record for record in records if projects.is_in_progress(project, record)), None)
    latest = next((record for record in records if record.result and record is not in_progress), None)
    start = variant.start.rstrip("\n") + "\n"
    return rendering.page(
        request,
        "projects/project.html",
        413 if code is not None and len(code) > MAX_CODE else 200,
        mode=context.mode,
        course=context.catalogue.course,
        topic=context.topic,
        topic_url=context.topic_path,
        all_url=context.path,
        url=project.path,
        around=neighbours(context),
        title=variant.title,
        level=project.entry.problem.level,
        mark=MARKS[project.entry.verdict],
        statement=html(variant.statement, images=variant.images),
        data=project.entry.problem.data,
        hint=html(variant.hint, images=variant.images) if variant.hint else "",
        goal=project.goal,
        hidden=bool(variant.check.strip()),
        met=met,
        runs_code=site.runs_code,
        isolated=site.isolated,
        seconds=f"{LONG.seconds:g}",
        code=code if code is not None else records[0].code if records else start,
        start=start,
        given=given,
        names_url=f"{context.topic_path}/names.json",
        run=in_progress,
        result=_latest_result(project, latest) if latest and not in_progress and not problem else None,
        problem=problem,
        runs=run_table.run_table(project, records),
        reference=reference_scores(project) if met or projects.reference_asked(project) else None,
    )


def _latest_result(project: TopicProject, record: RunRecord) -> dict[str, Any]:
    """The result of a run from a list, with its figures."""
    whole = project.context.site.store.run(record.id) or record
    return describe_result(project, whole)


def earlier_run(mode: Mode, request: Request) -> Response:
    """One earlier run: its code and its result."""
    project = _project(mode, request)
    record = projects.recorded_run(project, request.path_params["run"])
    return rendering.page(
        request,
        "projects/run.html",
        mode=mode,
        title=project.variant.title,
        url=project.path,
        run=run_table.row(project, record),
        code=highlighted(record.code),
        result=describe_result(project, record) if record.result else None,
    )


async def show_reference(mode: Mode, request: Request, form: FormData) -> Response:
    """Show the reference scores before the learner's code meets the goal: asked for, and recorded."""
    project = await in_thread(_project, mode, request)
    await in_thread(projects.ask_for_reference, project)
    return rendering.redirect(f"{project.path}#reference")


# --- runs


async def run(mode: Mode, request: Request, form: FormData) -> Response:
    """Run the code once, as it happens; the run is recorded."""
    return await _respond(mode, request, code_field(form), submission=False)


async def submit(mode: Mode, request: Request, form: FormData) -> Response:
    """Grade the code on every seed; the submission is recorded."""
    return await _respond(mode, request, code_field(form), submission=True)


async def _respond(mode: Mode, request: Request, code: str, submission: bool) -> Response:
    project = await in_thread(_project, mode, request)
    pool = project.context.require_pool()
    if problem := code_problem(code):
        if rendering.wants_events(request):
            reason = Reason.TOO_LARGE if code.strip() else Reason.INCOMPLETE
            raise Refused(reason, "code-not-runnable", problem, link=Link(project.path, "Back"))
        return await in_thread(partial(_page, request, project, code, problem))
    recording = await in_thread(projects.record_run, project, code, submission)
    execute = projects.grade_submission if submission else projects.run_project

    def present(result: Result | Submission) -> str:
        return _fragment(project)

    def page(result: Result | Submission) -> Response:
        return rendering.redirect(project.path)

    work = partial(execute, pool, project, code, client_of(request))
    return await event_stream.respond(request, work, present, page, recording)


def _fragment(project: TopicProject) -> str:
    """What a script puts into the page when a run has ended: its result, the list of runs, and the reference scores."""
    records = projects.recorded_runs(project)
    result = _latest_result(project, records[0])
    met = result["grades"] is not None and result["grades"]["met"]
    return rendering.fragment(
        "projects/fragment.html",
        result=result,
        runs=run_table.run_table(project, records),
        reference=reference_scores(project) if met else None,
        url=project.path,
    )
