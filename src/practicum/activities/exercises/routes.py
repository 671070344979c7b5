"""The pages of exercises: the list, each exercise, and its forms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from anyio.to_thread import run_sync as in_thread
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.application import exercises
from practicum.application.exercises import Exercise, ExerciseProgress, exercise_progress, exercise_state, find_exercise
from practicum.application.grading import Grade
from practicum.application.progress import neighbours
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.sittings import Notice
from practicum.kinds.base import IncompleteAnswer
from practicum.modes import Mode
from practicum.runner import Cancellation, OnEvent
from practicum.web import event_stream, rendering, security
from practicum.web.forms import MAX_CODE_SIZE, answer_fields, get, post, short_field
from practicum.web.problem_view import form_digest, form_view, heading, html
from practicum.web.proof_view import option_results, proof_view, solution_view
from practicum.web.requests import client_of, context_of

CHANGED = Notice(
    "exercise-changed",
    "This exercise has changed since you opened it, so nothing was graded. This is the new version.",
)


def routes(mode: Mode) -> list[Route]:
    """Return the routes of a mode whose problems are exercises."""
    path = f"/{{course}}/{{topic}}/{mode.name}"
    return [
        get(path, partial(index, mode)),
        get(f"{path}/{{slug}}", partial(page, mode)),
        post(f"{path}/{{slug}}/answer", partial(answer, mode), MAX_CODE_SIZE),
        post(f"{path}/{{slug}}/hint", partial(hint, mode), MAX_CODE_SIZE),
        post(f"{path}/{{slug}}/solution", partial(solution, mode), MAX_CODE_SIZE),
    ]


def _exercise(mode: Mode, request: Request, version: str = "") -> Exercise:
    return find_exercise(context_of(request, mode), request.path_params["slug"], version)


# --- pages


def index(mode: Mode, request: Request) -> Response:
    """All exercises of a topic, and which of them are done."""
    context = context_of(request, mode)
    entries, steps = exercises.listed_entries(context), context.steps()
    rows = [
        {
            **vars(heading(entry, 0)),
            "url": f"{context.path}/{entry.problem.slug}",
            "state": exercise_state(entry.problem, steps),
        }
        for entry in entries
    ]
    return rendering.page(
        request,
        "exercises/list.html",
        mode=mode,
        course=context.catalogue.course,
        topic=context.topic,
        topic_url=context.topic_path,
        rows=rows,
        done=sum(row["state"] == "done" for row in rows),
        around=neighbours(context, suggest=True),
    )


def page(mode: Mode, request: Request) -> Response:
    """One exercise; its solution too, once it was answered right or the solution was asked for."""
    return _page(request, _exercise(mode, request, request.query_params.get("version", "")))


def _page(
    request: Request,
    exercise: Exercise,
    fields: Sequence[str] = (),
    grade: Grade | None = None,
    notice: Notice | None = None,
    hint: bool = False,
) -> Response:
    progress, site, variant = exercise_progress(exercise), exercise.context.site, exercise.variant
    fields = fields or _last_fields(exercise, progress)
    return rendering.page(
        request,
        "exercises/exercise.html",
        mode=exercise.context.mode,
        **vars(heading(exercise.entry, exercise.number)),
        **_links(exercise),
        topic=exercise.topic,
        statement=html(variant.statement, images=variant.images),
        data=exercise.problem.data,
        form=form_view(exercise.problem, exercise.number, exercise.order, (), fields),
        form_kinds=[exercise.problem.kind],
        names_url=f"{exercise.context.topic_path}/names.json",
        around=neighbours(exercise.context),
        count=len(exercise.all_entries),
        number=exercise.place + 1,
        version=exercise.number + 1,
        form_digest=_digest(exercise),
        versions=len(exercise.problem.variants),
        can_hint=bool(variant.hint.strip()),
        hint=html(variant.hint, images=variant.images) if hint else "",
        runs_code=not exercise.is_run or site.runs_code,
        isolated=site.isolated,
        done=progress.done,
        closed=_closed(exercise) if progress.closed else None,
        grade=grade,
        report=grade.report if grade else None,
        notice=notice,
    )


def _last_fields(exercise: Exercise, progress: ExerciseProgress) -> Sequence[str]:
    """The last answer as the form's fields; nothing if the exercise has changed since."""
    try:
        last = progress.last_answer
        return exercise.kind.answer_fields(exercise.variant, exercise.order, last) if last else ()
    except ValueError:
        return ()


