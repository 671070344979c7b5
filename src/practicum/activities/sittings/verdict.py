"""The verdict of a closed problem, and the result of a finished sitting."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from practicum.activities.sittings.view import problem_place
from practicum.application import sittings
from practicum.application.grading import AskedProblem
from practicum.application.learner_sitting import LearnerSitting
from practicum.application.progress import neighbours
from practicum.application.refusals import Link, Refused
from practicum.application.scratch import runnable_code
from practicum.application.sittings import Notice, refusal_notice
from practicum.practice import REFUSALS, ItemState, ItemStatus, Sitting
from practicum.web import badge_image, rendering
from practicum.web.badges import badge_url
from practicum.web.problem_view import heading, html
from practicum.web.proof_view import option_results, proof_view, solution_view
from practicum.web.requests import site_of, token_of


def verdict_page(
    request: Request, at: LearnerSitting, sitting: Sitting, index: int, notice: Notice | None = None
) -> Response:
    """A closed problem: its result, the result of each option, the explanation and the proof."""
    asked, state, site = at.asked(index), sitting.items[index], at.context.site
    variant, path = asked.variant, at.problem_path(index)
    answers = [given.answer for given in state.answers]
    return rendering.page(
        request,
        "sittings/verdict.html",
        mode=at.context.mode,
        **vars(heading(asked.entry, asked.number)),
        **problem_place(at, sitting, index),
        **describe(state, bool(variant.options), _what_was_off(asked, answers[-1]) if answers else ""),
        notice=notice,
        statement=html(variant.statement, images=variant.images),
        data=asked.problem.data,
        options=option_results(asked.entry, asked.number, asked.order, asked.topic, answers) if variant.options else (),
        solution=solution_view(asked.entry, asked.number, [(given.answer, given.right) for given in state.answers]),
        explanation=html(variant.explanation, images=variant.images),
        proof=proof_view(asked.entry, asked.number, asked.topic),
        rerun_url=f"{path}/again" if site.pool is not None and asked.finding is not None else "",
        try_url=f"{path}/scratch" if site.runs_code and runnable_code(asked.problem, variant, asked.topic) else "",
        next=_next(sitting, index) if sitting.current == index else None,
        back=Link(f"{at.path}/result", "Back to your result") if sitting.finished else _back(at),
    )


def _what_was_off(asked: AskedProblem, answer: tuple[str, ...]) -> str:
    """How much of an answer was right, and what was off, in sentences; for a wrong answer to a closed problem."""
    kind, variant = asked.kind, asked.variant
    parts = (kind.share_text(variant, answer), kind.wrong_answer_hint(variant, answer, asked.finding))
    return " ".join(filter(None, parts))


def _back(at: LearnerSitting) -> Link:
    return Link(at.current_path, "Back to your current problem")


def _next(sitting: Sitting, index: int) -> dict[str, str]:
    later = sitting.total - 1 - index
    if not later:
        return {"label": "See your result", "note": "That was the last one."}
    clock = "" if sitting.exam.time_limit.factor is None else " Its clock starts when you go on."
    return {"label": "Next problem", "note": f"{later} to go.{clock}"}


def describe(state: ItemState, has_options: bool = True, share: str = "") -> dict[str, Any]:
    """Return how a closed problem went, in words, and how it is marked. `share`: how much of it was right."""
    attempts = {1: "At the first attempt", 2: "At the second attempt"}
    with_hint = ", with the hint" if state.hint_used else ""
    match state.status:
        case ItemStatus.RIGHT:
            detail = attempts.get(state.attempts_used, f"At attempt {state.attempts_used}") + with_hint + "."
            return {"css": "right", "seal": "right", "words": "Right", "detail": detail}
        case ItemStatus.WRONG:
            detail = "The right answer is marked below, with the result of each option when it was run."
            if not has_options:
                detail = "A right answer is below, with the check that settles it."
            return {"css": "wrong", "seal": "wrong", "words": "Not right", "detail": f"{share} {detail}".strip()}
        case ItemStatus.EXPIRED:
            detail = "It counts as not right. Take your time to read on."
            return {"css": "wrong", "seal": "time", "words": "Time ran out", "detail": detail}
        case _:
            detail = "It counts as not right. Here is the answer."
            return {"css": "wrong", "seal": "skip", "words": "Skipped", "detail": detail}


def result_page(request: Request) -> Response:
    """The score, the result of each problem, and the badge if it was earned."""
    at = sittings.load(site_of(request), token_of(request), request.path_params["sitting"])
    if not at.sitting.finished:
        return rendering.redirect(at.current_path)
    context, sitting = at.context, at.sitting
    badge = context.topic.badge if context.mode.awards_badge else None
    earned = None
    if sitting.badge and badge:
        url = badge_url(context.catalogue.course.slug, context.topic.slug)
        earned = {"name": badge, "url": url, "small": badge_image.seal(sitting.total)}
    refusal = REFUSALS.get(request.query_params.get("note", ""))
    return rendering.page(
        request,
        "sittings/result.html",
        mode=context.mode,
        course=context.catalogue.course,
        topic=context.topic,
        topic_url=context.topic_path,
        start_url=context.path,
        notice=refusal_notice(refusal),
        score=sitting.score,
        total=sitting.total,
        words=_praise(sitting),
        retake=_retake(at, badge),
        items=[_item(at, index, state) for index, state in enumerate(sitting.items)],
        badge=earned,
        around=neighbours(context, suggest=True),
        celebrate=at.id if sitting.badge else "",
    )


def _item(at: LearnerSitting, index: int, state: ItemState) -> dict[str, Any]:
    described = describe(state)
    detail = f" · {described['detail'].removesuffix('.').lower()}" if described["css"] == "right" else ""
    return {**described, **_title(at, index), "words": described["words"] + detail}


def _title(at: LearnerSitting, index: int) -> dict[str, str]:
    """A problem's title and the address of its verdict; of one that its author has changed since, its number alone."""
    try:
        return {"title": at.asked(index).variant.title, "url": at.problem_path(index)}
    except Refused:
        return {"title": f"Problem {index + 1}, which has changed since", "url": ""}


def _praise(sitting: Sitting) -> str:
    return "Every one of them." if sitting.badge else "Look at the result of each answer."


def _retake(at: LearnerSitting, badge: str | None) -> dict[str, str]:
    """What a new sitting asks, and what the badge requires of it, so that the two agree."""
    here, following = sittings.place_of(at.context, at.sitting.exam.variants), sittings.next_place(at.context)
    prize = (
        f"To earn the badge “{badge}”, get all problems of one set right. " if badge and not at.sitting.badge else ""
    )
    if following is None or following.total == 1:
        return {
            "label": "Take it again",
            "note": f"{prize}It is the same set, with other variants where there are any.",
        }
    this = f"This was set {here.number} of {here.total}. " if here else ""
    return {
        "label": f"Take set {following.number}",
        "note": f"{prize}{this}Next comes set {following.number}, with other problems.",
    }
