"""Run a proof again: what is asked for, and what came of it. The answer must be closed: what a run gives is the key."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from practicum import practice
from practicum.model import OptionFinding, VariantFinding, Verdict
from practicum.prove.catalogue import Catalogue, Entry
from practicum.runner import Cancellation, OnEvent, Output, RunEvent, Started
from practicum.runner.ansi import render
from practicum.web import live, outcome, proof, question, security, view
from practicum.web.seat import index_of, now
from practicum.web.site import Site, site
from practicum.web.sittings import seat
from practicum.web.view import Halt

STOPPED = "it was stopped"


@dataclass(frozen=True)
class Rerun:
    """One proof to be run anew: of what, and where its page is."""

    entry: Entry
    variant: int
    order: tuple[int, ...]
    """The order in which this learner saw the options."""
    url: str
    run: Callable[[OnEvent, Cancellation], VariantFinding]


@dataclass(frozen=True)
class Ran:
    """What it gave, and what it printed meanwhile."""

    finding: VariantFinding
    printed: str = ""
    seconds: float = 0.0
    """Of one that was stopped: from when it began to run."""


async def run_again(request: Request, form: FormData) -> Response:
    """The result as a page; or, if that is what is asked for, the run as it happens."""
    what = await in_thread(rerun, request)

    def piece(ran: Ran) -> str:
        return view.part("again_result.html", again=result(what, ran))

    def page(ran: Ran) -> Response:
        title = what.entry.problem.variants[what.variant].title
        return view.page(request, "again.html", url=what.url, title=title, again=result(what, ran))

    return await live.answer(request, partial(work, what), piece, page)


def rerun(request: Request) -> Rerun:
    """What this request asks to run again. Raises Halt unless its answer is closed, and it is this learner's."""
    where = site(request)
    at = seat(request)
    index = index_of(request, at)
    state = practice.as_of(at.sitting, now()).items[index]
    url = f"{at.url}/{index + 1}"
    if not state.status.closed:
        raise Halt(409, "Answer first", "This can be run again once your answer is in.", (at.here(), "Back"))
    entry = at.entry(index, where.draft)
    item = at.sitting.exam.items[index]
    if where.pool is None or proof.found(entry, item.variant) is None:
        raise Halt(409, "This cannot be run here", "The service was started without a runner.", (url, "Back"))
    run = partial(_again, where, at.catalogue, entry, item.variant, security.visitor(request).person)
    return Rerun(entry, item.variant, item.order, url, run)


def _again(
    where: Site,
    catalogue: Catalogue,
    entry: Entry,
    variant: int,
    person: str,
    tell: OnEvent,
    cancel: Cancellation,
) -> VariantFinding:
    from practicum.prove.rerun import again  # With what it needs, a tenth of the time to the first page.

    assert where.pool is not None
    return again(catalogue, entry, variant, partial(where.pool.run, person=person), on_event=tell, cancel=cancel)


def work(what: Rerun, tell: OnEvent, cancel: Cancellation) -> Ran:
    """The run; where the runner itself fails, that too is a finding, and not a broken page."""
    from practicum.prove.repeated_runs import Stopped

    printed: list[str] = []
    began: list[float] = []

    def on_event(happened: RunEvent) -> None:
        if isinstance(happened, Started):
            began.append(time.monotonic())
        if isinstance(happened, Output):
            printed.append(happened.text)
        tell(happened)

    try:
        return Ran(what.run(on_event, cancel), outcome.clipped(render("".join(printed))))
    except Stopped:
        why = STOPPED
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
    params = what.entry.problem.variants[what.variant].params
    seconds = time.monotonic() - began[0] if began else 0.0
    return Ran(VariantFinding(params, Verdict.ERROR, why), outcome.clipped(render("".join(printed))), seconds)


def result(what: Rerun, ran: Ran) -> dict[str, Any]:
    """What came of it, for the template."""
    finding = ran.finding
    if finding.why == STOPPED:
        after = f" after {view.seconds(ran.seconds)}" if ran.seconds else ""
        return {"css": "", "head": "", "why": f"Stopped{after}.", "options": [], "output": ran.printed}
    variant = what.entry.problem.variants[what.variant]
    same = finding.verdict is what.entry.verdict
    alone = finding.verdict is Verdict.UNPROVED and bool(finding.measured)
    took = sum(run.seconds for run in finding.runs) + sum(one.seconds for one in finding.measured)
    head = "The same again." if same else "" if alone else f"This time: {finding.verdict}."
    count = len(finding.runs) + len(finding.measured)
    why = f"{view.counted(count, 'run')}, {view.seconds(took)}." if same else view.sentence(finding.why)
    return {
        "css": "hint" if same else "" if alone else "wrong",
        "head": head,
        "why": why,
        "options": [
            {
                "key": option.key,
                "text": question.html(option.text, short=True),
                "observed": proof.observed(variant, option.observed),
            }
            for option in _ordered(finding.options, what.order)
        ],
        "output": ran.printed,
    }


def _ordered(options: tuple[OptionFinding, ...], order: tuple[int, ...]) -> list[OptionFinding]:
    return [options[index] for index in order] if len(options) == len(order) else list(options)