def _links(exercise: Exercise) -> dict[str, Any]:
    """The addresses that both the page and a fragment of it need."""
    return {
        "url": exercise.path,
        "all_url": exercise.context.path,
        "topic_url": exercise.context.topic_path,
        "other_version_url": exercise.other_version_path,
        "next_url": exercise.next_path,
    }


def _digest(exercise: Exercise) -> str:
    return form_digest(exercise.problem, exercise.number, exercise.order)


def _closed(exercise: Exercise) -> dict[str, Any]:
    """What may be shown of an exercise that is done, or given up."""
    entry, number, variant = exercise.entry, exercise.number, exercise.variant
    return {
        "solution": solution_view(entry, number, ()),
        "options": option_results(entry, number, exercise.order, exercise.topic) if variant.options else (),
        "explanation": html(variant.explanation, images=variant.images),
        "proof": proof_view(entry, number, exercise.topic),
    }


# --- forms


async def answer(mode: Mode, request: Request, form: FormData) -> Response:
    """Grade an answer: in place as it happens, or as a page."""
    exercise = await in_thread(_exercise, mode, request, short_field(form, "version"))
    if _is_outdated(exercise, form):
        return await _outdated(request, exercise, form)
    fields = answer_fields(form)
    try:
        meant = exercises.read_answer(exercise, fields)
    except IncompleteAnswer as reason:
        if rendering.wants_events(request):
            link = Link(exercise.page_path, "Back")
            raise Refused(Reason.INCOMPLETE, reason.code, str(reason), link=link) from None
        notice = Notice(reason.code, str(reason))
        return await in_thread(partial(_page, request, exercise, fields, notice=notice))
    nonce, client = short_field(form, "nonce"), client_of(request)

    def work(on_event: OnEvent, cancel: Cancellation) -> Grade:
        return exercises.grade_answer(exercise, meant, nonce, client, on_event, cancel)

    def present(grade: Grade) -> str:
        return _fragment(exercise, grade, closed=_closed(exercise) if grade.right else None)

    return await event_stream.respond(request, work, present, partial(_page, request, exercise, fields))


async def hint(mode: Mode, request: Request, form: FormData) -> Response:
    """Show the hint; the learner's input stays."""
    exercise = await in_thread(_exercise, mode, request, short_field(form, "version"))
    if _is_outdated(exercise, form):
        return await _outdated(request, exercise, form)
    if not rendering.wants_events(request):
        return await in_thread(partial(_page, request, exercise, answer_fields(form), hint=True))
    return await event_stream.respond_at_once(
        request, partial(_fragment, exercise, hint=html(exercise.variant.hint, images=exercise.variant.images))
    )


async def solution(mode: Mode, request: Request, form: FormData) -> Response:
    """Show a solution because the learner asked for it."""
    exercise = await in_thread(_exercise, mode, request, short_field(form, "version"))
    if _is_outdated(exercise, form):
        return await _outdated(request, exercise, form)
    await in_thread(exercises.reveal_solution, exercise)
    if not rendering.wants_events(request):
        return await in_thread(partial(_page, request, exercise, answer_fields(form)))
    return await event_stream.respond_at_once(request, lambda: _fragment(exercise, closed=_closed(exercise)))


def _is_outdated(exercise: Exercise, form: FormData) -> bool:
    """Whether a form shows another text than the exercise has now: its author changed it while the page was open."""
    return short_field(form, "form_digest") != _digest(exercise)


async def _outdated(request: Request, exercise: Exercise, form: FormData) -> Response:
    """The exercise as it is now. Input stays, except positions in an order that has changed."""
    if rendering.wants_events(request):
        raise Refused(
            Reason.CONFLICT,
            CHANGED.code,
            "This exercise has changed",
            "Nothing was graded. Reload the page, then answer.",
        )
    fields = () if exercise.order else answer_fields(form)
    return await in_thread(partial(_page, request, exercise, fields, notice=CHANGED))


def _fragment(
    exercise: Exercise, grade: Grade | None = None, closed: dict[str, Any] | None = None, hint: Markup | str = ""
) -> str:
    """What a script puts into the page: the grade, and what else has changed."""
    return rendering.fragment(
        "exercises/fragment.html",
        **_links(exercise),
        grade=grade,
        report=grade.report if grade else None,
        closed=closed,
        hint=hint,
        nonce=security.nonce(),
    )
