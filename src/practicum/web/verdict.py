"""What a learner is told when a problem is closed, and when all are."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from practicum.practice import ItemState, ItemStatus, Sitting
from practicum.web import badge, proof, question, scratch, view
from practicum.web.seat import Seat, place
from practicum.web.site import site
from practicum.web.sittings import seat
from practicum.web.view import Halt


def verdict_page(request: Request, at: Seat, sitting: Sitting, index: int) -> Response:
    """A closed problem: how it went, what each option gave, why, and the proof."""
    where = site(request)
    entry = at.entry(index, where.draft)
    item, state = sitting.exam.items[index], sitting.items[index]
    variant = entry.problem.variants[item.variant]
    current = sitting.current == index
    last = index == sitting.total - 1
    back = ("Back to your result", f"{at.url}/result") if sitting.finished else ("Back to where you are", at.here())
    finding = proof.found(entry, item.variant)
    return view.page(
        request,
        "verdict.html",
        **vars(question.heading(entry, item.variant)),
        **place(at, sitting, index),
        **outcome(state, bool(variant.options)),
        notice=None,
        statement=question.html(variant.statement),
        options=proof.claims(entry, item.variant, item.order, [one.answer for one in state.answers])
        if variant.options
        else (),
        solved=proof.solved(entry, item.variant, [(one.answer, one.right) for one in state.answers]),
        explanation=question.html(variant.explanation),
        proof=proof.proof(entry, item.variant),
        again_url=f"{at.url}/{index + 1}/again" if where.pool is not None and finding is not None else "",
        try_url=f"{at.url}/{index + 1}/scratch" if scratch.is_offered(where) and scratch.code_of(variant) else "",
        next={"label": "See your result" if last else "Next problem", "note": _to_come(sitting, index)}
        if current
        else None,
        back_label=back[0],
        back_url=back[1],
    )


def _to_come(sitting: Sitting, index: int) -> str:
    to_come = sitting.total - 1 - index
    if not to_come:
        return "That was the last one."
    clock = "" if sitting.exam.time_limit.factor is None else " Its clock starts when you go on."
    return f"{to_come} to go.{clock}"


def outcome(state: ItemState, optioned: bool = True) -> dict[str, Any]:
    """How a closed problem went, in words. `optioned`: whether its answer was picked."""
    tries = {1: "At the first attempt", 2: "At the second attempt"}
    hinted = ", with the hint" if state.hint_used else ""
    match state.status:
        case ItemStatus.RIGHT:
            detail = tries.get(state.attempts_used, f"At attempt {state.attempts_used}") + hinted + "."
            return {"css": "right", "seal": "right", "words": "Right", "detail": detail}
        case ItemStatus.WRONG:
            detail = "The right answer is marked below, with what each option really gave."
            if not optioned:
                detail = "A right answer is below, and what settles it."
            return {"css": "wrong", "seal": "wrong", "words": "Not right", "detail": detail}
        case ItemStatus.EXPIRED:
            detail = "It counts as not right. There is no hurry in reading on."
            return {"css": "wrong", "seal": "time", "words": "Time ran out", "detail": detail}
        case _:
            detail = "It counts as not right. Here is the answer."
            return {"css": "wrong", "seal": "skip", "words": "Skipped", "detail": detail}


def result_page(request: Request) -> Response:
    """The score, how each problem went, and the badge if it was earned."""
    at = seat(request)
    if not at.sitting.finished:
        return view.see(at.here())
    where, sitting = site(request), at.sitting
    items = []
    for index, state in enumerate(sitting.items):
        went = outcome(state)
        words = went["words"] + (f" · {went['detail'].removesuffix('.').lower()}" if went["css"] == "right" else "")
        items.append({**went, **_named(at, index, where.draft), "words": words})
    earned = None
    if sitting.badge and at.topic.badge:
        url = f"/badges/{at.catalogue.course.slug}/{at.topic.slug}"
        earned = {"name": at.topic.badge, "url": url, "small": badge.seal(sitting.total)}
    return view.page(
        request,
        "result.html",
        course=at.catalogue.course,
        topic=at.topic,
        topic_url=at.topic_url,
        start_url=at.start_url,
        score=sitting.score,
        total=sitting.total,
        words=_praise(sitting, bool(at.topic.badge)),
        items=items,
        badge=earned,
    )


def _named(at: Seat, index: int, draft: bool) -> dict[str, str]:
    """A problem's title and the address of its verdict; of one that its author has changed since, its place alone."""
    try:
        problem = at.entry(index, draft).problem
    except Halt:
        return {"title": f"Problem {index + 1}, which has changed since", "url": ""}
    return {"title": problem.variants[at.sitting.exam.items[index].variant].title, "url": f"{at.url}/{index + 1}"}


def _praise(sitting: Sitting, badge: bool) -> str:
    if sitting.badge:
        return "Every one of them."
    prize = " to earn the badge" if badge else ""
    return f"Look at what each answer really gave, then take it again{prize}. Some numbers will have changed."
